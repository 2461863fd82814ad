"""What `fargo show` tells besides how a run stands: times, causes of failure, cost."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any

from fargo.model.job import Job
from fargo.model.run import RunSnapshot
from fargo.model.timeline import phases
from fargo.overview import Overview
from fargo.view import failures, history, text
from fargo.view.data import iso

if TYPE_CHECKING:
    from rich.console import Console, ConsoleOptions, RenderResult


def rows(
    found: Overview, state: RunSnapshot, name: Callable[[Job], str] = failures.short, *, drawn: bool = False
) -> list[tuple[str, str]]:
    """Names and values.

    Args:
        name: what a job is called.
        drawn: there is a `Timeline` beside them, which says more than its words.
    """
    told = []
    if not drawn and (job := single(state)):
        told.append(("timeline", history.timeline_words(job, state.at, found.moves.get(job.id, ()))))
    if found.spread:
        told += history.spread_words(found.spread)
    told += failures.rows(found.causes, name, failed=found.failed)
    if found.cost is not None:
        told.append(("cost so far", f"about {text.money(found.cost.dollars)}, by {found.cost.basis}"))
    return told


def single(state: RunSnapshot) -> Job | None:
    """The job of a last wave of one container; None where it has more, or nobody knows the job."""
    jobs = [job for job in state.of_last_wave if not job.size]
    return jobs[-1] if jobs and state.run.last.containers == 1 else None


@dataclass(frozen=True, slots=True)
class Timeline:
    """A run's one container as a line, as wide as the terminal."""

    job: Job
    found: Overview
    now: datetime

    def __rich_console__(self, console: "Console", options: "ConsoleOptions") -> "RenderResult":
        """The line; in ASCII where the terminal has no more."""
        moves = self.found.moves.get(self.job.id, ())
        plain = not options.encoding.startswith("utf")
        yield history.timeline(self.job, self.now, options.max_width, moves=moves, ascii=plain)


def data(found: Overview, state: RunSnapshot) -> dict[str, Any]:
    """The same for `--json`; seconds, and moments in ISO 8601."""
    spread = found.spread
    return {
        "timeline": {
            job.id: _phases(job, found, state.at) for job in state.jobs if not job.size and phases(job)
        },
        "spread": {
            "containers": spread.jobs,
            "first_start": iso(spread.first_start),
            "last_end": iso(spread.last_end),
            "waited": _percentiles(spread.waited),
            "ran": _percentiles(spread.ran),
        }
        if spread
        else None,
        "failed": found.failed,
        "causes": [
            {
                "exit_code": cause.exit_code,
                "reason": cause.reason,
                "count": cause.count,
                "examples": [job.id for job in cause.examples],
            }
            for cause in found.causes
        ],
        "cost_so_far_usd": None if found.cost is None else round(found.cost.dollars, 6),
    }


def _phases(job: Job, found: Overview, now: datetime) -> list[dict[str, Any]]:
    return [
        {
            "step": str(phase.step),
            "begin": iso(phase.begin),
            "end": iso(phase.end),
            "seconds": round(phase.seconds(now), 3),
        }
        for phase in phases(job, found.moves.get(job.id, ()))
    ]


def _percentiles(times: tuple[float, float] | None) -> dict[str, float] | None:
    return {"p50": round(times[0], 3), "p90": round(times[1], 3)} if times else None
