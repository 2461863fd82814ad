"""What a job waits for: other jobs, whole arrays, the same child of another array, the child before it."""

import itertools
from typing import Any

import pytest
from botocore.exceptions import ClientError
from local_aws import make_definition, make_queue, script, wait_for_job, wait_until

FAILED = "Dependent Job failed"


@pytest.fixture
def ready(batch: Any, name: str) -> str:
    make_queue(batch, name)
    make_definition(batch, name)
    return name


def submit(batch: Any, name: str, *steps: Any, after: Any = (), size: int = 0, **more: Any) -> str:
    links = [{"jobId": each} if isinstance(each, str) else each for each in after]
    if size:
        more["arrayProperties"] = {"size": size}
    answer = batch.submit_job(
        jobName=name,
        jobQueue=name,
        jobDefinition=name,
        dependsOn=links,
        containerOverrides=script(*steps),
        **more,
    )
    return str(answer["jobId"])


def state(batch: Any, job_id: str) -> str:
    return str(batch.describe_jobs(jobs=[job_id])["jobs"][0]["status"])


def job(batch: Any, job_id: str) -> dict[str, Any]:
    found: dict[str, Any] = batch.describe_jobs(jobs=[job_id])["jobs"][0]
    return found


def test_a_job_is_pending_until_all_that_it_depends_on_have_succeeded(batch: Any, ready: str) -> None:
    first, second = submit(batch, ready, {"sleep": 600}), submit(batch, ready, {"sleep": 0.3})
    last = submit(batch, ready, after=[first, second])
    wait_for_job(batch, second, "SUCCEEDED")
    assert state(batch, last) == "PENDING"
    assert job(batch, last)["dependsOn"] == [{"jobId": first}, {"jobId": second}]
    batch.terminate_job(jobId=first, reason="done")
    assert wait_for_job(batch, last, "FAILED")["statusReason"] == FAILED


def test_it_starts_after_their_end(batch: Any, ready: str) -> None:
    first = submit(batch, ready, {"sleep": 0.2})
    last = submit(batch, ready, after=[first])
    done = wait_for_job(batch, last, "SUCCEEDED")
    assert done["startedAt"] >= job(batch, first)["stoppedAt"]


def test_a_failure_fails_a_long_chain_of_dependents_and_none_of_them_runs(batch: Any, ready: str) -> None:
    first = submit(batch, ready, {"sleep": 0.2}, {"exit": 1})
    chain = [first]
    for _ in range(300):
        chain.append(submit(batch, ready, after=[chain[-1]]))
    last = wait_for_job(batch, chain[-1], "FAILED")
    assert (last["statusReason"], last["attempts"]) == (FAILED, [])


@pytest.mark.parametrize(("code", "expected"), [(0, "SUCCEEDED"), (1, "FAILED")])
def test_a_job_that_ended_already_counts_at_once(batch: Any, ready: str, code: int, expected: str) -> None:
    first = submit(batch, ready, {"exit": code})
    wait_for_job(batch, first)
    wait_for_job(batch, submit(batch, ready, after=[first]), expected)


def test_an_array_is_waited_for_as_a_whole_and_so_is_one_of_its_children(batch: Any, ready: str) -> None:
    array = submit(batch, ready, {"sleep": 0.2}, size=3)
    after_all, after_one = submit(batch, ready, after=[array]), submit(batch, ready, after=[f"{array}:1"])
    done = [wait_for_job(batch, each, "SUCCEEDED") for each in (after_all, after_one)]
    assert done[0]["startedAt"] >= job(batch, array)["stoppedAt"]
    assert done[1]["startedAt"] >= job(batch, f"{array}:1")["stoppedAt"]


def test_an_array_whose_dependency_fails_fails_with_all_its_children(batch: Any, ready: str) -> None:
    first = submit(batch, ready, {"sleep": 0.2}, {"exit": 1})
    array = submit(batch, ready, after=[first], size=4)
    done = wait_for_job(batch, array, "FAILED")
    assert done["statusReason"] == FAILED
    assert done["arrayProperties"]["statusSummary"]["FAILED"] == 4
    assert job(batch, f"{array}:3")["statusReason"] == FAILED


def test_children_of_an_array_run_one_after_the_other(batch: Any, ready: str) -> None:
    array = submit(batch, ready, {"sleep": 0.05}, after=[{"type": "SEQUENTIAL"}], size=4)
    wait_for_job(batch, array, "SUCCEEDED")
    ran = [job(batch, f"{array}:{index}") for index in range(4)]
    for earlier, later in itertools.pairwise(ran):
        assert earlier["stoppedAt"] <= later["startedAt"]


def test_a_failure_ends_a_sequential_array_there(batch: Any, endpoint: str, ready: str) -> None:
    from local_aws import set_rules

    set_rules(endpoint, [{"job": f"{ready}:1", "script": [{"exit": 1}]}])
    answer = batch.submit_job(
        jobName=ready,
        jobQueue=ready,
        jobDefinition=ready,
        arrayProperties={"size": 4},
        dependsOn=[{"type": "SEQUENTIAL"}],
    )
    done = wait_for_job(batch, answer["jobId"], "FAILED")
    set_rules(endpoint, [])
    states = [job(batch, f"{answer['jobId']}:{index}") for index in range(4)]
    assert [each["status"] for each in states] == ["SUCCEEDED", "FAILED", "FAILED", "FAILED"]
    assert [len(each["attempts"]) for each in states] == [1, 1, 0, 0]
    assert states[3]["statusReason"] == FAILED
    assert done["statusReason"] == "Array Child Job failed"


def test_a_child_waits_for_its_twin_alone(batch: Any, endpoint: str, ready: str) -> None:
    from local_aws import set_rules

    set_rules(endpoint, [{"job": f"{ready}:0", "script": [{"sleep": 600}]}])
    first = batch.submit_job(jobName=ready, jobQueue=ready, jobDefinition=ready, arrayProperties={"size": 3})[
        "jobId"
    ]
    wait_until(lambda: state(batch, f"{first}:0") == "RUNNING")
    set_rules(endpoint, [])
    second = submit(batch, ready, after=[{"jobId": first, "type": "N_TO_N"}], size=3)
    wait_until(
        lambda: [state(batch, f"{second}:{i}") for i in range(3)] == ["PENDING", "SUCCEEDED", "SUCCEEDED"]
    )
    batch.terminate_job(jobId=f"{first}:0", reason="done")
    done = wait_for_job(batch, second, "FAILED")
    assert done["statusReason"] == "Array Child Job failed"
    assert job(batch, f"{second}:0")["statusReason"] == FAILED


def test_pairs_are_told_of_twins_that_end_without_running(batch: Any, ready: str) -> None:
    gate = submit(batch, ready, {"sleep": 600})
    first = submit(batch, ready, after=[gate], size=3)
    second = submit(batch, ready, after=[{"jobId": first, "type": "N_TO_N"}], size=3)
    wait_until(lambda: state(batch, f"{second}:2") == "PENDING")
    batch.terminate_job(jobId=gate, reason="done")
    done = wait_for_job(batch, second, "FAILED")
    assert done["arrayProperties"]["statusSummary"]["FAILED"] == 3


def test_a_pending_job_is_cancelled_when_what_it_waits_for_has_ended(batch: Any, ready: str) -> None:
    first = submit(batch, ready, {"sleep": 0.5})
    second = submit(batch, ready, after=[first])
    wait_until(lambda: state(batch, second) == "PENDING")
    batch.cancel_job(jobId=second, reason="not this one")
    assert state(batch, second) == "PENDING"
    done = wait_for_job(batch, second, "FAILED")
    assert done["statusReason"] == "not this one"
    assert done["stoppedAt"] >= job(batch, first)["stoppedAt"]


def test_a_pending_job_is_terminated_at_once(batch: Any, ready: str) -> None:
    first = submit(batch, ready, {"sleep": 600})
    second = submit(batch, ready, after=[first])
    wait_until(lambda: state(batch, second) == "PENDING")
    batch.terminate_job(jobId=second, reason="not this one")
    assert wait_for_job(batch, second, "FAILED")["statusReason"] == "not this one"
    batch.terminate_job(jobId=first, reason="done")


@pytest.mark.parametrize(
    ("links", "size", "words"),
    [
        ([{"jobId": "nothing"}], 0, "does not exist"),
        ([{"type": "SEQUENTIAL"}], 0, "for array jobs"),
        ([{}], 0, "must name a jobId"),
        ([{"type": "SEQUENTIAL", "jobId": "x"}], 2, "must not name a jobId"),
        ([{"jobId": "x"}] * 21, 0, "at most 20"),
    ],
)
def test_submit_refuses(batch: Any, ready: str, links: list[Any], size: int, words: str) -> None:
    with pytest.raises(ClientError, match=words) as refused:
        submit(batch, ready, after=links, size=size)
    assert refused.value.response["Error"]["Code"] == "ClientException"


def test_n_to_n_needs_an_array_of_the_same_size(batch: Any, ready: str) -> None:
    single, array = submit(batch, ready), submit(batch, ready, size=3)
    for other in (single, array):
        with pytest.raises(ClientError, match="of the same size"):
            submit(batch, ready, after=[{"jobId": other, "type": "N_TO_N"}], size=2)


def test_who_waits_for_a_child_that_never_ran_is_told(batch: Any, ready: str) -> None:
    gate = submit(batch, ready, {"sleep": 600})
    array = submit(batch, ready, after=[gate], size=5)
    waiter = submit(batch, ready, after=[f"{array}:3"])
    wait_until(lambda: state(batch, waiter) == "PENDING")
    batch.terminate_job(jobId=array, reason="done")
    assert wait_for_job(batch, waiter, "FAILED")["statusReason"] == FAILED
    batch.terminate_job(jobId=gate, reason="done")


def test_a_sequential_array_ends_though_a_later_child_was_cancelled(batch: Any, ready: str) -> None:
    array = submit(batch, ready, {"sleep": 0.5}, {"exit": 1}, after=[{"type": "SEQUENTIAL"}], size=5)
    wait_until(lambda: state(batch, f"{array}:0") == "RUNNING")
    batch.cancel_job(jobId=f"{array}:3", reason="not this one")
    done = wait_for_job(batch, array, "FAILED")
    assert done["arrayProperties"]["statusSummary"]["FAILED"] == 5
    assert job(batch, f"{array}:3")["statusReason"] == "not this one"


def test_to_cancel_one_child_of_a_sequence_leaves_those_before_it(batch: Any, ready: str) -> None:
    gate = submit(batch, ready, {"sleep": 0.5})
    array = submit(batch, ready, after=[gate, {"type": "SEQUENTIAL"}], size=4)
    wait_until(lambda: state(batch, f"{array}:2") == "PENDING")
    batch.cancel_job(jobId=f"{array}:2", reason="not this one")
    wait_for_job(batch, array, "FAILED")
    states = [state(batch, f"{array}:{index}") for index in range(4)]
    assert states == ["SUCCEEDED", "SUCCEEDED", "FAILED", "FAILED"]
