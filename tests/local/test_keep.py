"""A stop, and a kill: what AWS Batch held is there again, and what was cut off says so."""

import os
import signal
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
import warm
from local_aws import (
    LOG_GROUP,
    client,
    make_definition,
    make_queue,
    script,
    settled,
    wait_for_job,
    wait_until,
)

import fargo
from fargo.local import daemon


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path))
    monkeypatch.setenv("PYTHONPATH", str(Path(fargo.__file__).parents[1]))
    yield tmp_path
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path))
    daemon.stop()


def start() -> Any:
    started = warm.start("scripted")
    logs = client("logs", started.endpoint)
    if not logs.describe_log_groups(logGroupNamePrefix=LOG_GROUP)["logGroups"]:
        logs.create_log_group(logGroupName=LOG_GROUP)
    return client("batch", started.endpoint)


def stop() -> None:
    assert daemon.stop()


def kill() -> None:
    running = daemon.status()
    assert running
    os.kill(running.pid, signal.SIGKILL)
    wait_until(lambda: daemon.status() is None)


def submit(batch: Any, *steps: Any, **more: Any) -> str:
    answer = batch.submit_job(
        jobName="j", jobQueue="queue", jobDefinition="job", containerOverrides=script(*steps), **more
    )
    return str(answer["jobId"])


def described(batch: Any, *ids: str) -> list[Any]:
    found: list[Any] = [
        batch.describe_compute_environments()["computeEnvironments"],
        batch.describe_job_queues()["jobQueues"],
        batch.describe_job_definitions()["jobDefinitions"],
        batch.describe_jobs(jobs=list(ids))["jobs"],
    ]
    return found


@pytest.mark.parametrize("end", [stop, kill])
def test_what_was_there_is_there_again(home: Path, end: Any) -> None:
    batch = start()
    make_queue(batch)
    make_definition(batch)
    make_definition(batch)
    batch.deregister_job_definition(jobDefinition="job:1")
    batch.tag_resource(resourceArn=make_definition(batch, "other"), tags={"a": "b"})
    done = submit(batch, {"out": "x"}, {"exit": 3}, tags={"t": "u"})
    array = submit(batch, {"out": "x"}, arrayProperties={"size": 3})
    for each in (done, array):
        wait_for_job(batch, each)
    ids = (done, array, f"{array}:1")
    before = described(batch, *ids)
    end()
    assert described(start(), *ids) == before


@pytest.mark.parametrize("end", [stop, kill])
def test_jobs_that_waited_go_on_and_those_that_ran_are_cut_off(home: Path, end: Any) -> None:
    batch = start()
    make_queue(batch, max_vcpus=1)
    make_definition(batch, vcpu="1", memory="2048")
    cut = submit(batch, {"sleep": 600})
    waiting = submit(batch, {"sleep": 0.05})
    array = submit(batch, {"sleep": 0.01}, arrayProperties={"size": 4})
    after = submit(batch, dependsOn=[{"jobId": array}])
    paired = submit(batch, arrayProperties={"size": 4}, dependsOn=[{"jobId": array, "type": "N_TO_N"}])
    wait_for_job(batch, cut, "RUNNING")
    wait_until(lambda: batch.describe_jobs(jobs=[paired])["jobs"][0]["status"] == "PENDING")
    end()
    batch = start()
    ended = wait_for_job(batch, cut, "FAILED")
    assert ended["statusReason"] == "The local AWS ended while the task ran"
    assert [attempt["statusReason"] for attempt in ended["attempts"]] == [ended["statusReason"]]
    for each in (waiting, array, after, paired):
        wait_for_job(batch, each, "SUCCEEDED")


def test_a_job_that_may_be_tried_again_is(home: Path) -> None:
    batch = start()
    make_queue(batch)
    make_definition(batch)
    scenes = [[{"sleep": 600}], [{"exit": 0}]]
    job_id = submit(batch, *scenes, retryStrategy={"attempts": 2})
    wait_for_job(batch, job_id, "RUNNING")
    stop()
    done = wait_for_job(start(), job_id, "SUCCEEDED")
    assert len(done["attempts"]) == 2


def test_an_array_in_the_middle_is_finished_and_no_child_runs_twice(home: Path) -> None:
    batch = start()
    make_queue(batch, max_vcpus=1)
    make_definition(batch)
    array = submit(batch, {"sleep": 0.05}, arrayProperties={"size": 40}, retryStrategy={"attempts": 3})

    def counts() -> dict[str, int]:
        job = batch.describe_jobs(jobs=[array])["jobs"][0]
        summary: dict[str, int] = job["arrayProperties"]["statusSummary"]
        return summary

    wait_until(lambda: counts()["SUCCEEDED"] >= 8)
    kill()
    batch = start()
    kept = counts()
    assert kept["SUCCEEDED"] >= 8
    assert sum(kept.values()) == 40
    wait_for_job(batch, array, "SUCCEEDED")
    ids = [f"{array}:{index}" for index in range(40)]
    attempts = [job["attempts"] for job in batch.describe_jobs(jobs=ids)["jobs"]]
    ran_to_the_end = [sum("exitCode" in each["container"] for each in of_child) for of_child in attempts]
    assert ran_to_the_end == [1] * 40


def test_no_answered_submission_is_lost_by_a_kill(home: Path) -> None:
    batch = start()
    make_queue(batch)
    make_definition(batch)
    ids = [submit(batch, {"sleep": 600}) for _ in range(30)]
    kill()
    found = start().describe_jobs(jobs=ids)["jobs"]
    assert sorted(job["jobId"] for job in found) == sorted(ids)


def test_a_queue_that_was_deleted_stays_so_and_its_jobs_are_still_shown(home: Path) -> None:
    batch = start()
    make_queue(batch)
    make_definition(batch)
    job_id = submit(batch, {"exit": 0})
    wait_for_job(batch, job_id)
    batch.update_job_queue(jobQueue="queue", state="DISABLED")
    settled(batch, "queue")
    batch.delete_job_queue(jobQueue="queue")
    wait_until(lambda: not batch.describe_job_queues()["jobQueues"])
    stop()
    batch = start()
    assert batch.describe_job_queues()["jobQueues"] == []
    assert batch.describe_jobs(jobs=[job_id])["jobs"][0]["status"] == "SUCCEEDED"


def test_a_database_that_cannot_be_read_is_put_aside_and_said(home: Path) -> None:
    batch = start()
    make_queue(batch)
    stop()
    folder = home / "fargo" / "local"
    (folder / "batch.db").write_bytes(b"no database" * 1000)
    started = warm.start("scripted")
    assert "what AWS Batch held cannot be read" in started.warning
    assert client("batch", started.endpoint).describe_job_queues()["jobQueues"] == []
    assert len(list(folder.glob("batch-*.db"))) == 1


def test_jobs_that_were_cut_off_are_tried_again_in_their_order(home: Path) -> None:
    batch = start()
    make_queue(batch, max_vcpus=1)
    make_definition(batch)
    scenes = [[{"sleep": 600}], [{"sleep": 0.1}]]
    ids = [submit(batch, *scenes, retryStrategy={"attempts": 2}) for _ in range(4)]
    wait_for_job(batch, ids[-1], "RUNNING")
    batch.update_compute_environment(computeEnvironment="queue-ce", state="DISABLED")
    kill()
    batch = start()
    front = batch.get_job_queue_snapshot(jobQueue="queue")["frontOfQueue"]["jobs"]
    assert [job["jobArn"].rpartition("/")[2] for job in front] == ids


def test_what_another_version_kept_is_put_aside_and_said(home: Path) -> None:
    make_queue(start())
    daemon.stop()
    (kept,) = home.rglob("batch.db")
    with closing(sqlite3.connect(kept)) as db:
        db.execute("PRAGMA user_version = 99")
    started = warm.start("scripted")
    assert (
        "what AWS Batch held cannot be read (it is of version 99, and this fargo writes 1)" in started.warning
    )
    (aside,) = kept.parent.glob("batch-*.db")
    assert f"it was moved to {aside}" in started.warning
    assert client("batch", started.endpoint).describe_job_queues()["jobQueues"] == []
