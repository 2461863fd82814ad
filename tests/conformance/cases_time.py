"""Timeouts of attempts, and limits of how long a job may be RUNNABLE."""

from casebook import API, GUIDE, Feature, holds, same
from cases_queues import LIMIT
from world import HOLD, Work, World

_feature = Feature("Timeouts and time limits", timed=True)
_case = _feature.case

_GUIDE = GUIDE.format("job_timeouts")
_MINUTE = {"attemptDurationSeconds": 60}


@_case("An attempt that runs longer than its timeout is ended, and the job is FAILED", _GUIDE, runs=True)
def timeout_ends_the_job(world: World) -> None:
    job = world.wait(world.submit(HOLD, timeout=_MINUTE), "FAILED", seconds=60)
    holds("not before its time", job["stoppedAt"] - job["startedAt"] >= 60_000)


@_case("The statusReason of a timeout says so", _GUIDE, runs=True)
def timeout_says_so(world: World) -> None:
    job = world.wait(world.submit(HOLD, timeout=_MINUTE), "FAILED", seconds=60)
    same("statusReason", job.get("statusReason"), "Job attempt duration exceeded timeout")


@_case("A job that timed out is not retried", _GUIDE, runs=True)
def timeout_is_not_retried(world: World) -> None:
    job = world.wait(world.submit(HOLD, timeout=_MINUTE, retryStrategy={"attempts": 3}), "FAILED", seconds=60)
    same("attempts", len(job["attempts"]), 1)


@_case("The timeout begins anew with each attempt", _GUIDE, runs=True)
def timeout_is_per_attempt(world: World) -> None:
    job_id = world.submit(Work(sleep=40, exits=(1, 0)), timeout=_MINUTE, retryStrategy={"attempts": 2})
    job = world.wait(job_id, "SUCCEEDED", seconds=80)
    same("attempts", len(job["attempts"]), 2)


@_case("A container that does not heed the timeout's SIGTERM is killed after 30 seconds", _GUIDE, runs=True)
def timeout_ends_with_a_sigkill(world: World) -> None:
    job = world.wait(world.submit(Work(sleep=HOLD.sleep, deaf=True), timeout=_MINUTE), "FAILED", seconds=90)
    same("exit code", job["container"].get("exitCode"), 137)
    holds("after 90 seconds", job["stoppedAt"] - job["startedAt"] >= 90_000)


@_case("In an array the timeout is each child's", GUIDE.format("array_jobs"), runs=True)
def timeout_of_children(world: World) -> None:
    parent = world.submit(HOLD, timeout=_MINUTE, arrayProperties={"size": 2})
    world.wait(parent, "FAILED", seconds=60)
    for index in range(2):
        child = world.job(f"{parent}:{index}")
        holds("not before its time", child["stoppedAt"] - child["startedAt"] >= 60_000)


@_case(
    "A job that blocks its queue for a reason with a limit is cancelled when the limit is over",
    GUIDE.format("job_stuck_in_runnable_time_limit_actions"),
    runs=True,
)
def limit_cancels_what_blocks(world: World) -> None:
    queue = world.queue(max_vcpus=1, jobStateTimeLimitActions=[LIMIT])
    (found,) = world.call("DescribeJobQueues", jobQueues=[queue])["jobQueues"]
    same("the queue's limits", found.get("jobStateTimeLimitActions"), [LIMIT])
    job_id = world.submit(jobQueue=queue, jobDefinition=world.definition(vcpu="2", memory="4096"))
    job = world.wait(job_id, "FAILED", seconds=900)
    reason = f"Canceled by JobStateTimeLimit action due to reason: {LIMIT['reason']}"
    same("statusReason", job.get("statusReason"), reason)
    holds("not before its time", job["stoppedAt"] - job["createdAt"] >= 600_000)


@_case(
    "Once the blocking job is cancelled, the one behind it runs",
    API.format("JobStateTimeLimitAction"),
    runs=True,
)
def limit_lets_the_next_one_run(world: World) -> None:
    queue = world.queue(max_vcpus=1, jobStateTimeLimitActions=[LIMIT])
    (found,) = world.call("DescribeJobQueues", jobQueues=[queue])["jobQueues"]
    same("the queue's limits", found.get("jobStateTimeLimitActions"), [LIMIT])
    blocking = world.submit(jobQueue=queue, jobDefinition=world.definition(vcpu="2", memory="4096"))
    behind = world.submit(jobQueue=queue)
    job = world.wait(behind, "SUCCEEDED", seconds=900)
    holds("after it", job["startedAt"] >= world.job(blocking)["stoppedAt"])
