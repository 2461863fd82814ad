"""What is asked before something is changed, and what can be copied: in words. Pure."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from fargo.model import fargate
from fargo.model.fargate import Size, memory_text
from fargo.model.job import Job, JobState
from fargo.model.run import Run
from fargo.monitor.board import Board
from fargo.monitor.detail import name
from fargo.monitor.source import Title
from fargo.view.text import plural

NAMED = 5
"""Jobs that a question names."""
MANY = 100
"""To stop more containers than this a word must be typed."""
REASON = "stopped in fargo monitor"
MORE = ("", "+50%", "+100%", "+300%")
"""How much more memory a retry may have; `m` goes through them."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """What is asked before something is changed.

    Attributes:
        lines: what happens.
        yes: the word of the button that does it.
        word: must be typed first; empty: `y` is enough.
    """

    title: str
    lines: tuple[str, ...]
    yes: str
    word: str = ""


def live(jobs: Sequence[Job]) -> list[Job]:
    """Those that can be stopped: not ended, and not children of others among them."""
    ids = {job.id for job in jobs}
    return [job for job in jobs if not job.state.finished and job.parent not in ids]


def stop_question(jobs: Sequence[Job], board: Board, *, hidden: int = 0) -> Question:
    """Whether these jobs, none of which has ended, shall be stopped.

    Args:
        hidden: how many of them are not in view.
    """
    counts: Counter[JobState] = Counter()
    for job in jobs:
        counts.update(job.containers)
    running = counts[JobState.RUNNING] + counts[JobState.STARTING]
    waiting = sum(count for state, count in counts.items() if not state.finished) - running
    arrays = sum(bool(job.size) for job in jobs)
    singles = len(jobs) - arrays
    kinds = [plural(count, word) for count, word in ((arrays, "array job"), (singles, "job")) if count]
    lines = [f"  {name(job, board)}{f' [{job.size:,}]' if job.size else ''}" for job in jobs[:NAMED]]
    if len(jobs) > NAMED:
        lines.append(f"  and {len(jobs) - NAMED:,} more")
    if hidden:
        lines.append(f"Marked, and hidden by the filter: {hidden:,} of these {len(jobs):,}.")
    of = "children" if arrays else "containers"
    lines += [
        "",
        f"{' and '.join(kinds)}: {running:,} running, {waiting:,} waiting {of}.",
        "Those that run get SIGTERM, and SIGKILL half a minute later; those that wait never start.",
        "This cannot be undone. What has ended stays as it is.",
    ]
    word = "stop" if running + waiting > MANY else ""
    return Question(title=f"Stop {' and '.join(kinds)}?", lines=tuple(lines), yes="Stop", word=word)


def retry_question(run: Run, failed: int, more: str) -> Question:
    """Whether what failed of a run shall run once more.

    Args:
        failed: containers of its last wave that failed, as far as is known.
        more: one of MORE.
    """
    last = run.last
    size = Size(last.vcpu, last.memory_mib)
    after = memory_of(run, more)
    memory = (
        f"with {size}" if not more else f"with {after} instead of {memory_text(last.memory_mib)} ({more})"
    )
    lines = (
        f"  {run.id}",
        "",
        f"{plural(failed, 'container')} of wave {last.number} failed: those rows, and rows without a result,",
        f"run once more as wave {last.number + 1}, {memory}.",
        "",
        "m: more memory",
    )
    return Question(title=f"Retry what failed of {run.job}?", lines=lines, yes="Retry")


def memory_of(run: Run, more: str) -> Size:
    """The size that a retry with so much more memory has."""
    before = Size(run.last.vcpu, run.last.memory_mib)
    if not more:
        return before
    wanted = Size(before.vcpu, int(before.memory_mib * (1 + int(more[1:-1]) / 100)))
    return fargate.next_valid(wanted) or before


def copies(job: Job, board: Board, title: Title) -> list[tuple[str, str, str]]:
    """What can be copied of a job: a letter, what it is, and the text."""
    run = board.run_of.get(job.parent or job.id, "")
    found = [("i", "id", job.id), ("a", "arn", title.arn(job))]
    if job.log_streams:
        found.append(("l", "log stream", job.log_streams[-1]))
    if run:
        index = f":{job.index}" if job.index is not None else ""
        found += [("r", "run", run), ("f", "fargo command", title.command(f"logs {run}{index}"))]
    region = f" --region {title.region}"
    profile = f" --profile {title.profile}" if title.profile else ""
    found.append(("w", "aws command", f"aws batch describe-jobs --jobs {job.id}{region}{profile}"))
    return found
