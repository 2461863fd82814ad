"""submit, ps, show, logs, wait, stop over HTTP against the local AWS, with scripted jobs."""

import itertools
import json
import signal
import subprocess
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from cli_types import Fargo
from local_aws import ACCOUNT, client, set_rules
from projects import REGION

from fargo import config
from fargo.local import daemon
from fargo.stack import StackFolder

Started = Callable[..., "subprocess.Popen[str]"]
TWO_LINES = [{"out": "hello"}, {"out": "world"}]


@pytest.fixture
def play(aws: str) -> Callable[..., None]:
    """Say what the project's scripted jobs do."""

    def rules(*steps: object) -> None:
        set_rules(aws, [{"job": "*", "script": list(steps)}])

    return rules


def test_a_followed_job_shows_its_lines_and_ends_with_0(fargo: Fargo, play: Callable[..., None]) -> None:
    play(*TWO_LINES, {"exit": 0})
    ended = fargo("--local", "submit", "work", "--follow", "--", "more")
    assert ended.code == 0, ended.err
    assert ended.out.splitlines() == ["hello", "world"]
    assert "SUCCEEDED" in ended.err


def test_a_job_that_fails_ends_with_1_and_says_why(fargo: Fargo, play: Callable[..., None]) -> None:
    play({"out": "trying"}, {"exit": 3})
    ended = fargo("--local", "submit", "work", "--follow")
    assert ended.code == 1
    assert "FAILED, exit 3, Essential container in task exited" in ended.err


def test_submit_prints_the_run_and_nothing_else_on_stdout(fargo: Fargo, play: Callable[..., None]) -> None:
    play({"exit": 0})
    submitted = fargo("--local", "submit", "work")
    assert submitted.code == 0, submitted.err
    run = submitted.out.strip()
    assert run.startswith("work-")
    assert fargo("--local", "wait", run).code == 0
    assert fargo("--local", "show", run, "--json").json["jobs"][0]["exit_code"] == 0


def test_what_is_sent_is_what_was_asked_for(fargo: Fargo, aws: str, play: Callable[..., None]) -> None:
    play({"exit": 0})
    asked = (
        "--vcpu",
        "0.5",
        "--memory",
        "2 GiB",
        "--timeout",
        "15m",
        "-e",
        "LEVEL=high",
        "--",
        "--seed",
        "7 8",
    )
    run = fargo("--local", "submit", "--on-demand", "other", *asked).out.strip()
    shown = fargo("--local", "show", run, "--json").json
    job = client("batch", aws, REGION).describe_jobs(jobs=[shown["jobs"][0]["id"]])["jobs"][0]
    variables = {item["name"]: item["value"] for item in job["container"]["environment"]}
    sizes = {item["type"]: item["value"] for item in job["container"]["resourceRequirements"]}
    assert job["container"]["command"] == ["fargo-run", "--", "other", "--fast", "--seed", "7 8"]
    assert variables | {"LEVEL": "high", "FARGO_RUN": run, "FARGO_WAVE": "1", "FARGO_CHUNK": "0"} == variables
    assert (sizes["VCPU"], sizes["MEMORY"]) == ("0.5", "2048")
    assert job["timeout"]["attemptDurationSeconds"] == 900
    assert job["jobQueue"].endswith("/fargo-demo-on-demand")
    assert job["tags"] | {"fargo:project": "demo", "fargo:run": run, "fargo:job": "other"} == job["tags"]


def test_a_dry_run_sends_nothing(fargo: Fargo, play: Callable[..., None]) -> None:
    play({"exit": 0})
    shown = fargo("--local", "submit", "work", "--dry-run", "--json").json
    assert shown["calls"][0]["containerOverrides"]["command"] == ["fargo-run", "--", "work"]
    assert fargo("--local", "ps", "--json").json == []


@pytest.mark.parametrize(
    "asked",
    [
        ("--timeout", "30s"),
        ("--vcpu", "0"),
        ("--memory", "0 MiB"),
        ("-e", "=x"),
        ("-e", "A=\udcff"),
        ("--", "\udcff"),
    ],
)
def test_what_cannot_be_is_refused_before_there_is_a_run(
    fargo: Fargo, aws: str, asked: tuple[str, ...]
) -> None:
    assert fargo("--local", "submit", "work", *asked).code == 2
    assert fargo("--local", "ps", "--json").json == []


def test_what_changed_since_the_last_up_is_told_after_the_run_was_submitted(
    fargo: Fargo, project: Path, play: Callable[..., None]
) -> None:
    play({"exit": 0})
    file = project / "fargo.toml"
    folder = StackFolder(config.load(file, environ={}), "local")
    folder.remember(folder.outputs())
    same = fargo("--local", "submit", "work")
    assert "this run uses the deployed image" in same.err
    assert "jobs in the project file" not in same.err
    (project / "Dockerfile").unlink()
    extra = '\n[image]\ndockerfile = "missing"\n'
    file.write_text(
        file.read_text(encoding="utf-8").replace('"--fast"', '"--slow"') + extra, encoding="utf-8"
    )
    submitted = fargo("--local", "submit", "work")
    assert submitted.code == 0
    assert "the jobs in the project file have changed" in submitted.err
    assert "cannot tell whether the files have changed" in submitted.err
    assert fargo("--local", "wait", submitted.out.strip()).code == 0


def test_ps_lists_the_newest_run_first(fargo: Fargo, play: Callable[..., None]) -> None:
    play({"exit": 0})
    first = fargo("--local", "submit", "work").out.strip()
    time.sleep(1.1)  # a run's id has the second in it
    second = fargo("--local", "submit", "other").out.strip()
    fargo("--local", "wait", first)
    fargo("--local", "wait", second)
    listed = fargo("--local", "ps", "--json").json
    assert [item["id"] for item in listed] == [second, first]
    assert [item["state"] for item in listed] == ["SUCCEEDED", "SUCCEEDED"]
    assert fargo("--local", "ps", "--plain").out.splitlines()[1].startswith(f"{second}\tSUCCEEDED\t")


def test_logs_are_read_again_as_lines_as_json_and_with_times(fargo: Fargo, play: Callable[..., None]) -> None:
    play({"out": "a\x1b[31mred"}, {"out": "b"}, {"exit": 0})
    run = fargo("--local", "submit", "work").out.strip()
    fargo("--local", "wait", run)
    assert fargo("--local", "logs", run).out == "ared\nb\n"
    assert fargo("--local", "logs", run, "--raw").out == "a\x1b[31mred\nb\n"
    lines = [json.loads(line) for line in fargo("--local", "logs", run, "--json").out.splitlines()]
    assert [line["text"] for line in lines] == ["a\x1b[31mred", "b"]
    stamped = fargo("--local", "logs", run, "--timestamps").out
    assert stamped.splitlines()[1].endswith("  b")
    assert fargo("--local", "logs", "-f", run, "--timestamps").out == stamped
    assert fargo("--local", "logs", "-f", run, "--raw").out == "a\x1b[31mred\nb\n"


def test_a_run_may_be_named_by_its_beginning(fargo: Fargo, play: Callable[..., None]) -> None:
    play({"exit": 0})
    run = fargo("--local", "submit", "work").out.strip()
    assert fargo("--local", "wait", "wor").code == 0
    assert fargo("--local", "show", "wor", "--json").json["id"] == run
    unknown = fargo("--local", "show", "nothing")
    assert unknown.code == 2
    assert "`fargo --local ps`" in unknown.err


def test_stop_ends_the_job_and_wait_ends_with_1(fargo: Fargo, play: Callable[..., None]) -> None:
    play({"out": "working"}, {"sleep": 60})
    run = fargo("--local", "submit", "work").out.strip()
    stopped = fargo("--local", "stop", run, "--reason", "enough", "--json").json
    assert [job["name"] for job in stopped["stopping"]] == [f"{run}-w1-c0"]
    ended = fargo("--local", "wait", run)
    assert ended.code == 1
    assert fargo("--local", "show", run, "--json").json["state"] == "FAILED"
    assert "ended already" in fargo("--local", "stop", run).err


@pytest.mark.parametrize(
    ("name", "said"), [("", "name is empty"), ("wo", "which of its runs"), ("work-", "which of")]
)
def test_stop_wants_more_than_a_jobs_name(
    fargo: Fargo, play: Callable[..., None], name: str, said: str
) -> None:
    play({"sleep": 60})
    run = fargo("--local", "submit", "work").out.strip()
    refused = fargo("--local", "stop", name)
    assert refused.code == 2
    assert said in refused.err
    assert fargo("--local", "show", run, "--json").json["finished"] is False
    assert fargo("--local", "stop", run[:-3]).code == 0


def test_following_as_json_is_one_object_a_line(fargo: Fargo, play: Callable[..., None]) -> None:
    play(*TWO_LINES, {"sleep": 2}, {"exit": 0})
    ended = fargo("--local", "submit", "work", "--follow", "--json")
    events = [json.loads(line) for line in ended.out.splitlines()]
    assert [event["text"] for event in events if event["event"] == "log"] == ["hello", "world"]
    assert events[-1]["event"] == "state"
    assert events[-1]["finished"] is True
    states = [{**event, "at": ""} for event in events if event["event"] == "state"]
    assert all(one != following for one, following in itertools.pairwise(states))


def test_a_timeout_ends_with_124_and_the_job_goes_on(fargo: Fargo, play: Callable[..., None]) -> None:
    play({"sleep": 60})
    run = fargo("--local", "submit", "work").out.strip()
    assert fargo("--local", "wait", run, "--timeout", "1s").code == 124
    ended = fargo("--local", "wait", run, "--timeout", "1")
    assert ended.code == 124
    assert f"`fargo --local wait {run}`" in ended.err
    assert fargo("--local", "show", run, "--json").json["finished"] is False


def test_ctrl_c_while_following_detaches(fargo: Fargo, started: Started, play: Callable[..., None]) -> None:
    play({"out": "working"}, {"sleep": 60})
    follower = started("--local", "submit", "work", "--follow")
    assert follower.stdout is not None
    assert follower.stdout.readline() == "working\n"
    follower.send_signal(signal.SIGINT)
    _, said = follower.communicate(timeout=60)
    assert follower.returncode == 130
    run = fargo("--local", "ps", "--json").json[0]
    assert f"fargo --local wait {run['id']}" in said
    assert f"fargo --local stop {run['id']}" in said
    assert "Traceback" not in said
    assert run["finished"] is False


def test_the_local_aws_stopped_in_the_middle_ends_with_6(started: Started, play: Callable[..., None]) -> None:
    play({"out": "working"}, {"sleep": 60})
    follower = started("--local", "submit", "work", "--follow")
    assert follower.stdout is not None
    assert follower.stdout.readline() == "working\n"
    daemon.stop()
    _, said = follower.communicate(timeout=60)
    assert follower.returncode == 6
    assert "could not be asked" in said
    assert "the jobs may go on" in said
    assert "Traceback" not in said


def test_output_into_a_closed_pipe_is_no_error(
    started: Started, fargo: Fargo, play: Callable[..., None]
) -> None:
    play(*[{"out": f"line {number}"} for number in range(200)], {"exit": 0})
    run = fargo("--local", "submit", "work").out.strip()
    fargo("--local", "wait", run)
    reader = started("--local", "logs", run)
    assert reader.stdout is not None
    reader.stdout.close()
    assert reader.wait(timeout=60) == 0
    assert reader.stderr is not None
    assert "Traceback" not in reader.stderr.read()


def _ledger(aws: str, run: str, job_name: str, job_id: str = "", exit_code: int | None = None) -> None:
    """A run of yesterday's, as its ledger and its result say, whatever AWS Batch knows."""
    bucket = f"fargo-demo-{ACCOUNT}-{REGION}"
    created = "2026-01-02T03:04:05Z"
    wave = {
        "number": 1, "created": created, "queue": "fargo-demo-on-demand", "definition": "d", "image": "i", "vcpu": 0.25,
        "memory_mib": 512, "chunks": [{"number": 0, "job_name": job_name, "job_id": job_id, "claimed": created}],
    }  # fmt: skip
    found = {
        "id": run,
        "project": "demo",
        "job": "work",
        "created": created,
        "command": ["work"],
        "waves": [wave],
    }
    s3 = client("s3", aws, REGION)
    s3.put_object(Bucket=bucket, Key=f"runs/{run}/run.json", Body=json.dumps(found))
    if exit_code is not None:
        body = json.dumps({"exit_code": exit_code, "problem": "", "seconds": 1.0, "cpu_seconds": 1.0})
        folder = "failed" if exit_code else "result"
        s3.put_object(Bucket=bucket, Key=f"runs/{run}/{folder}/0.json", Body=body)


def test_a_run_whose_answer_was_lost_is_found_by_ps(
    fargo: Fargo, aws: str, play: Callable[..., None]
) -> None:
    play({"sleep": 60})
    taken, lost = fargo("--local", "submit", "work").out.strip(), "work-260102-030405-aaaa"
    _ledger(aws, lost, f"{taken}-w1-c0")
    _ledger(aws, "work-260102-030405-bbbb", "never-taken")
    listed = [line.split("\t") for line in fargo("--local", "ps", "--plain").out.splitlines()]
    states = {cells[0]: cells[1] for cells in listed}
    assert states[lost] == states[taken] != "UNKNOWN"
    assert states["work-260102-030405-bbbb"] == "UNKNOWN"


@pytest.mark.parametrize(("written", "code"), [(0, 0), (3, 1), (None, 1)])
def test_a_run_that_aws_has_forgotten_ended_as_its_result_says(
    fargo: Fargo, aws: str, written: int | None, code: int
) -> None:
    run = "work-260102-030405-aaaa"
    _ledger(aws, run, "n", job_id="00000000-0000-0000-0000-000000000000", exit_code=written)
    ended = fargo("--local", "wait", run)
    assert ended.code == code
    assert ("as the results say" in ended.err) is (written is not None)
