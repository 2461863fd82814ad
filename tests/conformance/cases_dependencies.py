"""Jobs that depend on jobs."""

from casebook import API, GUIDE, Feature, holds, refused, same
from world import HOLD, Work, World

_feature = Feature("Dependencies")
_case = _feature.case

_GUIDE = GUIDE.format("job_dependencies")


def _after(world: World, *ids: str, work: Work | None = None) -> str:
    return world.submit(work or Work(), dependsOn=[{"jobId": each} for each in ids])


@_case("A job is PENDING while the one it depends on runs", GUIDE.format("job_states"), runs=True)
def dependent_is_pending(world: World) -> None:
    first = world.submit(HOLD)
    second = _after(world, first)
    world.wait(first, "RUNNING")
    same("state", world.wait(second, "PENDING")["status"], "PENDING")


@_case("It starts after the one it depends on has succeeded", _GUIDE, runs=True)
def dependent_starts_afterwards(world: World) -> None:
    first = world.submit(Work(sleep=1))
    job = world.wait(_after(world, first), "SUCCEEDED", seconds=1)
    holds("the order", job["startedAt"] >= world.job(first)["stoppedAt"])


@_case("dependsOn is shown", API.format("JobDetail"), runs=True)
def dependencies_are_shown(world: World) -> None:
    first = world.submit(HOLD)
    shown = world.job(_after(world, first))["dependsOn"]
    same("ids", [entry["jobId"] for entry in shown], [first])


@_case("It fails, and never starts, when the one it depends on fails", _GUIDE, runs=True)
def dependent_fails(world: World) -> None:
    job = world.wait(_after(world, world.submit(Work(exits=(1,)))), "FAILED")
    holds("it never started", not job.get("startedAt"))
    same("attempts", job["attempts"], [])


@_case("A failed dependency is told in the statusReason", _GUIDE, runs=True)
def dependent_says_why_it_failed(world: World) -> None:
    job = world.wait(_after(world, world.submit(Work(exits=(1,)))), "FAILED")
    holds(
        f"it names a dependency: {job.get('statusReason')}", "depend" in str(job.get("statusReason")).lower()
    )


@_case("A failure goes through a chain of dependents", _GUIDE, runs=True)
def dependents_fail_in_a_chain(world: World) -> None:
    first = world.submit(HOLD)
    last = _after(world, _after(world, first))
    world.wait(first, "RUNNING")
    world.call("TerminateJob", jobId=first, reason="break the chain")
    world.wait(last, "FAILED")


@_case("It waits for all that it depends on", _GUIDE, runs=True)
def dependent_waits_for_all(world: World) -> None:
    done, held = world.submit(), world.submit(HOLD)
    both = _after(world, done, held)
    world.wait(done, "SUCCEEDED")
    world.wait(held, "RUNNING")
    # A job that depends only on the first, submitted later, has run in the meantime.
    world.wait(_after(world, done), "SUCCEEDED")
    same("state", world.job(both)["status"], "PENDING")


@_case("A dependency that has SUCCEEDED already holds up nothing", _GUIDE, runs=True)
def dependency_already_succeeded(world: World) -> None:
    first = world.submit()
    world.wait(first, "SUCCEEDED")
    world.wait(_after(world, first), "SUCCEEDED")


@_case("A dependency that has FAILED already fails the job", _GUIDE, runs=True)
def dependency_already_failed(world: World) -> None:
    first = world.submit(Work(exits=(1,)))
    world.wait(first, "FAILED")
    world.wait(_after(world, first), "FAILED")


@_case(
    "A job that is retried in between does not fail its dependents", GUIDE.format("job_retries"), runs=True
)
def dependency_is_retried(world: World) -> None:
    first = world.submit(Work(exits=(1, 0)), retryStrategy={"attempts": 2})
    world.wait(_after(world, first), "SUCCEEDED", seconds=1)
    same("the first", len(world.job(first)["attempts"]), 2)


@_case("A job depends on up to 20 jobs", API.format("SubmitJob"))
def dependencies_are_20(world: World) -> None:
    first = world.submit()
    world.submit(dependsOn=[{"jobId": first}] * 20)
    refused(world, "SubmitJob", **world.job_request(dependsOn=[{"jobId": first}] * 21))


@_case(
    "A cancelled PENDING job fails once its dependencies are over, with the reason given",
    API.format("CancelJob"),
    runs=True,
)
def dependent_is_cancelled(world: World) -> None:
    first = world.submit(HOLD)
    second = _after(world, first)
    world.wait(first, "RUNNING")
    world.wait(second, "PENDING")
    world.call("CancelJob", jobId=second, reason="not needed")
    same("isCancelled", world.job(second).get("isCancelled"), True)
    world.call("TerminateJob", jobId=first, reason="over")
    job = world.wait(second, "FAILED")
    same("reason", job.get("statusReason"), "not needed")
    holds("it never started", not job.get("startedAt"))
