"""ListJobs."""

from collections.abc import Callable
from typing import Any

from casebook import API, Feature, holds, refused, same
from world import HOLD, SCRIPTED, Work, World

_feature = Feature("Listing jobs")
_case = _feature.case

_LIST = API.format("ListJobs")


def _ids(world: World, **params: object) -> list[str]:
    return [each["jobId"] for each in world.call("ListJobs", **params)["jobSummaryList"]]


def _filtered(world: World, name: str, value: str, **more: object) -> list[str]:
    return _ids(world, jobQueue=world.setting.queue, filters=[{"name": name, "values": [value]}], **more)


def _later(world: World, **more: object) -> str:
    """A job whose createdAt is later than that of every job before it."""
    before = world.job(world.submit())["createdAt"]
    ids: list[str] = []

    def later() -> bool:
        ids.append(world.submit(**more))
        return bool(world.job(ids[-1])["createdAt"] > before)

    world.until("time passes", later)
    return ids[-1]


@_case("Without a status only RUNNING jobs are listed", _LIST, runs=True)
def list_is_of_running_jobs(world: World) -> None:
    queue = world.queue()
    world.wait(world.submit(jobQueue=queue), "SUCCEEDED")
    running = world.submit(HOLD, jobQueue=queue)
    world.wait(running, "RUNNING")
    same("ids", _ids(world, jobQueue=queue), [running])


@_case("jobStatus chooses the state", _LIST, runs=True)
def list_by_status(world: World) -> None:
    queue = world.queue()
    good, bad = world.submit(jobQueue=queue), world.submit(Work(exits=(1,)), jobQueue=queue)
    world.wait(good, "SUCCEEDED")
    world.wait(bad, "FAILED")
    same("SUCCEEDED", _ids(world, jobQueue=queue, jobStatus="SUCCEEDED"), [good])
    same("FAILED", _ids(world, jobQueue=queue, jobStatus="FAILED"), [bad])


@_case("A summary has name, state, definition, moments and exit code", API.format("JobSummary"), runs=True)
def list_shows_a_summary(world: World) -> None:
    queue = world.queue()
    job = world.wait(world.submit(Work(exits=(3,)), jobQueue=queue), "FAILED")
    (found,) = world.call("ListJobs", jobQueue=queue, jobStatus="FAILED")["jobSummaryList"]
    same("exit code", found["container"]["exitCode"], 3)
    for key in ("jobArn", "jobName", "status", "jobDefinition", "createdAt", "startedAt", "stoppedAt"):
        same(key, found[key], job[key])


@_case("maxResults makes pages, and nextToken leads through all of them", _LIST, runs=True)
def list_comes_in_pages(world: World) -> None:
    queue = world.queue()
    ids = {world.submit(jobQueue=queue) for _ in range(5)}
    for each in ids:
        world.wait(each, "SUCCEEDED")
    page = world.call("ListJobs", jobQueue=queue, jobStatus="SUCCEEDED", maxResults=2)
    sizes, seen = [len(page["jobSummaryList"])], [each["jobId"] for each in page["jobSummaryList"]]
    while page.get("nextToken"):
        page = world.call(
            "ListJobs", jobQueue=queue, jobStatus="SUCCEEDED", maxResults=2, nextToken=page["nextToken"]
        )
        sizes.append(len(page["jobSummaryList"]))
        seen += [each["jobId"] for each in page["jobSummaryList"]]
    same("sizes", sizes, [2, 2, 1])
    same("ids", sorted(seen), sorted(ids))


@_case("A page by filter has up to 100 jobs, one by status up to 1,000", _LIST, only=SCRIPTED)
def list_by_filter_has_100(world: World) -> None:
    environment = world.environment(max_vcpus=1)
    queue = world.queue(environment)
    one = {"jobQueue": queue, "jobDefinition": world.definition(vcpu="1", memory="2048")}
    world.wait(world.submit(HOLD, **one), "RUNNING")
    name = world.name()
    ids = world.submit_many(101, jobName=name, **one)
    world.wait(ids[-1], "RUNNABLE")
    filters = [{"name": "JOB_NAME", "values": [name]}]
    page = world.call("ListJobs", jobQueue=queue, filters=filters)
    same("by filter", len(page["jobSummaryList"]), 100)
    rest = world.call("ListJobs", jobQueue=queue, filters=filters, nextToken=page["nextToken"])
    same("the rest", len(rest["jobSummaryList"]), 1)
    same("by status", len(_ids(world, jobQueue=queue, jobStatus="RUNNABLE")), 101)


@_case("JOB_NAME fits without regard to case", _LIST)
def list_by_name(world: World) -> None:
    name = world.name()
    job_id = world.submit(jobName=name.upper())
    same("ids", _filtered(world, "JOB_NAME", name), [job_id])


@_case("JOB_NAME with an asterisk at its end fits what begins so", _LIST)
def list_by_beginning_of_name(world: World) -> None:
    name = world.name()
    ids = {world.submit(jobName=f"{name}-{number}") for number in range(2)}
    world.submit()
    same("ids", sorted(_filtered(world, "JOB_NAME", f"{name}-*")), sorted(ids))
    same("without it", _filtered(world, "JOB_NAME", name), [])


@_case("JOB_DEFINITION by name fits all revisions, by ARN one", _LIST)
def list_by_definition(world: World) -> None:
    request = world.definition_request()
    arns = [world.call("RegisterJobDefinition", **request)["jobDefinitionArn"] for _ in range(2)]
    ids = [world.submit(jobDefinition=arn) for arn in arns]
    same("by name", sorted(_filtered(world, "JOB_DEFINITION", request["jobDefinitionName"])), sorted(ids))
    same("by ARN", _filtered(world, "JOB_DEFINITION", arns[0]), ids[:1])


@_case("JOB_DEFINITION minds the case, and takes an asterisk at the end of a name", _LIST)
def list_by_definition_minds_the_case(world: World) -> None:
    name = world.definition_request()["jobDefinitionName"]
    job_id = world.submit(jobDefinition=world.definition(jobDefinitionName=f"{name}-a"))
    same("by beginning", _filtered(world, "JOB_DEFINITION", f"{name}*"), [job_id])
    same("in capitals", _filtered(world, "JOB_DEFINITION", f"{name}-A"), [])


@_case("AFTER_CREATED_AT and BEFORE_CREATED_AT divide the jobs at a moment", _LIST)
def list_by_moment(world: World) -> None:
    queue = world.queue()
    first = world.submit(jobQueue=queue)
    second = _later(world, jobQueue=queue)
    moment = str(world.job(second)["createdAt"])
    early = _ids(world, jobQueue=queue, filters=[{"name": "BEFORE_CREATED_AT", "values": [moment]}])
    late = _ids(world, jobQueue=queue, filters=[{"name": "AFTER_CREATED_AT", "values": [moment]}])
    holds("the first is before", first in early)
    holds("the second is not", second not in early)
    holds("nothing is after", not late)
    start = str(world.job(first)["createdAt"])
    after = _ids(world, jobQueue=queue, filters=[{"name": "AFTER_CREATED_AT", "values": [start]}])
    holds("the second is after the first", second in after)
    holds("the first is not", first not in after)


@_case("jobStatus is not looked at beside a filter", _LIST, runs=True)
def list_by_filter_has_all_states(world: World) -> None:
    name = world.name()
    good, bad = world.submit(jobName=name), world.submit(Work(exits=(1,)), jobName=name)
    world.wait(good, "SUCCEEDED")
    world.wait(bad, "FAILED")
    same("ids", sorted(_filtered(world, "JOB_NAME", name, jobStatus="RUNNING")), sorted([good, bad]))


@_case("A list by filter has the newest first", _LIST)
def list_has_the_newest_first(world: World) -> None:
    name = world.name()
    first = world.submit(jobName=name)
    second = _later(world, jobName=name)
    found = [each for each in _filtered(world, "JOB_NAME", name) if each in (first, second)]
    same("ids", found, [second, first])


@_case("One filter is used at a time", _LIST)
def list_by_two_filters(world: World) -> None:
    filters = [{"name": "JOB_NAME", "values": ["a"]}, {"name": "JOB_DEFINITION", "values": ["b"]}]
    refused(world, "ListJobs", jobQueue=world.setting.queue, filters=filters)


@_case("One of queue, array and multi-node job is named, and only one", _LIST)
def list_of_two_things(world: World) -> None:
    parent = world.submit(arrayProperties={"size": 2})
    refused(world, "ListJobs", jobQueue=world.setting.queue, arrayJobId=parent)


def _queue(**more: object) -> Callable[[World], dict[str, Any]]:
    return lambda world: {"jobQueue": world.setting.queue, **more}


def _queue_with_a_job(**more: object) -> Callable[[World], dict[str, Any]]:
    """moto looks at no status where there is no job to have one."""

    def request(world: World) -> dict[str, Any]:
        world.submit()
        return {"jobQueue": world.setting.queue, **more}

    return request


# fmt: off
REFUSALS = tuple(
    _feature.refusal(name, rule, _LIST, "ListJobs", request)
    for name, rule, request in (
        ("list_of_nothing", "A list is of a queue, an array or a multi-node job", lambda _: {}),
        ("list_of_an_unknown_queue", "The queue must exist", lambda world: {"jobQueue": world.name()}),
        ("list_by_an_unknown_filter", "A filter's name is one of a few words", _queue(filters=[{"name": "JOB_COLOUR", "values": ["red"]}])),
        ("list_by_filter_name_in_small_letters", "A filter's name minds the case", _queue(filters=[{"name": "job_name", "values": ["x"]}])),
        ("list_by_an_unknown_status", "A status is one of seven", _queue_with_a_job(jobStatus="SLEEPING")),
        ("list_with_a_wrong_token", "A nextToken is one that was given", _queue(jobStatus="FAILED", nextToken="made-up")),
    )
)
# fmt: on
