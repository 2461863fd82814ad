"""What made jobs fail: those that failed for one cause are told of together."""

import re
from collections.abc import Iterable
from dataclasses import dataclass, field

from fargo.model.job import Job, JobState

EXAMPLES = 3
"""Jobs that a cause names."""

# What is another one in each reason of the same cause: the ids of tasks, instances and interfaces.
_IDS = re.compile(r"\b[0-9a-f]{8}-[0-9a-f-]{27}\b|\b[0-9a-f]{32}\b|\b(i|eni|subnet)-[0-9a-f]{8,17}\b")


@dataclass(frozen=True, slots=True, kw_only=True)
class Cause:
    """Why some jobs failed.

    Attributes:
        exit_code: None where no container ended by itself.
        reason: AWS's words, with `…` for the ids in them.
        count: how many of those that were looked at.
        examples: the first of them.
    """

    exit_code: int | None
    reason: str
    count: int
    examples: tuple[Job, ...]


@dataclass(slots=True)
class _Counted:
    count: int = 0
    examples: list[Job] = field(default_factory=list)


def kind(job: Job) -> tuple[int | None, str] | None:
    """What jobs that failed for one cause have in common: exit code and reason.

    None of a job that has not failed, and of a parent, which only says that a child has.
    """
    if job.state is not JobState.FAILED or job.size:
        return None
    return job.exit_code, _IDS.sub("…", job.reason)


def causes(jobs: Iterable[Job]) -> tuple[Cause, ...]:
    """The causes of those of these jobs that failed, the most frequent first.

    Args:
        jobs: single jobs and children of arrays; a parent only says that a child has failed, and is left out.
            Read one by one: ten thousand are never held.
    """
    found: dict[tuple[int | None, str], _Counted] = {}
    for job in jobs:
        cause = kind(job)
        if cause is None:
            continue
        counted = found.setdefault(cause, _Counted())
        counted.count += 1
        if len(counted.examples) < EXAMPLES:
            counted.examples.append(job)
    told = (
        Cause(exit_code=code, reason=reason, count=counted.count, examples=tuple(counted.examples))
        for (code, reason), counted in found.items()
    )
    return tuple(sorted(told, key=lambda cause: -cause.count))
