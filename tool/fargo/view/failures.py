"""Why jobs failed, in one line for each cause."""

from collections.abc import Sequence

from fargo.failures import Cause
from fargo.model.job import Job
from fargo.view import text


def why(found: Cause) -> str:
    """Like `exit 137, OutOfMemoryError: Container killed due to memory usage`."""
    parts = [f"exit {found.exit_code}"] if found.exit_code is not None else []
    parts += [text.safe(found.reason)] if found.reason else []
    return ", ".join(parts) or "no reason given"


def line(found: Cause) -> str:
    """The same with how many there are, and some of them: like `2 jobs: exit 137, Killed (#17, #88)`."""
    named = ", ".join(map(short, found.examples))
    more = ", …" if found.count > len(found.examples) else ""
    return f"{text.plural(found.count, 'job')}: {why(found)} ({named}{more})"


def rows(found: Sequence[Cause], *, failed: int) -> list[tuple[str, str]]:
    """Names and values for `fargo show`.

    Args:
        failed: how many there are, more perhaps than were looked at.
    """
    told = [("failed", line(cause)) for cause in found]
    looked = sum(cause.count for cause in found)
    if 0 < looked < failed:
        told.append(("failed", f"of {failed:,}, {looked:,} were looked at"))
    return told


def short(job: Job) -> str:
    """A job as briefly as it can be named beside others of its run: an array's child by its index."""
    parent, colon, index = job.id.partition(":")
    return f"#{index}" if colon else parent[:8]
