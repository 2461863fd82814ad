"""A run over rows: --over, --array, --after, --resume, retry, stop; over HTTP against the local AWS, with scripted jobs."""

import json
import struct
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

import pytest
from cli_types import Fargo
from faulty import faults
from local_aws import ACCOUNT, client, set_rules, wait_until
from projects import REGION

BUCKET = f"fargo-demo-{ACCOUNT}-{REGION}"


@pytest.fixture
def play(aws: str) -> Callable[..., None]:
    """Say what the project's scripted jobs do, by the names of jobs and `name:index`."""

    def rules(**scripts: list[object]) -> None:
        set_rules(aws, [{"job": name, "script": steps} for name, steps in scripts.items()] or [])

    return rules


@pytest.fixture
def photos(project: Path) -> Path:
    """A table of 30 photos, which are there, and a job that is given them."""
    file = project / "fargo.toml"
    text = file.read_text(encoding="utf-8")
    job = 'command = ["work", "{photo}"]\ninputs = ["photo"]\noutput = "out"\n'
    file.write_text(text.replace('command = ["work"]\n', job), encoding="utf-8")
    for number in range(30):
        (project / f"{number}.jpg").write_text(f"photo {number}", encoding="utf-8")
    table = project / "photos.csv"
    table.write_text("photo,size\n" + "".join(f"{n}.jpg,{n}\n" for n in range(30)), encoding="utf-8")
    return table


def _write_results(aws: str, run: str, succeeded: Iterable[int], failed: Iterable[int] = ()) -> None:
    """What the runner would write."""
    s3 = client("s3", aws, REGION)
    for folder, rows, code in (("result", succeeded, 0), ("failed", failed, 3)):
        for row in rows:
            body = {
                "row": row,
                "exit_code": code,
                "problem": "",
                "seconds": 2.0,
                "cpu_seconds": 1.0,
                "outputs": [],
            }
            s3.put_object(Bucket=BUCKET, Key=f"runs/{run}/{folder}/{row}.json", Body=json.dumps(body))


def _environment(aws: str, job_id: str) -> dict[str, str]:
    job = client("batch", aws, REGION).describe_jobs(jobs=[job_id])["jobs"][0]
    return {item["name"]: item["value"] for item in job["container"]["environment"]}


def test_a_table_of_local_files_becomes_one_array_and_its_files_go_up_once(
    fargo: Fargo, aws: str, photos: Path
) -> None:
    ended = fargo("--local", "submit", "work", "--over", photos.name)
    assert ended.code == 0, ended.err
    run = ended.out.strip()
    assert f"run {run}: 30 rows in 30 containers" in ended.err
    shown = fargo("--local", "show", run, "--json").json
    assert (shown["rows"], shown["columns"]) == (30, ["photo", "size"])
    assert [(wave["containers"], len(wave["jobs"])) for wave in shown["waves"]] == [(30, 1)]
    told = _environment(aws, shown["jobs"][0]["id"])
    assert (told["FARGO_ROWS"], told["FARGO_MANIFEST"], told["FARGO_INPUTS"]) == ("30", "1", '["photo"]')
    s3 = client("s3", aws, REGION)
    lines = s3.get_object(Bucket=BUCKET, Key=f"runs/{run}/manifest.jsonl")["Body"].read().splitlines()
    first = json.loads(lines[0])
    bucket, _, key = first["photo"].removeprefix("s3://").partition("/")
    assert s3.get_object(Bucket=bucket, Key=key)["Body"].read() == b"photo 0"
    again = fargo("--local", "submit", "work", "--over", photos.name)
    assert again.code == 0
    assert s3.list_objects_v2(Bucket=BUCKET, Prefix="inputs/")["KeyCount"] == 30


@pytest.mark.parametrize(
    ("asked", "said"),
    [
        ((), "the command wants {photo}, and the job has no rows"),
        (("--array", "3"), "the command wants {photo}"),
        (("--over", "sizes.csv"), "sizes.csv, line 2: the command wants {photo}, and the columns are pohto"),
        (("--over", "none.csv"), "--over none.csv: it is not there\n  → see what is: `ls /"),
        (("--over", "photos.csv", "--array", "3"), "--array and --over both say what the rows are"),
        (("--over", "gone.csv"), "gone.csv, line 2: the file in 'photo' cannot be read: gone.jpg"),
        (("--limit", "3"), "--limit says which rows of --over"),
        (("--over", "1.jpg", "2.jpg"), "a pattern in quotes: --over '*.jpg'"),
        (("--over", "photos.csv", "--", "{output}", "{folder}"), "the command wants {folder}"),
        (("--over", "photos.csv", "--workers", "3"), "--workers 3: 1 to 1"),
        (("--over", "photos.csv", "--", "x" * 9000), "AWS takes 8,192"),
    ],
)
def test_what_cannot_be_is_said_before_anything_is_sent(
    fargo: Fargo, aws: str, photos: Path, asked: tuple[str, ...], said: str
) -> None:
    (photos.parent / "sizes.csv").write_text("pohto\n1.jpg\n", encoding="utf-8")
    (photos.parent / "gone.csv").write_text("photo\ngone.jpg\n", encoding="utf-8")
    ended = fargo("--local", "submit", "work", *asked)
    assert ended.code == 2
    assert said in ended.err
    assert client("s3", aws, REGION).list_objects_v2(Bucket=BUCKET)["KeyCount"] == 0
    assert fargo("--local", "ps", "--json").json == []


def test_a_dry_run_shows_containers_cost_and_the_best_packing(fargo: Fargo, aws: str, photos: Path) -> None:
    ended = fargo(
        "--local", "submit", "work", "--over", "photos.csv", "--expect", "6s", "--dry-run", "--json"
    )
    shown = ended.json
    assert (shown["rows"], shown["containers"], shown["inputs"]) == (30, 30, 30)
    assert shown["estimate"]["seconds_each"] == 60
    assert shown["estimate"]["vcpu_hours"] == pytest.approx(30 * 60 / 3600 * 0.25)
    assert shown["best_packing"]["usd"] < shown["estimate"]["usd"] / 5
    assert shown["calls"][0]["arrayProperties"] == {"size": 30}
    words = fargo("--local", "submit", "work", "--over", "photos.csv", "--expect", "6s", "--dry-run").out
    assert f"--pack {shown['best_packing']['pack']} would cost" in words
    assert client("s3", aws, REGION).list_objects_v2(Bucket=BUCKET)["KeyCount"] == 0


def test_a_dry_run_knows_how_long_rows_took_before(fargo: Fargo, aws: str) -> None:
    run = fargo("--local", "submit", "work", "--array", "3").out.strip()
    _write_results(aws, run, range(3))
    s3 = client("s3", aws, REGION)
    for row, body in enumerate(
        (b'{"seconds": 1e300}', b'{"seconds": -1e300}', b'{"a": ' + b"[" * 100_000), 1
    ):
        s3.put_object(Bucket=BUCKET, Key=f"runs/{run}/result/{row}000.json", Body=body)
    shown = fargo("--local", "submit", "work", "--array", "3", "--dry-run", "--json").json
    assert (shown["row_seconds"], shown["basis"]) == (2.0, f"the median of {run}")


def test_rows_that_are_numbers_need_no_manifest(fargo: Fargo, aws: str) -> None:
    ended = fargo("--local", "submit", "work", "--array", "10001", "--", "{row}")
    assert "10,001 rows in 10,001 containers, 2 arrays" in ended.err
    assert "submitted 2 of 2 array jobs" in ended.err
    keys = client("s3", aws, REGION).list_objects_v2(Bucket=BUCKET)["Contents"]
    assert [item["Key"] for item in keys] == [f"runs/{ended.out.strip()}/run.json"]


def test_a_retry_is_a_wave_of_the_rows_that_did_not_succeed(
    fargo: Fargo, aws: str, photos: Path, play: Callable[..., None]
) -> None:
    play(**{"*:7": [{"exit": 3}], "*:23": [{"oom": True}], "*": [{"exit": 0}]})
    run = fargo("--local", "submit", "work", "--over", "photos.csv").out.strip()
    assert fargo("--local", "wait", run).code == 1
    _write_results(aws, run, set(range(30)) - {7, 23}, failed=[7])
    play(**{"*": [{"exit": 0}]})
    s3, index = client("s3", aws, REGION), f"runs/{run}/manifest.idx"
    whole = s3.get_object(Bucket=BUCKET, Key=index)["Body"].read()
    for damaged in (whole[: 8 * 24], whole[: 8 * 23] + bytes(8 * 8), whole[: 8 * 23]):
        s3.put_object(Bucket=BUCKET, Key=index, Body=damaged)
        refused = fargo("--local", "retry", run)
        assert (refused.code, "index of the run's rows is damaged at row 23" in refused.err) == (6, True)
    s3.put_object(Bucket=BUCKET, Key=index, Body=whole)
    retried = fargo("--local", "retry", run, "--memory", "+50%", "--spot", "--follow")
    assert retried.code == 0, retried.err
    assert "wave 2: 1 that failed and 1 without a result, with 0.25 vCPU, 1 GiB" in retried.err
    shown = fargo("--local", "show", run, "--json").json
    wave = shown["waves"][1]
    assert (wave["rows"], wave["memory_mib"], wave["queue"].rpartition("/")[2]) == (
        2,
        1024,
        "fargo-demo-spot",
    )
    assert shown["state"] == "SUCCEEDED"
    told = _environment(aws, wave["jobs"][0])
    assert (told["FARGO_WAVE"], told["FARGO_CHUNK"], told["FARGO_ROWS"]) == ("2", "0", "2")
    manifest = s3.get_object(Bucket=BUCKET, Key=f"runs/{run}/manifest.jsonl")["Body"].read()
    entries = s3.get_object(Bucket=BUCKET, Key=told["FARGO_MAP"])["Body"].read()
    found = list(struct.iter_unpack(">QQQ", entries))
    assert [row for row, _, _ in found] == [7, 23]
    assert [json.loads(manifest[begin:end])["size"] for _, begin, end in found] == ["7", "23"]
    for damaged in (entries[:32], entries[:24]):
        s3.put_object(Bucket=BUCKET, Key=told["FARGO_MAP"], Body=damaged)
        refused = fargo("--local", "logs", f"{run}:23")
        assert (refused.code, f"{told['FARGO_MAP']} is damaged" in refused.err) == (6, True)
    _write_results(aws, run, [7, 23])
    done = fargo("--local", "retry", run)
    assert (done.code, "every row" in done.err) == (0, True)


def test_a_retry_gives_more_time(fargo: Fargo, aws: str, play: Callable[..., None]) -> None:
    play(**{"*": [{"fail": "Job attempt duration exceeded timeout"}]})
    run = fargo("--local", "submit", "work", "--timeout", "60").out.strip()
    assert fargo("--local", "wait", run).code == 1
    assert f"fargo --local retry {run} --timeout 120s" in fargo("--local", "explain", run).out
    refused = fargo("--local", "retry", run, "--timeout", "30s")
    assert (refused.code, "AWS Batch takes 60s or more" in refused.err) == (2, True)
    play(**{"*": [{"exit": 0}]})
    assert fargo("--local", "retry", run, "--timeout", "2m", "--follow").code == 0
    waves = fargo("--local", "show", run, "--json").json["waves"]
    jobs = client("batch", aws, REGION).describe_jobs(jobs=[wave["jobs"][0] for wave in waves])["jobs"]
    limits = {job["jobId"]: job["timeout"]["attemptDurationSeconds"] for job in jobs}
    assert [limits[wave["jobs"][0]] for wave in waves] == [60, 120]


def test_the_lines_of_a_row_are_those_of_the_containers_that_ran_it(
    fargo: Fargo, aws: str, play: Callable[..., None]
) -> None:
    play(**{"*:3": [{"out": "three"}, {"exit": 3}], "*": [{"out": "another"}, {"exit": 0}]})
    run = fargo("--local", "submit", "work", "--array", "20", "--pack", "2").out.strip()
    assert fargo("--local", "wait", run).code == 1
    _write_results(aws, run, set(range(20)) - {6, 7}, failed=[6, 7])
    ended = fargo("--local", "wait", run)
    assert (ended.code, "  18 of 20 rows succeeded, 2 failed, 0 without a result\n" in ended.err) == (1, True)
    play(**{"*": [{"out": "better"}, {"exit": 0}]})
    assert fargo("--local", "retry", run, "--pack", "1", "--follow").code == 0
    assert fargo("--local", "logs", f"{run}:7").out == "three\nbetter\n"
    assert fargo("--local", "logs", f"{run}:8").out == "another\n"
    for asked, said in (
        (f"{run}:20", "no row 20"),
        (f"{run}:x", "not the number"),
    ):
        ended = fargo("--local", "logs", asked)
        assert (ended.code, said in ended.err) == (2, True)


def test_a_retry_waits_for_the_end_and_for_results(fargo: Fargo, aws: str, play: Callable[..., None]) -> None:
    play(**{"*": [{"sleep": 60}]})
    run = fargo("--local", "submit", "work", "--array", "2").out.strip()
    early = fargo("--local", "retry", run)
    assert (early.code, f"`fargo --local wait {run}`" in early.err) == (2, True)
    play(**{"*": [{"exit": 0}]})
    silent = fargo("--local", "submit", "work", "--array", "2").out.strip()
    assert fargo("--local", "wait", silent).code == 0
    refused = fargo("--local", "retry", silent)
    assert (refused.code, "the image has no fargo-run" in refused.err) == (2, True)


def test_a_run_after_another_waits_row_by_row_where_the_rows_are_the_same(
    fargo: Fargo, aws: str, play: Callable[..., None]
) -> None:
    play(**{"*": [{"sleep": 60}]})
    first = fargo("--local", "submit", "work", "--array", "3").out.strip()
    batch = client("batch", aws, REGION)

    def waits_for(*asked: str) -> list[dict[str, str]]:
        run = fargo("--local", "submit", "work", *asked).out.strip()
        job = fargo("--local", "show", run, "--json").json["jobs"][0]["id"]
        found: list[dict[str, str]] = batch.describe_jobs(jobs=[job])["jobs"][0]["dependsOn"]
        return found

    job = fargo("--local", "show", first, "--json").json["jobs"][0]["id"]
    assert waits_for("--array", "3", "--after", first) == [{"jobId": job, "type": "N_TO_N"}]
    assert [each["jobId"] for each in waits_for("--array", "4", "--after", first)] == [job]
    assert "type" not in waits_for("--after", first)[0]


def test_the_outputs_of_a_run_are_fetched_by_what_comes_after_it(
    fargo: Fargo, aws: str, play: Callable[..., None]
) -> None:
    play(**{"*": [{"env": "FARGO_AFTER"}, {"env": "FARGO_AFTER_ROWS"}]})
    missing = fargo("--local", "submit", "work", "--", "{after}")
    assert (missing.code, "name that run: --after RUN" in missing.err) == (2, True)
    first = fargo("--local", "submit", "work", "--array", "3").out.strip()

    def told(*asked: str) -> list[str]:
        run = fargo("--local", "submit", "work", *asked, "--after", first, "--", "{after}").out.strip()
        assert fargo("--local", "wait", run).code == 0
        return [line.removeprefix("#0 ") for line in fargo("--local", "logs", run).out.splitlines()[:2]]

    assert told() == [f"FARGO_AFTER={first}", "FARGO_AFTER_ROWS=3"]
    assert told("--array", "3") == [f"FARGO_AFTER={first}", "FARGO_AFTER_ROWS="]


def test_what_waits_for_a_failed_run_is_refused(fargo: Fargo, aws: str, play: Callable[..., None]) -> None:
    play(**{"*": [{"exit": 1}]})
    first = fargo("--local", "submit", "work").out.strip()
    fargo("--local", "wait", first)
    ended = fargo("--local", "submit", "work", "--after", first)
    assert (ended.code, f"`fargo --local retry {first}`" in ended.err) == (2, True)
    play(**{"*": [{"env": "FARGO_AFTER_PARTIAL"}]})
    part = fargo("--local", "submit", "work", "--after", first, "--partial", "--follow", "--", "{after}")
    assert (part.code, part.out) == (0, "FARGO_AFTER_PARTIAL=1\n")
    alone = fargo("--local", "submit", "work", "--partial")
    assert (alone.code, "name it: --after RUN" in alone.err) == (2, True)
    play(**{"*": [{"sleep": 60}]})
    running = fargo("--local", "submit", "work").out.strip()
    early = fargo("--local", "submit", "work", "--after", running, "--partial")
    assert (early.code, f"`fargo --local wait {running}`" in early.err) == (2, True)
    play(**{"*": [{"exit": 0}]})
    good = fargo("--local", "submit", "work").out.strip()
    fargo("--local", "wait", good)
    assert fargo("--local", "submit", "work", "--after", good, "--follow").code == 0


def test_stop_reaches_every_array_and_counts(fargo: Fargo, aws: str, play: Callable[..., None]) -> None:
    play(**{"*": [{"sleep": 600}]})
    run = fargo("--local", "submit", "work", "--array", "10002").out.strip()
    ended = fargo("--local", "stop", run)
    assert ended.code == 0
    assert f"stopping 10,002 containers of {run}" in ended.err
    assert fargo("--local", "wait", run, "--timeout", "60").code == 1
    shown = fargo("--local", "show", run, "--json").json
    assert shown["counts"] == {"FAILED": 10_002}
    assert "has ended already" in fargo("--local", "stop", run).err


def test_a_submission_that_broke_off_is_finished(fargo: Fargo, aws: str, play: Callable[..., None]) -> None:
    play(**{"*": [{"exit": 0}]})
    lost = {"service": "batch", "operation": "*", "kind": "drop_request", "after": 1}
    with faults(aws, [lost]):
        broken = fargo("--local", "submit", "work", "--array", "20001")
    assert broken.code == 6
    run = fargo("--local", "ps", "--json").json[0]["id"]
    assert f"`fargo --local submit --resume {run}`" in broken.err
    assert "--resume" in fargo("--local", "show", run, "--plain").out
    assert fargo("--local", "ps", "--json").json[0]["finished"] is False
    waited = fargo("--local", "wait", run)
    assert (waited.code, f"`fargo --local submit --resume {run}`" in waited.err) == (2, True)
    ended = fargo("--local", "submit", "--resume", run)
    assert ended.code == 0, ended.err
    assert ended.out.strip() == run
    shown = fargo("--local", "show", run, "--json").json
    assert sum(len(wave["jobs"]) for wave in shown["waves"]) == 3
    assert (
        len(
            client("batch", aws, REGION).list_jobs(
                jobQueue="fargo-demo-on-demand", filters=[{"name": "JOB_NAME", "values": [f"{run}-*"]}]
            )["jobSummaryList"]
        )
        == 3
    )
    again = fargo("--local", "submit", "--resume", run)
    assert (again.code, "is submitted whole" in again.err) == (2, True)


@pytest.mark.parametrize(
    "more", [("work",), ("--dry-run",), ("--on-demand",), ("--expect", "3s"), ("--", "x")]
)
def test_resume_takes_nothing_else(fargo: Fargo, aws: str, more: tuple[str, ...]) -> None:
    ended = fargo("--local", "submit", "--resume", "work-1", *more)
    assert (ended.code, "--resume takes nothing but the run" in ended.err) == (2, True)


def test_what_is_no_ledger_and_no_result_is_said_where_it_is_asked_for(fargo: Fargo, aws: str) -> None:
    s3 = client("s3", aws, REGION)
    s3.put_object(Bucket=BUCKET, Key="runs/work-261125-000000-aaaa/run.json", Body=b"{}")
    s3.put_object(Bucket=BUCKET, Key="runs/work-261125-000001-bbbb/manifest.jsonl", Body=b"")
    run = fargo("--local", "submit", "work").out.strip()
    s3.put_object(Bucket=BUCKET, Key=f"runs/{run}/result/0.json", Body=b"{")
    assert [each["id"] for each in fargo("--local", "ps", "--json").json] == [run]
    damaged = fargo("--local", "show", "work-261125-000000")
    assert (damaged.code, "cannot be read" in damaged.err) == (6, True)
    assert fargo("--local", "show", "work-261125-000001").code == 2
    assert "is damaged" in fargo("--local", "show", run).err
    assert fargo("--local", "submit", "work", "--dry-run").code == 0


def test_a_result_is_shown_as_far_as_it_goes(fargo: Fargo, aws: str) -> None:
    s3 = client("s3", aws, REGION)
    run = fargo("--local", "submit", "work").out.strip()

    def shown(body: bytes) -> Any:
        s3.put_object(Bucket=BUCKET, Key=f"runs/{run}/result/0.json", Body=body)
        return fargo("--local", "show", run, "--plain")

    ended = shown(b'{"row": 0, "exit_code": 0, "seconds": null, "peak_memory_bytes": 1048576}')
    assert (ended.code, "exit code\t0\npeak memory\t1 MiB\n" in ended.out) == (0, True)
    for body in (b"[]", b'{"row": 0, "seconds": "long"}', b'{"row": 0, "seconds": NaN}', b"[" * 100_000):
        ended = shown(body)
        assert (ended.code, "is damaged" in ended.err) == (6, True)


def test_a_packing_that_its_timeout_would_kill_is_not_advised(fargo: Fargo, aws: str, photos: Path) -> None:
    asked = ("--over", "photos.csv", "--expect", "20s", "--timeout", "5m", "--dry-run")
    shown = fargo("--local", "submit", "work", *asked, "--json").json
    assert shown["best_packing"]["pack"] * 20 <= 300 / 2
    assert "its timeout is 5m00" in fargo("--local", "submit", "work", *asked, "--pack", "30").out


def test_a_run_whose_containers_failed_is_waited_for_by_nobody(
    fargo: Fargo, aws: str, play: Callable[..., None]
) -> None:
    play(**{"*:0": [{"exit": 1}], "*": [{"sleep": 60}]})
    first = fargo("--local", "submit", "work", "--array", "3").out.strip()
    wait_until(lambda: "FAILED" in fargo("--local", "show", first, "--json").json["counts"])
    ended = fargo("--local", "submit", "work", "--after", first)
    assert (ended.code, "have failed" in ended.err) == (2, True)
