"""Rows that are read and sent: events → one live line, a bar, and plain lines."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

from fargo.cost import MINIMUM_SECONDS, START_SECONDS, Estimate
from fargo.manifest import Sent
from fargo.model.fargate import Size
from fargo.model.run import Run
from fargo.model.units import bytes_text, duration_text
from fargo.submit import submissions
from fargo.view.text import money, plural

if TYPE_CHECKING:
    from rich.console import RenderableType


@dataclass(slots=True)
class RowsView:
    """What the events so far amount to."""

    read: int = 0
    sent: Sent | None = None

    def take(self, event: int | Sent) -> None:
        """Take in how many rows have been read, or how far the upload is."""
        if isinstance(event, Sent):
            self.sent = event
        else:
            self.read = event

    def render(self) -> "RenderableType":
        """The display as it stands now."""
        from rich.console import Group
        from rich.progress_bar import ProgressBar
        from rich.text import Text

        if self.sent is None:
            return Text(self.line())
        bar = ProgressBar(total=max(self.sent.bytes_total, 1), completed=self.sent.bytes, width=40)
        return Group(Text(self.line()), bar)

    def line(self) -> str:
        """How it stands, in one line; empty before the first event."""
        if self.sent is None:
            return f"reading rows: {self.read:,}" if self.read else ""
        size = f"{bytes_text(self.sent.bytes)} of {bytes_text(self.sent.bytes_total)}"
        return f"uploading {self.sent.files:,} of {plural(self.sent.files_total, 'file')}, {size}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Preview:
    """What `--dry-run` shows.

    Attributes:
        files: local inputs, each content once; `bytes` is all that would be uploaded at the most.
        best: the packing that would be cheapest.
        prices: whose are counted with, in words.
        timeout_seconds: of a container; None: no limit.
    """

    run: Run
    files: int
    bytes: int
    estimate: Estimate
    best: Estimate
    prices: str
    timeout_seconds: int | None = None


def preview(shown: Preview) -> list[str]:
    """The same in words."""
    run, wave = shown.run, shown.run.last
    packed = f", {wave.pack} rows in each" if wave.pack > 1 else ""
    lines = [
        f"rows        {run.rows:,}",
        f"containers  {plural(wave.containers, 'container')}{packed}, of {Size(wave.vcpu, wave.memory_mib)}",
        f"calls       {len(wave.chunks):,} SubmitJob",
    ]
    if shown.bytes:
        files = f"{plural(shown.files, 'input')}, " if shown.files else ""
        lines.append(f"upload      {files}{bytes_text(shown.bytes)} at the most")
    each = duration_text(shown.estimate.seconds)
    lines += [
        f"time        {_time(run)}",
        f"vCPU-hours  {shown.estimate.vcpu_hours:,.2f}",
        f"estimate    {money(shown.estimate.dollars)}, {each} billed a container",
    ]
    if run.row_seconds and run.rows > 1:
        lines.append(f"packing     {_packing(shown)}")
    work = -(-wave.pack // wave.workers) * run.row_seconds
    if shown.timeout_seconds and work > shown.timeout_seconds:
        limit = duration_text(shown.timeout_seconds)
        lines.append(f"warning     {duration_text(work)} of work in a container, and its timeout is {limit}")
    basis = f"{shown.prices}; {MINIMUM_SECONDS} s at the least"
    return [*lines, f"            {basis}, {START_SECONDS} s before the command assumed"]


def _time(run: Run) -> str:
    return f"{run.row_seconds:.3g} s a row, {_by(run)}" if run.row_seconds else _by(run)


def _by(run: Run) -> str:
    return run.row_seconds_by or "unknown: a minute's minimum for each container; --expect 30s would tell"


def _packing(shown: Preview) -> str:
    best, now = shown.best, shown.estimate
    if best.dollars >= now.dollars * (1 - _NOTEWORTHY):
        return f"{now.pack} is as cheap as any"
    times = f"{plural(best.containers, 'container')} of {duration_text(best.seconds)}"
    return f"--pack {best.pack} would cost {money(best.dollars)}: {times}"


_NOTEWORTHY = 0.05
"""The share of the estimate that another packing must save to be named."""


def preview_data(shown: Preview) -> dict[str, object]:
    """The same for `--json`."""
    wave = shown.run.last
    return {
        "rows": shown.run.rows,
        "columns": list(shown.run.columns),
        "containers": wave.containers,
        "pack": wave.pack,
        "workers": wave.workers,
        "inputs": shown.files,
        "upload_bytes": shown.bytes,
        "row_seconds": shown.run.row_seconds or None,
        "basis": _by(shown.run),
        "estimate": _estimate(shown.estimate),
        "prices": shown.prices,
        "best_packing": _estimate(shown.best),
        "calls": [each.request() for each in submissions(shown.run)],
    }


def _estimate(found: Estimate) -> dict[str, object]:
    return {
        "pack": found.pack,
        "containers": found.containers,
        "seconds_each": round(found.seconds, 1),
        "vcpu_hours": round(found.vcpu_hours, 4),
        "usd": round(found.dollars, 4),
    }
