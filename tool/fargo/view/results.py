"""A run's results: rows as JSON, progress as a line, the end as sentences."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from fargo.model.units import bytes_text, duration_text
from fargo.results import Progress, RowResult, Summary
from fargo.view import text

if TYPE_CHECKING:
    from rich.console import RenderableType

MINUTE = 60
_PLAIN = 10
"""Lines that tell of progress where there is no terminal, at most."""


@dataclass(slots=True)
class ResultsView:
    """The face of a fetch."""

    run: str
    seen: Progress | None = None
    _said: int = 0

    def take(self, event: Progress) -> str:
        """Take an event in; a line where a further tenth of the rows has been read, else empty."""
        self.seen = event
        tenth = event.rows * _PLAIN // max(event.all_rows, 1)
        if tenth == self._said or event.rows == event.all_rows:
            return ""
        self._said = tenth
        return progress_line(event)

    def render(self) -> "RenderableType":
        """The display as it stands now."""
        from rich.progress_bar import ProgressBar
        from rich.table import Table
        from rich.text import Text

        grid = Table.grid(padding=(0, 1))
        if (seen := self.seen) is None:
            grid.add_row(Text(f"{self.run}: listing its results"))
            return grid
        share = (seen.rows + seen.files) / max(seen.all_rows + seen.all_files, 1)
        bar = ProgressBar(total=1, completed=share, width=30)
        grid.add_row(Text(self.run, style="bold"), bar, Text(progress_line(seen)))
        return grid


def progress_line(seen: Progress) -> str:
    """Like `300 of 1,000 rows, 12 of 14 files, 3.1 of 4.0 MiB`."""
    parts = [f"{seen.rows:,} of {seen.all_rows:,} rows"]
    if seen.all_files:
        parts.append(f"{seen.files:,} of {seen.all_files:,} files")
        parts.append(f"{bytes_text(seen.bytes)} of {bytes_text(seen.all_bytes)}")
    if seen.lost:
        parts.append(f"{seen.lost:,} not to be had")
    return ", ".join(parts)


def counts(found: Summary) -> str:
    """Like `300 rows: 280 succeeded, 15 failed, 5 without a result`."""
    rows = "1 row" if found.rows == 1 else f"{found.rows:,} rows"
    return (
        f"{rows}: {found.succeeded:,} succeeded, {found.failed:,} failed, {found.missing:,} without a result"
    )


def figures(found: Summary) -> Iterator[str]:
    """What the rows that left a result took, in words."""
    if found.rows == found.missing:
        return
    yield (
        f"a row took {_took(found.median_seconds)} in the median, {_took(found.p95_seconds)}"
        f" at the 95th percentile, {_took(found.max_seconds)} at most"
    )
    yield (
        f"{_took(found.cpu_seconds)} of CPU in all; peak memory {bytes_text(found.peak_memory_bytes)};"
        f" {bytes_text(found.bytes_in)} in, {bytes_text(found.bytes_out)} out"
    )


def _took(seconds: float) -> str:
    return f"{seconds:.1f} s" if seconds < MINUTE else duration_text(seconds)


def files(seen: Progress) -> str:
    """Like `14 files (12 there already)`."""
    kept = f" ({seen.kept:,} there already)" if seen.kept else ""
    word = "file" if seen.files == 1 else "files"
    return f"{seen.files:,} {word}{kept}"


def record(found: RowResult) -> dict[str, Any]:
    """A row as one object of `--json`."""
    measured, host = found.measured, found.host
    return {
        "row": found.row,
        "state": found.state.value,
        "exit_code": measured and measured.exit_code,
        "signal": measured and measured.signal,
        "problem": found.problem,
        "seconds": measured and measured.seconds,
        "peak_memory_bytes": measured and measured.peak_memory_bytes,
        "cpu_seconds": measured and measured.cpu_seconds,
        "attempt": measured and measured.attempt,
        "wave": measured and measured.wave,
        "job_id": measured and measured.job_id,
        "host": {"name": host.name, "cpu": host.cpu, "arch": host.arch},
        "bytes_in": measured and measured.bytes_in,
        "bytes_out": measured and measured.bytes_out,
        "outputs": [{"key": each.key, "size": each.size, "sha256": each.sha256} for each in found.outputs],
        "columns": dict(found.columns),
    }


def lost_words(row: int, why: str) -> str:
    """Which row it is of, and why it cannot be had."""
    return f"row {row}: {text.safe(why)}"
