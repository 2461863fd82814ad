"""Cancelling and terminating."""

from casebook import API, GUIDE, Feature, holds, refused, same
from world import HOLD, Work, World

_feature = Feature("Cancel and terminate")
_case = _feature.case

_CANCEL = API.format("CancelJob")
_CANCEL_MANY = API.format("CancelJobs")
_TERMINATE = API.format("TerminateJob")
_TERMINATE_MANY = API.format("TerminateJobs")
UNKNOWN = "00000000-0000-4000-8000-000000000000"


def _waiting(world: World, count: int) -> list[str]:
    """Jobs that are RUNNABLE behind one that runs."""
    one = {"jobQueue": world.queue(max_vcpus=1), "jobDefinition": world.definition(vcpu="1", memory="2048")}
    world.wait(world.submit(HOLD, **one), "RUNNING")
    ids = [world.submit(**one) for _ in range(count)]
    for each in ids:
        world.wait(each, "RUNNABLE")
    return ids


def _running(world: World) -> str:
    job_id = world.submit(HOLD)
    world.wait(job_id, "RUNNING")
    return job_id


@_case("A cancelled RUNNABLE job is FAILED with the reason given", _CANCEL, runs=True)
def cancel_of_a_runnable_job(world: World) -> None:
    (job_id,) = _waiting(world, 1)
    world.call("CancelJob", jobId=job_id, reason="not needed")
    job = world.wait(job_id, "FAILED")
    same("reason", job.get("statusReason"), "not needed")
    same("isCancelled", job.get("isCancelled"), True)
    holds("it never started", not job.get("startedAt"))


@_case("Cancelling a RUNNING job is no error, and does nothing", _CANCEL, runs=True)
def cancel_of_a_running_job(world: World) -> None:
    job_id = _running(world)
    world.call("CancelJob", jobId=job_id, reason="not needed")
    world.wait(world.submit(), "SUCCEEDED")
    same("state", world.job(job_id)["status"], "RUNNING")


@_case(
    "CancelJobs takes several, tells each one's fate, and counts unknown ones as done",
    _CANCEL_MANY,
    runs=True,
)
def cancel_of_many(world: World) -> None:
    ids = _waiting(world, 2)
    answer = world.call("CancelJobs", jobs=[*ids, UNKNOWN], reason="none needed")
    same("successful", sorted(answer["successful"]), sorted([*ids, UNKNOWN]))
    same("errors", answer["errors"], [])
    for each in ids:
        same("reason", world.wait(each, "FAILED").get("statusReason"), "none needed")


@_case("CancelJobs leaves RUNNING jobs alone", _CANCEL_MANY, runs=True)
def cancel_of_many_spares_the_running(world: World) -> None:
    job_id = _running(world)
    world.call("CancelJobs", jobs=[job_id], reason="not needed")
    world.wait(world.submit(), "SUCCEEDED")
    same("state", world.job(job_id)["status"], "RUNNING")


@_case("A terminated RUNNING job is FAILED with the reason given", _TERMINATE, runs=True)
def terminate_of_a_running_job(world: World) -> None:
    job_id = _running(world)
    world.call("TerminateJob", jobId=job_id, reason="enough")
    job = world.wait(job_id, "FAILED")
    same("reason", job.get("statusReason"), "enough")
    same("isTerminated", job.get("isTerminated"), True)


@_case("A terminated container gets SIGTERM first", GUIDE.format("job_timeouts"), runs=True)
def terminate_is_a_sigterm(world: World) -> None:
    job_id = _running(world)
    world.call("TerminateJob", jobId=job_id, reason="enough")
    same("exit code", world.wait(job_id, "FAILED")["container"].get("exitCode"), 143)


@_case(
    "A container that does not heed SIGTERM is killed after 30 seconds",
    GUIDE.format("job_timeouts"),
    runs=True,
)
def terminate_ends_with_a_sigkill(world: World) -> None:
    job_id = world.submit(Work(sleep=HOLD.sleep, deaf=True, out="deaf"))
    job = world.wait(job_id, "RUNNING")
    world.until(
        "it writes",
        lambda: world.job(job_id)["container"].get("logStreamName") and world.lines(world.job(job_id)),
    )
    world.call("TerminateJob", jobId=job_id, reason="enough")
    job = world.wait(job_id, "FAILED", seconds=30)
    same("exit code", job["container"].get("exitCode"), 137)


@_case("A terminated RUNNABLE job is cancelled", _TERMINATE, runs=True)
def terminate_of_a_runnable_job(world: World) -> None:
    (job_id,) = _waiting(world, 1)
    world.call("TerminateJob", jobId=job_id, reason="not needed")
    job = world.wait(job_id, "FAILED")
    same("reason", job.get("statusReason"), "not needed")
    holds("it never started", not job.get("startedAt"))


@_case("A terminated job is not retried", GUIDE.format("job_retries"), runs=True)
def terminate_is_not_retried(world: World) -> None:
    job_id = world.submit(HOLD, retryStrategy={"attempts": 3})
    world.wait(job_id, "RUNNING")
    world.call("TerminateJob", jobId=job_id, reason="enough")
    same("attempts", len(world.wait(job_id, "FAILED")["attempts"]), 1)


@_case("Terminating a job that has ended changes nothing", _TERMINATE, runs=True)
def terminate_of_an_ended_job(world: World) -> None:
    job_id = world.submit()
    before = world.wait(job_id, "SUCCEEDED")
    world.call("TerminateJob", jobId=job_id, reason="too late")
    after = world.job(job_id)
    for key in ("status", "statusReason", "stoppedAt"):
        same(key, after.get(key), before.get(key))


@_case("TerminateJobs takes several, and counts unknown ones as done", _TERMINATE_MANY, runs=True)
def terminate_of_many(world: World) -> None:
    ids = [_running(world) for _ in range(2)]
    answer = world.call("TerminateJobs", jobs=[*ids, UNKNOWN], reason="all of them")
    same("successful", sorted(answer["successful"]), sorted([*ids, UNKNOWN]))
    same("errors", answer["errors"], [])
    for each in ids:
        same("reason", world.wait(each, "FAILED").get("statusReason"), "all of them")


@_case("CancelJobs takes up to 50 ids", _CANCEL_MANY)
def cancel_of_51(world: World) -> None:
    ids = [f"00000000-0000-4000-8000-{number:012}" for number in range(51)]
    same("50 of them", world.call("CancelJobs", jobs=ids[:50], reason="x")["errors"], [])
    refused(world, "CancelJobs", jobs=ids, reason="x")


@_case("TerminateJobs takes up to 50 ids", _TERMINATE_MANY)
def terminate_of_51(world: World) -> None:
    ids = [f"00000000-0000-4000-8000-{number:012}" for number in range(51)]
    same("50 of them", world.call("TerminateJobs", jobs=ids[:50], reason="x")["errors"], [])
    refused(world, "TerminateJobs", jobs=ids, reason="x")


LONG_REASONS = tuple(
    _feature.refusal(
        f"{operation[:-3].lower()}_with_a_reason_of_1025",
        "A reason has up to 1,024 letters",
        API.format(operation),
        operation,
        lambda world: {"jobId": world.submit(), "reason": "x" * 1025},
    )
    for operation in ("CancelJob", "TerminateJob")
)
