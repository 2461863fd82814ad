"""Submit, wait, stop, retry and results through `import fargo`, against the local AWS with scripted jobs."""

import csv
import datetime as dt
import json
import urllib.request
from collections.abc import Callable, Iterator
from fractions import Fraction
from numbers import Integral
from pathlib import Path

import pytest
from api_types import manifest
from local_aws import client
from projects import REGION

import fargo

Play = Callable[..., None]
ENDED = {"*": [{"exit": 0}]}


def test_rows_are_given_by_python_and_one_at_a_time(project: fargo.Project, aws: str) -> None:
    def rows() -> Iterator[dict[str, object]]:
        for number in range(30):
            yield {"photo": Path(f"{number}.jpg"), "size": number, "of": dt.date(2024, 2, 29), "tag": 'ä "\n'}

    run = project.submit("photo", over=rows(), pack=10, workers=2)
    state = run.status()
    assert (state.run.rows, state.run.columns) == (30, ("photo", "size", "of", "tag"))
    assert (state.run.last.containers, state.run.last.workers) == (3, 2)
    assert manifest(aws, run)[7] == {"photo": "7.jpg", "size": "7", "of": "2024-02-29", "tag": 'ä "\n'}


class Int64:
    """A whole number as numpy has them: none of Python's own, but registered as one."""

    def __init__(self, value: int) -> None:
        self.value = value

    def __index__(self) -> int:
        return self.value

    __int__ = __index__


Integral.register(Int64)


def test_numbers_that_are_not_pythons_own_are_numbers(project: fargo.Project, aws: str) -> None:
    rows = ({"photo": "a.jpg", "seed": Int64(seed), "share": Fraction(seed, 4)} for seed in range(6))
    run = project.submit("photo", over=rows, pack=Int64(2), limit=Int64(3), vcpu=Fraction(1, 4))
    assert [(row["seed"], row["share"]) for row in manifest(aws, run)] == [
        ("0", "0.0"),
        ("1", "0.25"),
        ("2", "0.5"),
    ]
    state = run.status().run
    assert (state.rows, state.last.pack, state.last.vcpu) == (3, 2, 0.25)


def test_rows_come_from_files_too(project: fargo.Project, aws: str, tmp_path: Path) -> None:
    for name in "ab":
        (tmp_path / f"{name}.csv").write_text(f"photo\n{name}1\n{name}2\n", encoding="utf-8")
    run = project.submit("photo", over=[tmp_path / "a.csv", str(tmp_path / "b.csv")], limit=3)
    assert [row["photo"] for row in manifest(aws, run)] == ["a1", "a2", "b1"]
    one = project.submit("photo", over=tmp_path / "a.csv", sample=1)
    assert one.status().run.rows == 1


def test_a_submit_says_the_same_as_the_command_line(project: fargo.Project, aws: str, play: Play) -> None:
    play(**ENDED)
    run = project.submit(
        "work",
        arguments=["--fast", 3],
        environment={"LEVEL": 7},
        vcpu=1,
        memory="4 GiB",
        timeout="15m",
        spot=True,
    )
    asked = run.status().run
    assert asked.command == ("work", "--fast", "3")
    assert (asked.environment, asked.last.timeout_seconds) == ((("LEVEL", "7"),), 900)
    assert (asked.last.vcpu, asked.last.memory_mib) == (1, 4096)
    assert asked.last.queue.endswith("/fargo-demo-spot")


def test_what_was_deployed_since_is_what_runs(
    project: fargo.Project, folder: Path, aws: str, play: Play
) -> None:
    play(**{"*": [{"exit": 1}]})
    run = project.submit("work")
    run.wait(timeout=60)
    file, outputs = folder / "fargo.toml", folder / ".fargo" / "local" / "outputs.json"
    before, deployed = file.read_text(encoding="utf-8"), outputs.read_text(encoding="utf-8")
    told = json.loads(deployed)
    told["job_definitions"]["work"] = told["job_definitions"]["new"] = told["job_definitions"]["other"]
    try:
        file.write_text(f'{before}\n[jobs.new]\ncommand = ["new"]\n', encoding="utf-8")
        outputs.write_text(json.dumps(told), encoding="utf-8")
        assert project.submit("new").status().run.command == ("new",)
        assert project.submit("work").status().run.last.definition == told["job_definitions"]["other"]
        assert run.retry(deployed=True).status().run.last.definition == told["job_definitions"]["other"]
    finally:
        file.write_text(before, encoding="utf-8")
        outputs.write_text(deployed, encoding="utf-8")


def test_a_run_is_waited_for_and_tells_every_change(project: fargo.Project, play: Play) -> None:
    play(**{"*:1": [{"exit": 3}], "*": [{"exit": 0}]})
    seen: list[fargo.RunSnapshot] = []
    ended = project.submit("work", array=3).wait(timeout=60, on_change=seen.append)
    assert ended.state is fargo.JobState.FAILED
    assert ended.counts == {fargo.JobState.SUCCEEDED: 2, fargo.JobState.FAILED: 1}
    assert seen[-1] == ended
    assert len({(state.jobs, state.gone) for state in seen}) == len(seen)


def test_a_wait_that_takes_too_long_raises(project: fargo.Project, play: Play) -> None:
    play(**{"*": [{"sleep": 600}]})
    run = project.submit("work")
    with pytest.raises(fargo.WaitTimeout, match="has not ended within"):
        run.wait(timeout=0.1)
    run.stop()


def test_stop_counts_what_it_stopped(project: fargo.Project, play: Play) -> None:
    play(**{"*": [{"sleep": 600}]})
    run = project.submit("work", array=4)
    found = run.stop(reason="enough")
    assert found.running + found.waiting == 4
    assert run.wait(timeout=60).state is fargo.JobState.FAILED
    assert not run.stop().jobs


def test_a_retry_runs_what_has_no_result_with_more_memory(
    project: fargo.Project, play: Play, results: Callable[..., None]
) -> None:
    play(**{"*:2": [{"exit": 3}], "*": [{"exit": 0}]})
    run = project.submit("photo", over=({"photo": f"{n}.jpg"} for n in range(5)))
    assert run.wait(timeout=60).state is fargo.JobState.FAILED
    results(run, {0, 1, 3}, failed=[2])
    stands = run.standing()
    assert (stands.done, stands.failed, stands.missing) == (3, 1, 1)
    assert [row.row for row in run.results(failed=True)] == [2, 4]
    play(**ENDED)
    assert run.retry(memory="+50%", spot=True) == run
    state = run.wait(timeout=60)
    assert state.state is fargo.JobState.SUCCEEDED
    wave = state.run.last
    assert (wave.number, wave.rows, wave.memory_mib) == (2, 2, 1024)
    results(run, {2, 4})
    assert run.retry() == run
    assert len(run.status().run.waves) == 2


def test_results_are_rows_with_columns_and_measures(
    project: fargo.Project, results: Callable[..., None], tmp_path: Path
) -> None:
    run = project.submit("photo", over=[{"photo": "a.jpg"}, {"photo": "b.jpg"}])
    results(run, [0])
    first, second = run.results()
    assert (first.columns, first.state) == ({"photo": "a.jpg"}, fargo.RowState.SUCCEEDED)
    assert first.measured
    assert (first.measured.exit_code, first.measured.seconds) == (0, 2.0)
    assert (second.state, second.measured) == (fargo.RowState.MISSING, None)
    fetched = run.fetch(tmp_path / "into")
    assert (fetched.summary.succeeded, fetched.summary.missing) == (1, 1)
    with (tmp_path / "into" / fetched.table).open(encoding="utf-8", newline="") as table:
        assert [row["photo"] for row in csv.DictReader(table)] == ["a.jpg", "b.jpg"]


def test_an_output_that_is_gone_is_named(project: fargo.Project, aws: str, tmp_path: Path) -> None:
    run = project.submit("photo", over=[{"photo": "a.jpg"}])
    key = f"runs/{run.id}/output/0/a.png"
    body = {"row": 0, "exit_code": 0, "outputs": [{"key": key, "size": 1, "sha256": "0" * 64}]}
    client("s3", aws, REGION).put_object(
        Bucket=f"fargo-demo-123456789012-{REGION}",
        Key=f"runs/{run.id}/result/0.json",
        Body=json.dumps(body),
    )
    with pytest.raises(fargo.AwsError, match="1 of the files and results") as raised:
        run.fetch(tmp_path)
    assert raised.value.__notes__ == [f"row 0: {key} is in the result, and gone from the bucket"]
    assert run.fetch(tmp_path, outputs=False).progress.files == 0


def test_runs_are_found_again_newest_first_and_one_waits_for_another(
    project: fargo.Project, aws: str, play: Play
) -> None:
    play(**{"*": [{"sleep": 60}]})
    first = project.submit("other", array=2)
    second = project.submit("other", array=2, after=first)
    third = project.submit("other", after=first.id)
    assert {run.id for run in project.runs(limit=3)} == {first.id, second.id, third.id}
    assert project.run(second.id) == second
    batch = client("batch", aws, REGION)
    job = batch.describe_jobs(jobs=list(second.status().run.job_ids))["jobs"][0]
    assert job["dependsOn"] == [{"jobId": first.status().run.job_ids[0], "type": "N_TO_N"}]
    for run in (third, second, first):
        run.stop()


def test_a_submission_that_broke_off_is_resumed(project: fargo.Project, aws: str, play: Play) -> None:
    play(**ENDED)

    def faults(*found: object) -> None:
        request = urllib.request.Request(
            f"{aws}/_fargo/faults", data=json.dumps(found).encode(), method="PUT"
        )
        with urllib.request.urlopen(request, timeout=60):
            pass

    faults({"service": "batch", "operation": "*", "kind": "drop_request", "after": 1})
    with pytest.raises(fargo.AwsUnreachable) as raised:
        project.submit("work", array=20_001)
    faults()
    run = next(run for run in project.runs() if not run.status().run.submitted)
    assert f"go on with `fargo submit --resume {run.id}`" in str(raised.value)
    with pytest.raises(fargo.UsageError, match="is not submitted whole: 2 of 3 jobs"):
        run.wait()
    assert project.resume(run.id) == run
    assert len(set(run.status().run.job_ids)) == 3
    with pytest.raises(fargo.UsageError, match="is submitted whole"):
        project.resume(run.id)
