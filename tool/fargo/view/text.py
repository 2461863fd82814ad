"""Words and glyphs that every view shares."""

import re
import shlex
from collections.abc import Sequence
from datetime import datetime

from fargo.model.job import Job, JobState
from fargo.model.units import duration_text

# C0 and C1 controls but the tab, separators of lines, and what may show a text in another order than it has:
# what a job prints must never drive the user's terminal, nor look like what it is not.
_CONTROLS = re.compile(r"[\x00-\x08\x0a-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069]")
_BYTE = 0xFF

GLYPHS = {
    JobState.SUBMITTED: "◌",
    JobState.PENDING: "◌",
    JobState.RUNNABLE: "◌",
    JobState.STARTING: "◔",
    JobState.RUNNING: "▶",
    JobState.SUCCEEDED: "✔",
    JobState.FAILED: "✘",
}
STYLES = {
    JobState.SUBMITTED: "dim",
    JobState.PENDING: "dim",
    JobState.RUNNABLE: "yellow",
    JobState.STARTING: "cyan",
    JobState.RUNNING: "blue",
    JobState.SUCCEEDED: "green",
    JobState.FAILED: "red",
}

DIME = 0.1
LEAST = 0.0001


def safe(text: str) -> str:
    """The text with control characters made visible, so that it can go to a terminal."""
    return _CONTROLS.sub(_visible, text)


def _visible(match: re.Match[str]) -> str:
    code = ord(match[0])
    return f"\\x{code:02x}" if code <= _BYTE else f"\\u{code:04x}"


def safe_lines(text: str) -> str:
    """The same for text of several lines, which stay lines."""
    return "\n".join(map(safe, text.split("\n")))


def command_text(command: Sequence[str]) -> str:
    """A command as one would type it."""
    return safe(shlex.join(command))


def elapsed(job: Job, now: datetime) -> str:
    """How long the job has run, or ran; empty before it started."""
    ran = job.ran(now)
    return duration_text(ran.total_seconds()) if ran is not None else ""


def waited(job: Job, now: datetime) -> str:
    """How long the job waited for its container."""
    time = job.waited(now)
    return duration_text(time.total_seconds()) if time is not None else ""


def ago(moment: datetime, now: datetime) -> str:
    """Like `3m11 ago`."""
    return f"{duration_text(max((now - moment).total_seconds(), 0))} ago"


def outcome(job: Job) -> str:
    """Why a job stands where it stands, in one line: exit code, reason, attempts."""
    parts = [f"exit {job.exit_code}"] if job.exit_code is not None else []
    if job.reason and job.state is not JobState.SUCCEEDED:
        parts.append(safe(job.reason))
    if len(job.attempts) > 1:
        parts.append(f"attempt {len(job.attempts)}")
    if job.stopping:
        parts.append("stopping")
    return ", ".join(parts)


def money(dollars: float) -> str:
    """US dollars, like `$43.80`; less than ten cents more closely, like `$0.0049`, or `<$0.0001`."""
    if 0 < dollars < LEAST:
        return f"<${LEAST}"
    return f"${dollars:,.2f}" if dollars >= DIME or not dollars else f"${dollars:.2g}"


def plural(count: int, word: str) -> str:
    """Like `1 job`, `3,000 jobs`."""
    return f"{count} {word}" if count == 1 else f"{count:,} {word}s"
