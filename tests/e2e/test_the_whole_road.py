"""From a Dockerfile to a finished job and back to an empty account; the tests run in this order."""

import csv
import json
import time
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from account import things
from faulty import faults

from fargo.docker import Engine

if TYPE_CHECKING:
    from conftest import Road

pytestmark = [pytest.mark.engine, pytest.mark.terraform]


def _resources(road: "Road") -> list[str]:
    state = json.loads((road.folder / ".fargo/local/terraform.tfstate").read_text(encoding="utf-8"))
    return [resource["type"] for resource in state["resources"] if resource["mode"] == "managed"]


def test_ctrl_c_during_apply_ends_in_good_order_and_keeps_the_state(road: "Road") -> None:
    # Half-way: much is created, and the endpoints are being waited for.
    ended = road.interrupt_at("creating module.endpoints.aws_vpc_endpoint.gateway", "up", "--yes")
    assert ended.returncode == 130, ended.stderr
    assert "Terraform has ended in good order" in ended.stderr
    assert "go on with `fargo --local up`" in ended.stderr
    assert "Traceback" not in ended.stderr
    assert {"aws_vpc", "aws_iam_role", "aws_vpc_endpoint"} <= set(_resources(road))


def test_up_goes_on_from_there(road: "Road") -> None:
    ended = road.fargo("up", "--yes")
    assert ended.returncode == 0, ended.stderr
    assert "standing cost: $44.80 a month" in ended.stderr
    # What exists is kept: a second gateway endpoint could not stand beside the first.
    assert "±" not in ended.stderr
    assert "removing" not in ended.stderr
    assert "fargo --local submit" in ended.stderr
    assert {"aws_batch_job_queue", "aws_ecr_repository", "aws_kms_key"} <= set(_resources(road))


def test_a_second_plan_is_empty(road: "Road") -> None:
    ended = road.fargo("plan", "--detailed-exitcode", "--json")
    assert ended.returncode == 0, ended.stdout
    plan = json.loads(ended.stdout)
    assert (plan["empty"], plan["changes"], plan["drift"]) == (True, [], [])


def test_a_real_simulation_gives_the_known_answer(road: "Road") -> None:
    ended = road.fargo("submit", "simulate", "--follow", "--", "--samples", "3000", "--seed", "7")
    assert ended.returncode == 0, ended.stderr
    assert ended.stdout.splitlines()[-1].startswith("magnetisation 0.9")
    run = road.json("ps")[0]["id"]
    shown = road.json("show", run)
    job, result = shown["jobs"][0], shown["result"]
    assert (job["state"], job["exit_code"]) == ("SUCCEEDED", 0)
    assert result["seconds"] > 0
    assert result["peak_memory_bytes"] > 1 << 20
    bucket, key = "fargo-simulate-123456789012-us-east-1", f"runs/{run}/output/0/result.json"
    body = road.client("s3").get_object(Bucket=bucket, Key=key)["Body"].read()
    found = json.loads(body)
    assert found["seed"] == 7
    assert abs(found["estimate"] - 0.91132) < 5 * found["standard_error"]
    assert road.fargo("logs", run).stdout.splitlines()[-1] == ended.stdout.splitlines()[-1]


def test_many_experiments_are_combined_by_a_job_that_comes_after_them(road: "Road") -> None:
    few = ("--", "--samples", "1000", "--size", "32")
    experiments = road.fargo("submit", "simulate", "--array", "3", "--pack", "3", *few).stdout.strip()
    ended = road.fargo("submit", "combine", "--after", experiments, "--follow")
    assert ended.returncode == 0, ended.stderr
    assert ended.stdout.startswith("3 experiments, chi-square ")
    assert "exact 0.91132, z = " in ended.stdout.splitlines()[-1]


def test_lines_arrive_while_the_job_runs_and_stop_ends_it(road: "Road") -> None:
    run = road.fargo("submit", "patient").stdout.strip()
    deadline = time.monotonic() + 60
    while road.fargo("logs", run).stdout != "here\n":
        assert time.monotonic() < deadline
    assert road.json("show", run)["state"] == "RUNNING"
    assert road.fargo("stop", run, "--reason", "seen enough").returncode == 0
    ended = road.fargo("wait", run)
    assert ended.returncode == 1
    assert "FAILED" in ended.stderr
    shown = road.json("show", run)
    assert shown["result"]["signal"] == 15


def test_a_command_that_is_not_in_the_image_says_so(road: "Road") -> None:
    ended = road.fargo("submit", "missing", "--follow")
    assert ended.returncode == 1
    assert "no-such-program" in ended.stdout
    assert "exit 127" in ended.stderr


def test_a_job_that_is_killed_for_memory_says_so(road: "Road") -> None:
    ended = road.fargo("submit", "hungry", "--follow")
    assert ended.returncode == 1
    assert "exit 137, OutOfMemoryError: Container killed due to memory usage" in ended.stderr


@pytest.fixture(scope="module")
def texts(road: "Road") -> Path:
    """A table of 300 texts, each its own file; seven of them make their job need more memory than it has."""
    folder = road.folder.parent / "texts"
    folder.mkdir()
    table = folder / "texts.csv"
    with table.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(("text", "title"))
        for row in range(300):
            text = folder / f"{row}.txt"
            text.write_text(f"{row} " * (row + 1) + ("hungry" if row % 43 == 7 else ""), encoding="utf-8")
            writer.writerow((text, TITLE))
    return table


TITLE = '\'; $(reboot) "{row}" `x`\n--title'


def _counted(road: "Road", run: str) -> dict[int, str]:
    """What each row left, by way of `fargo results`."""
    folder = road.folder.parent / f"results-{run}"
    ended = road.fargo("results", run, "-o", str(folder))
    assert ended.returncode == 0, ended.stderr
    with (folder / "results.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    assert [int(row["row"]) for row in rows] == list(range(300))
    return {
        int(row["row"]): (folder / "output" / row["row"] / "count.txt").read_text(encoding="utf-8")
        for row in rows
        if row["state"] == "succeeded"
    }


def _expected(row: int) -> str:
    return f"{row + 1 + (row % 43 == 7)} {TITLE}"


def test_three_hundred_files_of_which_some_need_more_memory(road: "Road", texts: Path) -> None:
    ended = road.fargo("submit", "count", "--over", str(texts), "--follow")
    assert ended.returncode == 1, ended.stderr
    run = road.json("ps")[0]["id"]
    hungry = {row for row in range(300) if row % 43 == 7}
    assert _counted(road, run) == {row: _expected(row) for row in range(300) if row not in hungry}
    retried = road.fargo("retry", run, "--memory", "+50%", "--workers", "1", "--follow")
    assert retried.returncode == 0, retried.stderr
    assert "wave 2: 7 that failed, with 0.25 vCPU, 1 GiB" in retried.stderr
    assert _counted(road, run) == {row: _expected(row) for row in range(300)}
    assert "every row" in road.fargo("retry", run).stderr


def test_a_submitter_killed_half_way_and_an_aws_that_throttles(road: "Road", texts: Path) -> None:
    throttled = [
        {"service": service, "operation": "*", "kind": "throttle", "rate": 0.2, "seed": 5}
        for service in ("s3", "batch")
    ]
    with faults(road.endpoint, throttled):
        run, said = "", ""
        with road.start("--local", "submit", "count", "--over", str(texts), "--memory", "2 GiB") as process:
            assert process.stderr is not None
            for line in process.stderr:
                said += line
                if line.startswith("run "):
                    run = line.split()[1].rstrip(":")
                    break
            process.kill()
        assert run, said
        resumed = road.fargo("submit", "--resume", run)
        assert resumed.returncode == 0 or "is submitted whole" in resumed.stderr, resumed.stderr
        assert road.fargo("wait", run).returncode == 0
        assert _counted(road, run) == {row: _expected(row) for row in range(300)}
    listed = road.client("batch").list_jobs(
        jobQueue="fargo-simulate-on-demand", filters=[{"name": "JOB_NAME", "values": [f"{run}-*"]}]
    )
    assert len(listed["jobSummaryList"]) == 1


def test_building_again_does_nothing_and_says_so(road: "Road") -> None:
    ended = road.fargo("build")
    assert ended.returncode == 0, ended.stderr
    assert "nothing to build, nothing to push" in ended.stderr
    assert road.json("build")["built"] is False


@pytest.fixture
def dockerfile(road: "Road") -> Iterator[Path]:
    """The Dockerfile, which is put back."""
    file = road.folder / "Dockerfile"
    before = file.read_text(encoding="utf-8")
    yield file
    file.write_text(before, encoding="utf-8")


def test_a_project_without_a_dockerfile_gets_the_default_image(road: "Road", dockerfile: Path) -> None:
    dockerfile.unlink()
    built = road.json("build")
    assert built["built"] is True
    before = next(run["id"] for run in road.json("ps") if run["job"] == "simulate")
    assert built["image"] != road.json("show", before)["image"]


def test_a_dockerfile_that_fails_names_its_step_and_its_words(road: "Road", dockerfile: Path) -> None:
    with dockerfile.open("a", encoding="utf-8") as file:
        file.write("USER root\nRUN echo about to fail && exit 9\n")
    ended = road.fargo("build")
    assert ended.returncode == 5
    assert "RUN echo about to fail" in ended.stderr
    assert "about to fail" in ended.stderr


def test_ctrl_c_during_a_build_cancels_it(road: "Road", dockerfile: Path) -> None:
    with dockerfile.open("a", encoding="utf-8") as file:
        file.write("USER root\nRUN echo begun && sleep 600\n")
    ended = road.interrupt_at("begun", "build")
    assert ended.returncode == 130, ended.stderr
    assert "Traceback" not in ended.stderr


def _change_the_script(road: "Road") -> None:
    script = road.folder / "simulate.py"
    script.write_text(script.read_text(encoding="utf-8") + "\n# new\n", encoding="utf-8")


def test_new_content_is_a_new_tag_and_a_new_revision_without_asking_aws_again(road: "Road") -> None:
    before = road.json("up", "--yes")
    _change_the_script(road)
    assert "this run uses the deployed image" in road.fargo("submit", "missing").stderr
    planned = road.json("plan")
    assert {change["address"].split("[")[0] for change in planned["changes"]} == {
        "module.batch.aws_batch_job_definition.this"
    }
    assert {each["name"] for change in planned["changes"] for each in change["attributes"]} == {
        "container_properties.image"
    }
    ended = road.fargo("up", "--yes", "--json")
    assert "only the image changed: AWS is not asked again" in ended.stderr
    after = json.loads(ended.stdout)
    assert after["image_tag"] == planned["image_tag"] != before["image_tag"]
    assert before["job_definitions"]["simulate"].endswith(":1")
    assert after["job_definitions"]["simulate"].endswith(":2")


def test_a_saved_plan_is_applied_once_and_never_again(road: "Road") -> None:
    _change_the_script(road)
    saved = str(road.folder.parent / "saved.plan")  # outside of what the image is built of
    assert road.fargo("plan", "--out", saved, "--detailed-exitcode").returncode == 2
    ended = road.fargo("up", "--plan", saved, "--yes", "--json")
    assert ended.returncode == 0, ended.stderr
    assert json.loads(ended.stdout)["job_definitions"]["simulate"].endswith(":3")
    again = road.fargo("up", "--plan", saved, "--yes")
    assert again.returncode == 3
    assert "the plan is stale" in again.stderr


def test_a_door_that_others_opened_is_named_and_closed(road: "Road") -> None:
    ec2 = road.client("ec2")
    named = [{"Name": "tag:fargo:project", "Values": ["simulate"]}]
    groups = ec2.describe_security_groups(Filters=named)["SecurityGroups"]
    jobs = next(group for group in groups if "-jobs-" in group["GroupName"])
    anywhere = [{"IpProtocol": "-1", "IpRanges": [{"CidrIp": "0.0.0.0/0"}]}]
    ec2.authorize_security_group_egress(GroupId=jobs["GroupId"], IpPermissions=anywhere)
    ended = road.fargo("up", "--yes")
    assert ended.returncode == 0, ended.stderr
    assert "changed by others: security group jobs: egress: none → cidr_blocks 0.0.0.0/0" in ended.stderr
    assert road.fargo("plan", "--detailed-exitcode").returncode == 0


def test_down_stops_what_runs_and_leaves_an_empty_account(road: "Road") -> None:
    run = road.fargo("submit", "patient").stdout.strip()
    ended = road.fargo("down", "--yes")
    assert ended.returncode == 0, ended.stderr
    assert "1 job to stop" in ended.stderr
    assert "holds nothing of the project" in ended.stderr
    # By listing, in boto3's own words: only what AWS itself keeps is there.
    assert things(road.client) == {"roles": ["AWSServiceRoleForBatch", "AWSServiceRoleForECS"]}
    assert run
    assert not (road.folder / ".fargo").exists()
    engine = Engine.connect(environ=road.environ)
    repository = "123456789012.dkr.ecr.us-east-1.amazonaws.com/fargo-simulate"
    assert engine.tags(repository) == engine.tags(f"{repository}/held") == []
    engine.close()
