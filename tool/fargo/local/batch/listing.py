"""ListJobs: by queue and state, by one filter, or an array's children. Source: API reference, ListJobs."""

from collections.abc import Callable, Sequence

from fargo.local.batch import arrays
from fargo.local.batch.errors import ClientError
from fargo.local.batch.pages import page
from fargo.local.batch.records import Job, Queue, Wire
from fargo.local.batch.store import Region, Store
from fargo.local.batch.wire import summary
from fargo.model.job import JobState

_PAGE_BY_STATE = 1000
_PAGE_BY_FILTER = 100
_LISTS = ("jobQueue", "arrayJobId", "multiNodeJobId")
_SHARE = "SHARE_IDENTIFIER"


def list_jobs(_store: Store, region: Region, params: Wire) -> Wire:
    """Jobs of one state (RUNNING where none is given), or those that the one filter fits.

    A queue's are single jobs and array parents, the newest first; an array's are its children, by index.
    """
    if sum(name in params for name in _LISTS) != 1:
        raise ClientError("Exactly one of jobQueue, arrayJobId and multiNodeJobId must be specified.")
    if "multiNodeJobId" in params:
        raise ClientError("The local AWS does not offer multi-node jobs.")
    if "arrayJobId" in params:
        return _children(region, params)
    queue = region.queue(params["jobQueue"])
    if queue is None:
        raise ClientError(f"Job queue {params['jobQueue']} does not exist.")
    filters = params.get("filters", [])
    found = _filtered(queue, filters, params) if filters else _in_state(queue, _state(params))
    found.sort(key=lambda job: (job.spec.created, job.spec.number), reverse=True)
    items, token = page(found, params, most=_PAGE_BY_FILTER if filters else _PAGE_BY_STATE)
    return _answer(items, token)


def _children(region: Region, params: Wire) -> Wire:
    """A filter does not apply to children; it is ignored."""
    parent = region.job(params["arrayJobId"])
    if parent is None or parent.children is None:
        raise ClientError(f"{params['arrayJobId']} is no array job.")
    indexes, token = page(arrays.in_state(parent, _state(params)), params, most=_PAGE_BY_STATE)
    return _answer([arrays.view(parent, index) for index in indexes], token)


def _answer(jobs: Sequence[Job], token: str) -> Wire:
    answer: Wire = {"jobSummaryList": [summary(job) for job in jobs]}
    return answer | ({"nextToken": token} if token else {})


def _state(params: Wire) -> JobState:
    return JobState(params.get("jobStatus", "RUNNING"))


def _in_state(queue: Queue, state: JobState) -> list[Job]:
    return list(queue.jobs[state].values())


def _filtered(queue: Queue, filters: list[Wire], params: Wire) -> list[Job]:
    """With a filter the state is not looked at, but for the filter by share."""
    if len(filters) > 1 or len(filters[0].get("values", [])) != 1:
        raise ClientError("ListJobs takes one filter with one value.")
    name = filters[0].get("name", "")
    fits = _filter(name, filters[0]["values"][0])
    states = [_state(params)] if name == _SHARE and "jobStatus" in params else list(JobState)
    return [job for state in states for job in queue.jobs[state].values() if fits(job)]


def _filter(name: str, value: str) -> Callable[[Job], bool]:
    match name:
        case "JOB_NAME":
            return lambda job: _like(job.spec.name.lower(), value.lower())
        case "JOB_DEFINITION":
            if value.startswith("arn:"):
                return lambda job: job.spec.definition.arn == value
            return lambda job: _like(job.spec.definition.name, value)
        case "BEFORE_CREATED_AT":
            moment = _moment(value)
            return lambda job: job.spec.created < moment
        case "AFTER_CREATED_AT":
            moment = _moment(value)
            return lambda job: job.spec.created > moment
        case "SHARE_IDENTIFIER":
            return lambda job: job.spec.share == value
    raise ClientError(
        f"Unknown filter {name}; expected is one of JOB_NAME, JOB_DEFINITION, BEFORE_CREATED_AT, "
        "AFTER_CREATED_AT and SHARE_IDENTIFIER."
    )


def _like(text: str, pattern: str) -> bool:
    """An asterisk at the end matches any rest, and only there."""
    return text.startswith(pattern[:-1]) if pattern.endswith("*") else text == pattern


def _moment(value: str) -> int:
    try:
        return int(value)
    except ValueError as error:
        raise ClientError(f"{value!r} is no moment in milliseconds since 1970.") from error
