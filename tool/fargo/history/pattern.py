"""Which events CloudWatch Logs is asked for: its filter patterns for JSON.

Source of their syntax: CloudWatch Logs user guide, "Using filter patterns to match terms in JSON log
events"; of the length, API reference, FilterLogEvents.
"""

from collections.abc import Iterator, Sequence
from enum import StrEnum

from fargo.model import naming

LENGTH_MAX = 1024

_NAME, _ID, _STATUS = "$.detail.jobName", "$.detail.jobId", "$.detail.status"
_CHILD = "$.detail.arrayProperties.index"


class Which(StrEnum):
    """Of a run's events, those of interest; an array of 10,000 has 50,000 of them."""

    ALL = ""
    JOBS = f"({_CHILD} NOT EXISTS)"
    """Of single jobs and of arrays as a whole."""
    ENDED = f'(({_STATUS} = "SUCCEEDED") || ({_STATUS} = "FAILED"))'
    """How each job ended, children among them."""
    FAILED = f'({_STATUS} = "FAILED")'
    STARTING = f'({_STATUS} = "STARTING")'
    """When each came to its container: AWS Batch itself keeps no such moment."""


def of_runs(runs: Sequence[str], which: Which = Which.ALL) -> Iterator[str]:
    """Patterns for the events of runs: several in one, as many as fit.

    Args:
        runs: their ids.
    """
    some: list[str] = []
    for run in runs:
        name = naming.batch_job_names(run)
        if some and len(_pattern([*some, name], which)) > LENGTH_MAX:
            yield _pattern(some, which)
            some = []
        some.append(name)
    if some:
        yield _pattern(some, which)


def _pattern(names: Sequence[str], which: Which) -> str:
    named = " || ".join(f'({_NAME} = "{name}")' for name in names)
    return f"{{ ({named}) && {which} }}" if which else f"{{ {named} }}"


def of_job(job_id: str) -> str:
    """A pattern for the events of one job, the child of an array perhaps."""
    return f'{{ {_ID} = "{job_id}" }}'
