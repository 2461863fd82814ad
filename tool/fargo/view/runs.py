"""Runs and jobs: tables for people."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Any

from fargo.model.fargate import Size
from fargo.model.job import Job, JobState
from fargo.model.run import RunSnapshot, Wave
from fargo.model.units import duration_text
from fargo.runs import unsent
from fargo.view import text

if TYPE_CHECKING:
    from rich.console import RenderableType
    from rich.text import Text

    from fargo.results import Standing

JOBS = 5
"""The latest of a run's AWS Batch jobs that `fargo show` tells of one by one."""
SOON_SECONDS = 30
"""How long a container may wait for room before it is said what tells why."""


def said(state: RunSnapshot) -> str:
    """What there is to say of a run besides its state: of one container why, of many how many stand where."""
    words = containers(state) if state.run.rows > 1 else text.outcome(state.jobs[-1]) or _waits(state)
    return ", ".join(filter(None, (unsent(state.run), words)))


def _waits(state: RunSnapshot) -> str:
    """What a run with one container comes after, while it is not its turn."""
    if state.state is not JobState.PENDING or not state.run.last.after:
        return ""
    return f"waits for {state.run.after or 'the run that it comes after'}"


def delayed(state: RunSnapshot, now: datetime) -> bool:
    """Whether the last wave could start, and for a while nothing of it has."""
    if state.state is not JobState.RUNNABLE or any(job.attempts for job in state.of_last_wave):
        return False
    waited = (now - state.run.last.created).total_seconds()
    return waited > SOON_SECONDS and not any(each.finished for each in state.counts)


def many(state: RunSnapshot) -> bool:
    """Whether it is told of by counts: it has several containers, and they were counted."""
    return state.run.last.containers > 1 and bool(state.counts)


def containers(state: RunSnapshot) -> str:
    """How many containers of the last wave stand where; empty where AWS Batch tells of none."""
    wave = state.run.last
    counts = ", ".join(f"{count:,} {each.value.lower()}" for each, count in state.counts.items())
    again = f", wave {wave.number}" if wave.number > 1 else ""
    whole = text.plural(wave.containers, "container") if wave.pack > 1 else f"{wave.containers:,}"
    return f"{counts} of {whole}{again}" if counts else ""


def size_words(wave: Wave) -> str:
    """How many rows and containers a wave is; empty for a job without rows."""
    if wave.rows == 1:
        return ""
    packed = f", {wave.pack} in each" if wave.pack > 1 < wave.containers else ""
    arrays = f", {len(wave.chunks)} arrays" if len(wave.chunks) > 1 else ""
    return f"{wave.rows:,} rows in {text.plural(wave.containers, 'container')}{packed}{arrays}"


def retry_words(wave: Wave, *, failed: int, missing: int) -> str:
    """Which rows a retry runs, and with what."""
    why = [
        f"{count:,} {word}"
        for count, word in ((failed, "that failed"), (missing, "without a result"))
        if count
    ]
    return f"wave {wave.number}: {' and '.join(why)}, with {Size(wave.vcpu, wave.memory_mib)}"


def unknown(state: RunSnapshot) -> str:
    """Why nothing is known of the jobs of a run."""
    if not state.run.job_ids:
        return "no answer of AWS Batch is known"
    if state.appearing:
        return "AWS Batch does not show it yet"
    return "AWS Batch no longer knows it"


def word(state: RunSnapshot) -> str:
    """A job's state, or that there is none to tell: GONE is only what AWS Batch did know once."""
    if state.jobs:
        return state.state.value
    return "GONE" if state.run.job_ids and not state.appearing else "UNKNOWN"


def state_text(state: JobState) -> "Text":
    """A state as glyph, word and colour."""
    from rich.text import Text

    return Text(f"{text.GLYPHS[state]} {state.value}", style=text.STYLES[state])


def detail(state: RunSnapshot) -> list[tuple[str, str]]:
    """`fargo show`: names and values of a run and each of its jobs' attempts."""
    run = state.run
    rows = [
        ("run", run.id),
        ("state", word(state) if state.jobs else f"{word(state)}: {unknown(state)}"),
        ("job", run.job),
        ("command", text.command_text(run.command)),
        ("size", str(Size(run.last.vcpu, run.last.memory_mib))),
        ("image", run.last.image),
        ("definition", run.last.definition.rpartition("/")[2]),
        ("queue", run.last.queue.rpartition("/")[2]),
        ("created", run.created.isoformat(timespec="seconds")),
    ]
    if run.by:
        rows.append(("submitted by", text.safe(run.by)))
    if run.rows > 1 or len(run.waves) > 1:
        rows += [(f"wave {wave.number}", size_words(wave) or "1 row") for wave in run.waves]
        rows.append(("containers", containers(state)))
    if words := unsent(run):
        rows.append(("not whole", f"{words}: `fargo submit --resume {run.id}`"))
    for job in state.jobs[-JOBS:]:
        rows += _job(job, state.at)
    return rows


def _job(job: Job, now: datetime) -> list[tuple[str, str]]:
    rows = [("batch job", job.id)]
    if not job.size:  # an array's containers have times of their own
        rows += [("waited", text.waited(job, now)), ("ran", text.elapsed(job, now))]
    if why := text.outcome(job):
        rows.append(("why", why))
    for number, attempt in enumerate(job.attempts, 1):
        ended = "" if attempt.exit_code is None else f"exit {attempt.exit_code} "
        rows.append((f"attempt {number}", f"{ended}{text.safe(attempt.reason)} {attempt.log_stream}".strip()))
    return rows


def measured(result: Mapping[str, Any] | None) -> list[tuple[str, str]]:
    """What the runner measured, from its result object."""
    if result is None:
        return []
    code, seconds, cpu, peak = map(result.get, ("exit_code", "seconds", "cpu_seconds", "peak_memory_bytes"))
    known = (
        ("exit code", "" if code is None else str(code)),
        ("seconds", "" if seconds is None else f"{seconds:.1f} ({cpu or 0:.1f} of CPU)"),
        ("peak memory", "" if peak is None else f"{peak / 2**20:.0f} MiB"),
    )
    return [(name, value) for name, value in known if value] + [
        ("output", f"{text.safe(output['key'])} ({output['size']} bytes)")
        for output in result.get("outputs", ())
    ]


def standing(found: "Standing") -> list[tuple[str, str]]:
    """How a run's rows stand, by their results."""
    return [("rows", rows_words(found))]


def rows_words(found: "Standing") -> str:
    """Like `7 of 10 rows succeeded, 2 failed, 1 without a result`."""
    whole = "1 row" if found.rows == 1 else f"{found.rows:,} rows"
    return f"{found.done:,} of {whole} succeeded, {found.failed:,} failed, {found.missing:,} without a result"


def table(rows: Sequence[tuple[str, str]]) -> "RenderableType":
    """Names and values, aligned."""
    from rich.table import Table
    from rich.text import Text

    grid = Table.grid(padding=(0, 2))
    grid.add_column(style="dim", no_wrap=True)
    grid.add_column(overflow="fold")
    for name, value in rows:
        grid.add_row(name, Text(value))
    return grid


def progress_words(state: RunSnapshot) -> str:
    """How a run stands, without times: the same words as long as nothing changes."""
    if not state.jobs:
        return f"{state.run.id} {unknown(state)}"
    why = said(state)
    return f"{state.run.id} {state.state.value}" + (f", {why}" if why else "")


def progress_line(state: RunSnapshot) -> str:
    """The same with how long it ran."""
    ran = lasted(state, state.at)
    return progress_words(state) + (f", ran {ran}" if ran else "")


def lasted(state: RunSnapshot, now: datetime) -> str:
    """How long it has run, or ran: one container, or of many from their submission to the last one's end."""
    if not state.jobs:
        return ""
    if state.run.last.containers == 1:
        return text.elapsed(state.jobs[-1], now)
    ends = [job.stopped for job in state.jobs if job.stopped]
    end = max(ends, default=now) if state.finished else now
    return duration_text((end - state.run.last.created).total_seconds())


def progress(state: RunSnapshot, now: datetime) -> "Text":
    """The same for a live display; how many containers stand where has a line of its own there."""
    from rich.text import Text

    if not state.jobs:
        return Text(progress_line(state), style="dim")
    shown = state_text(state.state)
    shown.append(f"  {state.run.id}", style="bold")
    if ran := lasted(state, now):
        shown.append(f"  {ran}")
    elif wait := text.waited(state.jobs[-1], now):
        shown.append(f"  waiting {wait}")
    if state.run.last.containers == 1 and (why := said(state)):
        shown.append(f"  {why}", style="dim")
    return shown
