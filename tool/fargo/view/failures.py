"""Why jobs failed, in one line for each cause."""

from collections.abc import Callable, Sequence

from fargo.failures import Cause
from fargo.model.job import Job
from fargo.view import text


def short(job: Job) -> str:
    """A job as briefly as it can be named beside others of its run: a child by its index; or its row."""
    if job.row is not None:
        return f"#{job.row}"
    parent, colon, index = job.id.partition(":")
    return f"#{index}" if colon else parent[:8]


def why(found: Cause) -> str:
    """Like `exit 137, OutOfMemoryError: Container killed due to memory usage`."""
    parts = [f"exit {found.exit_code}"] if found.exit_code is not None else []
    parts += [text.safe(found.reason)] if found.reason else []
    return ", ".join(parts) or "no reason given"


def line(found: Cause, name: Callable[[Job], str] = short) -> str:
    """The same with how many there are, and some of them: like `2 jobs: exit 137, Killed (#17, #88)`.

    Args:
        name: what a job is called, where it has a name.
    """
    named = ", ".join(name(job) or short(job) for job in found.examples)
    more = ", …" if found.count > len(found.examples) else ""
    return f"{text.plural(found.count, 'job')}: {why(found)} ({named}{more})"


def lines(found: Sequence[Cause], name: Callable[[Job], str] = short, *, failed: int) -> list[str]:
    """A line for each cause, and how many were not looked at.

    Args:
        name: what a job is called, where it has a name.
        failed: how many there are, more perhaps than were looked at.
    """
    told = [line(cause, name) for cause in found]
    looked = sum(cause.count for cause in found)
    return [*told, f"of {failed:,}, {looked:,} were looked at"] if 0 < looked < failed else told


def rows(found: Sequence[Cause], name: Callable[[Job], str] = short, *, failed: int) -> list[tuple[str, str]]:
    """Names and values for `fargo show`.

    Args:
        name: what a job is called, where it has a name.
        failed: how many there are, more perhaps than were looked at.
    """
    return [("failed", each) for each in lines(found, name, failed=failed)]
