"""Array jobs."""

from typing import Any

from casebook import API, GUIDE, Feature, holds, refused, same
from world import HOLD, SCRIPTED, Work, World

_feature = Feature("Array jobs")
_case = _feature.case

_ARRAYS = GUIDE.format("array_jobs")
_DETAIL = API.format("ArrayPropertiesDetail")
_LIST = API.format("ListJobs")


def _array(world: World, work: Work, count: int = 3, **more: object) -> str:
    return world.submit(work, arrayProperties={"size": count}, **more)


def _children(world: World, parent: str, count: int) -> list[dict[str, Any]]:
    """The children in DescribeJobs, in the order of their index."""
    ids = [f"{parent}:{index}" for index in range(count)]
    found = {job["jobId"]: job for job in world.call("DescribeJobs", jobs=ids)["jobs"]}
    return [found[each] for each in ids]


@_case("The children of an array are <id>:0, <id>:1 and so on", _ARRAYS, runs=True)
def array_children_s_ids(world: World) -> None:
    parent = _array(world, Work())
    world.wait(parent, "SUCCEEDED")
    found = world.call("ListJobs", arrayJobId=parent, jobStatus="SUCCEEDED")["jobSummaryList"]
    same("ids", sorted(each["jobId"] for each in found), [f"{parent}:{index}" for index in range(3)])


@_case("A child shows its arrayProperties.index, the parent its size", _DETAIL, runs=True)
def array_child_shows_its_index(world: World) -> None:
    parent = _array(world, Work())
    same("size", world.wait(parent, "SUCCEEDED")["arrayProperties"]["size"], 3)
    shown = [child.get("arrayProperties", {}).get("index") for child in _children(world, parent, 3)]
    same("indexes", shown, [0, 1, 2])


@_case("AWS_BATCH_JOB_ARRAY_INDEX is the child's index, from 0", GUIDE.format("job_env_vars"), runs=True)
def array_index_variable(world: World) -> None:
    parent = _array(world, Work(env=("AWS_BATCH_JOB_ARRAY_INDEX",)))
    world.wait(parent, "SUCCEEDED")
    lines = [world.lines(child) for child in _children(world, parent, 3)]
    same("lines", lines, [[f"AWS_BATCH_JOB_ARRAY_INDEX={index}"] for index in range(3)])


@_case("AWS_BATCH_JOB_ARRAY_SIZE is the array's size", GUIDE.format("job_env_vars"), runs=True)
def array_size_variable(world: World) -> None:
    parent = _array(world, Work(env=("AWS_BATCH_JOB_ARRAY_SIZE",)), count=2)
    world.wait(parent, "SUCCEEDED")
    lines = [world.lines(child) for child in _children(world, parent, 2)]
    same("lines", lines, [["AWS_BATCH_JOB_ARRAY_SIZE=2"]] * 2)


@_case("A job that is no child has no AWS_BATCH_JOB_ARRAY_INDEX", GUIDE.format("job_env_vars"), runs=True)
def array_index_variable_is_for_children(world: World) -> None:
    job = world.wait(world.submit(Work(env=("AWS_BATCH_JOB_ARRAY_INDEX",))), "SUCCEEDED")
    same("lines", world.lines(job), ["AWS_BATCH_JOB_ARRAY_INDEX="])


@_case("The parent is PENDING while its children run", GUIDE.format("job_states"), runs=True)
def array_parent_is_pending(world: World) -> None:
    parent = _array(world, HOLD, count=2)
    for index in range(2):
        world.wait(f"{parent}:{index}", "RUNNING")
    same("parent", world.job(parent)["status"], "PENDING")


@_case("statusSummary counts the children by state, and says when", _DETAIL, runs=True)
def array_summary_counts(world: World) -> None:
    parent = _array(world, HOLD)
    for index in range(3):
        world.wait(f"{parent}:{index}", "RUNNING")
    world.call("TerminateJob", jobId=f"{parent}:1", reason="one of them")
    world.wait(f"{parent}:1", "FAILED")
    shown = world.job(parent)["arrayProperties"]
    counts = {state: count for state, count in shown["statusSummary"].items() if count}
    same("counts", counts, {"RUNNING": 2, "FAILED": 1})
    holds("statusSummaryLastUpdatedAt", shown.get("statusSummaryLastUpdatedAt", 0) > 0)


@_case("The parent is SUCCEEDED once all its children are", _ARRAYS, runs=True)
def array_succeeds(world: World) -> None:
    job = world.wait(_array(world, Work()), "SUCCEEDED")
    same("succeeded", job["arrayProperties"]["statusSummary"]["SUCCEEDED"], 3)


@_case("The parent succeeds by itself, also where nobody describes it", _ARRAYS, runs=True)
def array_succeeds_unseen(world: World) -> None:
    parent = _array(world, Work(), count=2)
    name = world.job(parent)["jobName"]
    filters = [{"name": "JOB_NAME", "values": [name]}]

    def ended() -> bool:
        found = world.call("ListJobs", jobQueue=world.setting.queue, filters=filters)["jobSummaryList"]
        return any(each["jobId"] == parent and each["status"] == "SUCCEEDED" for each in found)

    world.until("the list shows the parent SUCCEEDED", ended)


@_case("The parent is FAILED when a child is, after all have ended", _ARRAYS, runs=True)
def array_fails(world: World) -> None:
    parent = _array(world, Work(exits=(1,)), count=2)
    job = world.wait(parent, "FAILED")
    same("failed", job["arrayProperties"]["statusSummary"]["FAILED"], 2)


@_case("One child that fails ends neither the others nor, before them, the parent", _ARRAYS, runs=True)
def array_goes_on_after_a_failure(world: World) -> None:
    parent = _array(world, HOLD, count=2)
    for index in range(2):
        world.wait(f"{parent}:{index}", "RUNNING")
    world.call("TerminateJob", jobId=f"{parent}:0", reason="one of them")
    world.wait(f"{parent}:0", "FAILED")
    same("the other", world.job(f"{parent}:1")["status"], "RUNNING")
    same("the parent", world.job(parent)["status"], "PENDING")
    world.call("TerminateJob", jobId=f"{parent}:1", reason="the other")
    world.wait(parent, "FAILED")


@_case("Terminating the parent ends its children", API.format("TerminateJob"), runs=True)
def array_terminated_with_its_children(world: World) -> None:
    parent = _array(world, HOLD, count=2)
    for index in range(2):
        world.wait(f"{parent}:{index}", "RUNNING")
    world.call("TerminateJob", jobId=parent, reason="all of them")
    for index in range(2):
        same("reason", world.wait(f"{parent}:{index}", "FAILED").get("statusReason"), "all of them")
    world.wait(parent, "FAILED")


@_case("Cancelling the parent cancels the children that have not started", API.format("CancelJob"), runs=True)
def array_cancelled_with_its_children(world: World) -> None:
    one = {"jobQueue": world.queue(max_vcpus=1), "jobDefinition": world.definition(vcpu="1", memory="2048")}
    parent = _array(world, HOLD, count=3, **one)

    def one_runs() -> bool:
        counts = world.job(parent).get("arrayProperties", {}).get("statusSummary", {})
        return bool(counts.get("RUNNING") == 1 and counts.get("RUNNABLE") == 2)

    world.until("one child runs and two wait", one_runs)
    world.call("CancelJob", jobId=parent, reason="no more")

    def two_ended() -> bool:
        return bool(world.job(parent)["arrayProperties"]["statusSummary"]["FAILED"] == 2)

    world.until("the two are FAILED", two_ended)
    same("the one", world.job(parent)["arrayProperties"]["statusSummary"]["RUNNING"], 1)


@_case("Each child has attempts of its own", GUIDE.format("job_retries"), runs=True)
def array_children_are_retried(world: World) -> None:
    parent = _array(world, Work(exits=(1, 0)), count=2, retryStrategy={"attempts": 2})
    world.wait(parent, "SUCCEEDED")
    same("attempts", [len(child["attempts"]) for child in _children(world, parent, 2)], [2, 2])


@_case("SEQUENTIAL: each child waits until the one before it has succeeded", _ARRAYS, runs=True)
def array_sequential(world: World) -> None:
    parent = _array(world, Work(), dependsOn=[{"type": "SEQUENTIAL"}])
    world.wait(parent, "SUCCEEDED", seconds=world.moment)
    first, second, third = _children(world, parent, 3)
    holds(":1 started after :0 ended", second["startedAt"] >= first["stoppedAt"])
    holds(":2 started after :1 ended", third["startedAt"] >= second["stoppedAt"])


@_case("SEQUENTIAL: after a failure the following children fail and never start", _ARRAYS, runs=True)
def array_sequential_stops_at_a_failure(world: World) -> None:
    parent = _array(world, Work(exits=(1,)), dependsOn=[{"type": "SEQUENTIAL"}])
    world.wait(parent, "FAILED")
    first, *rest = _children(world, parent, 3)
    holds(":0 ran", first.get("startedAt"))
    same("the others", [child["status"] for child in rest], ["FAILED", "FAILED"])
    holds("the others never started", not any(child.get("startedAt") for child in rest))


@_case("N_TO_N: each child waits for the other array's child of its index", _ARRAYS, runs=True)
def array_n_to_n(world: World) -> None:
    before = _array(world, Work(sleep=1))
    after = _array(world, Work(), dependsOn=[{"jobId": before, "type": "N_TO_N"}])
    world.wait(after, "SUCCEEDED", seconds=world.moment)
    for one, other in zip(_children(world, before, 3), _children(world, after, 3), strict=True):
        holds("it started after its counterpart ended", other["startedAt"] >= one["stoppedAt"])


@_case("N_TO_N: a child whose counterpart failed fails, and the others go on waiting", _ARRAYS, runs=True)
def array_n_to_n_fails_one_by_one(world: World) -> None:
    before = _array(world, HOLD, count=2)
    after = _array(world, Work(), count=2, dependsOn=[{"jobId": before, "type": "N_TO_N"}])
    world.wait(f"{before}:0", "RUNNING")
    world.call("TerminateJob", jobId=f"{before}:0", reason="one of them")
    world.wait(f"{after}:0", "FAILED")
    same("the other", world.job(f"{after}:1")["status"], "PENDING")


@_case(
    "A job that depends on an array waits for all its children", GUIDE.format("job_dependencies"), runs=True
)
def array_as_a_dependency(world: World) -> None:
    array = _array(world, Work(sleep=1), count=2)
    job = world.wait(world.submit(dependsOn=[{"jobId": array}]), "SUCCEEDED", seconds=world.moment)
    ends = [child["stoppedAt"] for child in _children(world, array, 2)]
    holds("it started after the last one", job["startedAt"] >= max(ends))


@_case("ListJobs of an array without a status shows the RUNNING children", _LIST, runs=True)
def array_list_without_status(world: World) -> None:
    parent = _array(world, HOLD, count=2)
    for index in range(2):
        world.wait(f"{parent}:{index}", "RUNNING")
    world.call("TerminateJob", jobId=f"{parent}:0", reason="one of them")
    world.wait(f"{parent}:0", "FAILED")
    found = world.call("ListJobs", arrayJobId=parent)["jobSummaryList"]
    same("ids", [each["jobId"] for each in found], [f"{parent}:1"])


@_case("A queue's list by filter shows the parent and no children", _LIST, runs=True)
def array_filter_shows_no_children(world: World) -> None:
    parent = _array(world, HOLD, count=2)
    world.wait(f"{parent}:0", "RUNNING")
    filters = [{"name": "JOB_NAME", "values": [world.job(parent)["jobName"]]}]
    found = world.call("ListJobs", jobQueue=world.setting.queue, filters=filters)["jobSummaryList"]
    same("ids", [each["jobId"] for each in found], [parent])


@_case("The parent is in the queue's list of PENDING jobs while children run", _LIST, runs=True)
def array_parent_is_listed_as_pending(world: World) -> None:
    queue = world.queue()
    parent = _array(world, HOLD, count=2, jobQueue=queue)
    world.wait(f"{parent}:0", "RUNNING")
    found = world.call("ListJobs", jobQueue=queue, jobStatus="PENDING")["jobSummaryList"]
    same("ids", [each["jobId"] for each in found], [parent])
    same("size", found[0]["arrayProperties"]["size"], 2)


@_case("Children may have 10,000 brothers", _ARRAYS, only=SCRIPTED)
def array_of_10000(world: World) -> None:
    parent = _array(world, HOLD, count=10_000, jobQueue=world.queue(max_vcpus=1))
    same("size", world.job(parent)["arrayProperties"]["size"], 10_000)


@_case("An array has at most 10,000 children", API.format("ArrayProperties"), only=SCRIPTED)
def array_of_10001(world: World) -> None:
    refused(world, "SubmitJob", **world.job_request(arrayProperties={"size": 10_001}))


SIZE_1 = _feature.refusal(
    "array_of_1",
    "An array has at least 2 children",
    API.format("ArrayProperties"),
    "SubmitJob",
    lambda world: world.job_request(arrayProperties={"size": 1}),
)
