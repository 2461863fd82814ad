"""Which job runs when, and the queue's snapshot."""

from itertools import pairwise

from casebook import API, GUIDE, Feature, holds, refused, same
from world import HOLD, SCRIPTED, Work, World, order_of

_feature = Feature("Scheduling")
_case = _feature.case

_SCHEDULER = GUIDE.format("job_scheduling")
_SNAPSHOT = API.format("GetJobQueueSnapshot")


def _one_vcpu(world: World) -> str:
    return world.definition(vcpu="1", memory="2048")


def _states(world: World, ids: list[str]) -> list[str]:
    found = {job["jobId"]: job["status"] for job in world.call("DescribeJobs", jobs=ids)["jobs"]}
    return [found[each] for each in ids]


@_case("No more vCPUs are used at once than maxvCpus", API.format("ComputeResource"), runs=True)
def schedule_within_max_vcpus(world: World) -> None:
    half = world.definition(vcpu="0.5", memory="1024")
    one = {"jobQueue": world.queue(max_vcpus=1), "jobDefinition": half}
    ids = [world.submit(HOLD, **one) for _ in range(3)]
    world.until(
        "two run, one waits", lambda: sorted(_states(world, ids)) == ["RUNNABLE", "RUNNING", "RUNNING"]
    )
    # A job of another queue, submitted later, has run in the meantime.
    world.wait(world.submit(), "SUCCEEDED")
    same("states", sorted(_states(world, ids)), ["RUNNABLE", "RUNNING", "RUNNING"])


@_case("A queue without a policy is first in, first out", _SCHEDULER, runs=True)
def schedule_first_in_first_out(world: World) -> None:
    one = {"jobQueue": world.queue(max_vcpus=1), "jobDefinition": _one_vcpu(world)}
    ids = [world.submit(Work(sleep=0.5), **one) for _ in range(4)]
    jobs = [world.wait(each, "SUCCEEDED", seconds=world.moment) for each in ids]
    for earlier, later in pairwise(jobs):
        holds("one after the other", earlier["stoppedAt"] <= later["startedAt"])


@_case(
    "A job that does not fit yet holds up those behind it", GUIDE.format("job_stuck_in_runnable"), runs=True
)
def schedule_head_blocks(world: World) -> None:
    queue = world.queue(max_vcpus=2)
    small = _one_vcpu(world)
    first = world.submit(HOLD, jobQueue=queue, jobDefinition=small)
    world.wait(first, "RUNNING")
    large = world.submit(HOLD, jobQueue=queue, jobDefinition=world.definition(vcpu="2", memory="4096"))
    world.wait(large, "RUNNABLE")
    behind = world.submit(jobQueue=queue, jobDefinition=small)
    world.wait(behind, "RUNNABLE")
    world.call("TerminateJob", jobId=first, reason="make room")
    world.wait(large, "RUNNING")
    same("the one behind", world.job(behind)["status"], "RUNNABLE")


@_case(
    "Of two queues on one environment the one of higher priority goes first",
    API.format("CreateJobQueue"),
    runs=True,
)
def schedule_by_priority(world: World) -> None:
    environment = world.environment(max_vcpus=1)
    low, high = world.queue(environment, priority=1), world.queue(environment, priority=9)
    definition = _one_vcpu(world)
    blocker = world.submit(HOLD, jobQueue=low, jobDefinition=definition)
    world.wait(blocker, "RUNNING")
    later = world.submit(jobQueue=low, jobDefinition=definition)
    sooner = world.submit(jobQueue=high, jobDefinition=definition)
    for each in (later, sooner):
        world.wait(each, "RUNNABLE")
    world.call("TerminateJob", jobId=blocker, reason="make room")
    first, second = world.wait(sooner, "SUCCEEDED"), world.wait(later, "SUCCEEDED")
    holds("the high one first", first["stoppedAt"] <= second["startedAt"])


@_case("A queue's environments are filled in their order", GUIDE.format("job_queue_parameters"), runs=True)
def schedule_over_environments(world: World) -> None:
    environments = [world.environment(max_vcpus=1) for _ in range(2)]
    one = {"jobQueue": world.queue(*environments), "jobDefinition": _one_vcpu(world)}
    work = Work(env=("AWS_BATCH_CE_NAME",), sleep=HOLD.sleep)
    for environment in environments:
        job_id = world.submit(work, **one)
        world.wait(job_id, "RUNNING")
        world.until("it names its environment", lambda job=job_id: world.lines(world.job(job)))  # type: ignore[misc]
        same("its environment", world.lines(world.job(job_id)), [f"AWS_BATCH_CE_NAME={environment}"])


@_case(
    "A job that can never fit stays RUNNABLE, and its statusReason says why",
    GUIDE.format("job_stuck_in_runnable"),
    runs=True,
)
def schedule_never_fits(world: World) -> None:
    queue = world.queue(max_vcpus=1)
    job_id = world.submit(jobQueue=queue, jobDefinition=world.definition(vcpu="2", memory="4096"))

    def told() -> bool:
        found = world.job(job_id)
        holds("it waits", found["status"] in ("SUBMITTED", "RUNNABLE"))
        return str(found.get("statusReason")).startswith("MISCONFIGURATION:COMPUTE_ENVIRONMENT_MAX_RESOURCE")

    world.until("the statusReason names COMPUTE_ENVIRONMENT_MAX_RESOURCE", told, seconds=900)


@_case("A job moves when its environment grows", API.format("UpdateComputeEnvironment"), runs=True)
def schedule_after_growth(world: World) -> None:
    environment = world.environment(max_vcpus=1)
    queue = world.queue(environment)
    job_id = world.submit(jobQueue=queue, jobDefinition=world.definition(vcpu="2", memory="4096"))
    world.wait(job_id, "RUNNABLE")
    world.call("UpdateComputeEnvironment", computeEnvironment=environment, computeResources={"maxvCpus": 2})
    world.wait(job_id, "SUCCEEDED")


@_case("GetJobQueueSnapshot lists the RUNNABLE jobs in the order in which they will go", _SNAPSHOT, runs=True)
def snapshot_in_order(world: World) -> None:
    one = {"jobQueue": world.queue(max_vcpus=1), "jobDefinition": _one_vcpu(world)}
    world.wait(world.submit(HOLD, **one), "RUNNING")
    ids = [world.submit(**one) for _ in range(3)]
    for each in ids:
        world.wait(each, "RUNNABLE")
    front = world.call("GetJobQueueSnapshot", jobQueue=one["jobQueue"])["frontOfQueue"]
    same("jobs", [each["jobArn"].rpartition("/")[2] for each in front["jobs"]], ids)
    moments = [each["earliestTimeAtPosition"] for each in front["jobs"]]
    holds("each since a moment", all(moment > 0 for moment in moments))
    holds("taken at a moment", front["lastUpdatedAt"] >= max(moments))


@_case("The snapshot of a queue without RUNNABLE jobs is empty", _SNAPSHOT)
def snapshot_of_an_empty_queue(world: World) -> None:
    front = world.call("GetJobQueueSnapshot", jobQueue=world.queue())["frontOfQueue"]
    same("jobs", front["jobs"], [])


@_case("A snapshot shows the first 100 jobs", _SNAPSHOT, only=SCRIPTED)
def snapshot_of_100(world: World) -> None:
    one = {"jobQueue": world.queue(max_vcpus=1), "jobDefinition": _one_vcpu(world)}
    world.wait(world.submit(HOLD, **one), "RUNNING")
    ids = world.submit_many(101, **one)
    world.wait(ids[-1], "RUNNABLE")
    front = world.call("GetJobQueueSnapshot", jobQueue=one["jobQueue"])["frontOfQueue"]
    same("jobs", [each["jobArn"].rpartition("/")[2] for each in front["jobs"]], ids[:100])


@_case("The queue of a snapshot must exist", _SNAPSHOT)
def snapshot_of_an_unknown_queue(world: World) -> None:
    refused(world, "GetJobQueueSnapshot", jobQueue=world.name())


@_case("Fargate and Fargate Spot may share a queue", API.format("CreateJobQueue"))
def schedule_on_demand_beside_spot(world: World) -> None:
    spot = world.environment_request(resources={"type": "FARGATE_SPOT"})
    name = spot["computeEnvironmentName"]
    world.call("CreateComputeEnvironment", **spot)
    world.environment_settled(name)
    on_demand = world.environment()
    queue = world.queue(on_demand, name)
    (found,) = world.call("DescribeJobQueues", jobQueues=[queue])["jobQueues"]
    order = [each["computeEnvironment"].rpartition("/")[2] for each in found["computeEnvironmentOrder"]]
    same("order", order, [entry["computeEnvironment"] for entry in order_of(on_demand, name)])
