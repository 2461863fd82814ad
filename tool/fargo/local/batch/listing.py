"""ListJobs: by queue and state, or by one filter, the newest first. Source: API reference, ListJobs."""

from collections.abc import Callable

from fargo.local.batch.errors import ClientError
from fargo.local.batch.pages import page
from fargo.local.batch.store import Job, Queue, Region, Store, Wire
from fargo.local.batch.wire import summary
from fargo.model.job import JobState

_PAGE_BY_STATE = 1000
_PAGE_BY_FILTER = 100


def list_jobs(_store: Store, region: Region, params: Wire) -> Wire:
    """Jobs of a queue: of one state (RUNNING where none is given), or those that the one filter fits."""
    if "arrayJobId" in params or "multiNodeJobId" in params:
        raise ClientError("The local AWS does not offer array and multi-node jobs yet")
    if "jobQueue" not in params:
        raise ClientError("One of jobQueue, arrayJobId and multiNodeJobId must be specified.")
    queue = region.queue(params["jobQueue"])
    if queue is None:
        raise ClientError(f"Job queue {params['jobQueue']} does not exist.")
    filters = params.get("filters", [])
    found = _filtered(queue, filters) if filters else _in_state(queue, params.get("jobStatus", "RUNNING"))
    found.sort(key=lambda job: (job.created, job.id), reverse=True)
    items, token = page(found, params, most=_PAGE_BY_FILTER if filters else _PAGE_BY_STATE)
    answer: Wire = {"jobSummaryList": [summary(job) for job in items]}
    return answer | ({"nextToken": token} if token else {})


def _in_state(queue: Queue, state: str) -> list[Job]:
    return list(queue.jobs[JobState(state)].values())


def _filtered(queue: Queue, filters: list[Wire]) -> list[Job]:
    """With a filter, the state is not looked at."""
    if len(filters) > 1 or len(filters[0].get("values", [])) != 1:
        raise ClientError("ListJobs takes one filter with one value.")
    fits = _filter(filters[0].get("name", ""), filters[0]["values"][0])
    return [job for jobs in queue.jobs.values() for job in jobs.values() if fits(job)]


def _filter(name: str, value: str) -> Callable[[Job], bool]:
    match name:
        case "JOB_NAME":
            return lambda job: _like(job.name, value)
        case "JOB_DEFINITION":
            bare = value.rpartition("job-definition/")[2]
            return lambda job: (
                _like(f"{job.definition.name}:{job.definition.revision}", bare)
                or (":" not in bare and _like(job.definition.name, bare))
            )
        case "BEFORE_CREATED_AT":
            moment = _moment(value)
            return lambda job: job.created < moment
        case "AFTER_CREATED_AT":
            moment = _moment(value)
            return lambda job: job.created > moment
    raise ClientError(
        f"Unknown filter {name}; expected is one of JOB_NAME, JOB_DEFINITION, BEFORE_CREATED_AT and "
        "AFTER_CREATED_AT."
    )


def _like(text: str, pattern: str) -> bool:
    """Case-insensitive; an asterisk at the end matches any rest, and only there."""
    text, pattern = text.lower(), pattern.lower()
    return text.startswith(pattern[:-1]) if pattern.endswith("*") else text == pattern


def _moment(value: str) -> int:
    try:
        return int(value)
    except ValueError as error:
        raise ClientError(f"{value!r} is no moment in milliseconds since 1970.") from error
