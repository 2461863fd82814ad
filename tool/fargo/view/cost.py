"""Money in words: the estimate before a submission, what stands on the bill, what runs have cost."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from fargo.cost import Actual, Estimate, Prices, WaveCost
from fargo.model.fargate import Size, memory_text
from fargo.model.run import Run
from fargo.model.units import duration_text
from fargo.sizing import Advice
from fargo.spending import By, RunCost, Sum
from fargo.view import runs
from fargo.view.data import iso
from fargo.view.text import money, plural

if TYPE_CHECKING:
    from rich.console import RenderableType

NOTHING = "no container has started, or AWS Batch and its events have forgotten them"


def estimate_line(found: Estimate, run: Run, basis: str, *, local: bool = False) -> str:
    """What a run's last wave would cost, in one line, before it is submitted.

    Args:
        basis: whose prices are counted with.
        local: it runs on the local AWS, where it costs nothing.
    """
    about, by = ("about", f", by {run.row_seconds_by}") if run.row_seconds else ("at least", "")
    more = "" if run.row_seconds or local else " (--expect 30s tells more)"
    where = "on AWS " if local else ""
    each = "" if found.containers == 1 else " each"
    what = f"{plural(found.containers, 'container')} of {Size(run.last.vcpu, run.last.memory_mib)}"
    time = f"{duration_text(found.seconds)}{each}{by}{more}"
    return f"{where}{about} {money(found.dollars)}: {what}, {time}; {basis}"


def question(found: Estimate, run: Run, above: float) -> str:
    """What is asked before a submission that is dear."""
    about = "about" if run.row_seconds else "at least"
    limit = f"[cost] confirm_above = {above:g}"
    return f"This would cost {about} {money(found.dollars)}, more than {limit}. Go on?"


def compared(found: RunCost) -> list[tuple[str, str, str]]:
    """What a run was to cost beside what it has cost: a name, the estimate, the actual."""
    was, cost = found.expected, found.cost
    known = found.state.run.row_seconds > 0
    about = "about " if known else "at least "
    told = [
        ("cost", about + money(was.dollars), _about(cost) + money(cost.dollars) if cost else "not known"),
        ("containers", f"{was.containers:,}", f"{_total(cost, 'containers'):,}"),
        ("attempts", f"{was.containers:,}", _attempts(cost)),
        ("billed each", duration_text(was.seconds), duration_text(_each(cost))),
        ("vCPU-hours", f"{was.vcpu_hours:,.2f}", f"{_vcpu_hours(cost):,.2f}"),
    ]
    waves = cost.waves if cost else ()
    return told + [(f"wave {each.number}", "", _wave(each)) for each in (waves if len(waves) > 1 else ())]


def _about(cost: Actual) -> str:
    return "" if cost.exact else "about "


def _total(cost: Actual | None, name: str) -> int:
    return sum(getattr(wave, name) for wave in cost.waves) if cost else 0


def _attempts(cost: Actual | None) -> str:
    count = f"{_total(cost, 'attempts'):,}"
    return count if cost is None or cost.exact else f"{count} of {_total(cost, 'looked_at'):,} containers"


def _each(cost: Actual | None) -> float:
    return sum(wave.seconds for wave in cost.waves) / max(_total(cost, "containers"), 1) if cost else 0.0


def _vcpu_hours(cost: Actual | None) -> float:
    return sum(wave.seconds / 3600 * wave.task.size.vcpu for wave in cost.waves) if cost else 0.0


def _wave(found: WaveCost) -> str:
    spot = ", Spot" if found.task.spot else ""
    return f"{money(found.dollars)}, {plural(found.containers, 'container')} of {found.task.size}{spot}"


def notes(found: RunCost) -> list[tuple[str, str]]:
    """What there is to know besides: by what was estimated, whose prices these are, and a better size."""
    run = found.state.run
    by = f"{run.row_seconds:.3g} s a row, by {run.row_seconds_by}" if run.row_seconds else "no time was known"
    told = [("estimate", f"{by}; each container once")]
    told.append(("actual", found.cost.basis if found.cost else NOTHING))
    if found.cost and not found.cost.finished:
        told.append(("so far", f"{run.id} is {runs.word(found.state)}"))
    return told + advice_rows(found.advice, found.cost)


def advice_rows(found: Advice | None, cost: Actual | None) -> list[tuple[str, str]]:
    """The size that would have been enough: names and values."""
    if found is None and cost and not cost.finished:
        return [("size", "told when it has ended: what goes on may want more than what has ended")]
    if found is None:
        return [("size", "no row left a measurement: nobody can tell what was needed")] if cost else []
    used = found.used
    measured = f"measured in {used.measured:,} of {plural(used.rows, 'row')}"
    busy = f"{found.busy_vcpus:.2f} vCPU, " if found.busy_vcpus is not None else ""
    held = f"{busy}{memory_text(found.peak_memory_mib)} at the most, {measured}"
    words = [held] if used.measured else []
    if found.killed:
        words.append(f"{found.killed:,} ran out of memory")
    told = [("used", f"of {found.now}: {'; '.join(words)}")]
    if not found.enough:
        return [*told, ("size", "too few rows were measured to go by")]
    left = used.rows - used.read
    but = f"; {plural(left, 'row')} were not looked at, and may want more" if used.sample else ""
    if not found.changes:
        holds = f"{found.now} is the cheapest that holds, with {found.margin:.0%} to spare"
        return [*told, ("size", holds + but)]
    amount = money(abs(found.saved))
    changed = f"saved {amount}" if found.saved >= 0 else f"cost {amount} more"
    told.append(("size", f"{found.size} would have {changed}, with {found.margin:.0%} to spare{but}"))
    return [*told, ("fargo.toml", ", ".join(found.lines))]


def run_table(found: RunCost) -> "RenderableType":
    """A run's money for a terminal."""
    from rich.console import Group
    from rich.table import Table

    grid = Table(box=None, pad_edge=False, header_style="dim")
    grid.add_column("")
    grid.add_column("ESTIMATE", justify="right")
    grid.add_column("SO FAR" if found.cost and not found.cost.finished else "ACTUAL", justify="right")
    for cells in compared(found):
        grid.add_row(*cells)
    return Group(grid, "", runs.table(notes(found)))


def sums_table(found: Sequence[Sum], by: By) -> "RenderableType":
    """The amounts of many runs for a terminal."""
    from rich.table import Table

    grid = Table(box=None, pad_edge=False, header_style="dim")
    grid.add_column(by.upper(), no_wrap=True)
    if by is not By.RUN:
        grid.add_column("RUNS", justify="right")
    grid.add_column("COST", justify="right")
    for each in found:
        count = [] if by is By.RUN else [f"{each.runs:,}"]
        grid.add_row(each.name, *count, f"{'about ' if each.about else ''}{money(each.dollars)}")
    return grid


def sums_lines(found: Sequence[Sum], by: By) -> list[str]:
    """The same as tab-separated lines."""
    head = f"{by}\truns\tusd\tsample"
    return [head, *(f"{s.name}\t{s.runs}\t{s.dollars:.6f}\t{'yes' if s.about else 'no'}" for s in found)]


def total_line(costs: Sequence[RunCost]) -> str:
    """What runs have cost together, and by whose prices."""
    known = [each.cost for each in costs if each.cost]
    if not known:
        return "no container of a run has started"
    unknown = len(costs) - len(known)
    about = "" if all(cost.exact for cost in known) else "about "
    rest = f"; {plural(unknown, 'run')} more: no container started, or all forgotten" if unknown else ""
    dollars = money(sum(cost.dollars for cost in known))
    return f"{plural(len(known), 'run')}: {about}{dollars}, by {known[0].waves[0].task.prices.basis}{rest}"


def run_data(found: RunCost) -> dict[str, Any]:
    """A run's money for `--json`."""
    run = found.state.run
    return {
        "run": run.id,
        "job": run.job,
        "created": iso(run.created),
        "state": runs.word(found.state),
        "estimate": {
            "usd": round(found.expected.dollars, 6),
            "containers": found.expected.containers,
            "seconds_each": round(found.expected.seconds, 1),
            "vcpu_hours": round(found.expected.vcpu_hours, 6),
            "row_seconds": run.row_seconds or None,
            "by": run.row_seconds_by or None,
        },
        "actual": _actual_data(found.cost) if found.cost else None,
        "size": advice_data(found.advice) if found.advice else None,
    }


def _actual_data(cost: Actual) -> dict[str, Any]:
    return {
        "usd": round(cost.dollars, 6),
        "at": iso(cost.at),
        "finished": cost.finished,
        "exact": cost.exact,
        "basis": cost.basis,
        "prices": prices_data(cost.waves[0].task.prices),
        "days": [{"day": day.isoformat(), "usd": round(usd, 6)} for day, usd in cost.days.items()],
        "waves": [
            {
                "number": wave.number,
                "usd": round(wave.dollars, 6),
                "containers": wave.containers,
                "looked_at": wave.looked_at,
                "attempts": wave.attempts,
                "billed_seconds": round(wave.seconds, 1),
                "vcpu": wave.task.size.vcpu,
                "memory_mib": wave.task.size.memory_mib,
                "storage_gib": wave.task.storage_gib,
                "architecture": wave.task.architecture.lower(),
                "spot": wave.task.spot,
                "hourly_usd": round(wave.task.hourly, 6),
            }
            for wave in cost.waves
        ],
    }


def advice_data(found: Advice) -> dict[str, Any]:
    """The size that would have been enough, for `--json`."""
    return {
        "vcpu": found.size.vcpu,
        "memory_mib": found.size.memory_mib,
        "now_vcpu": found.now.vcpu,
        "now_memory_mib": found.now.memory_mib,
        "changes": found.changes,
        "enough_measured": found.enough,
        "margin": found.margin,
        "peak_memory_mib": found.peak_memory_mib,
        "busy_vcpus": None if found.busy_vcpus is None else round(found.busy_vcpus, 3),
        "out_of_memory": found.killed,
        "saved_usd": round(found.saved, 6),
        "rows": found.used.rows,
        "rows_measured": found.used.measured,
        "sample": found.used.sample,
        "fargo_toml": list(found.lines),
    }


def prices_data(found: Prices) -> dict[str, Any]:
    """Whose prices, for `--json`."""
    return {
        "region": found.region,
        "wanted_region": found.wanted or found.region,
        "borrowed": list(found.borrowed),
        "date": found.date,
        "source": found.source.name.lower(),
        "reason": found.reason or None,
        "usd": dict(found.rates),
    }


def sums_data(found: Sequence[Sum]) -> list[dict[str, Any]]:
    """The amounts of many runs for `--json`."""
    return [
        {"name": each.name, "runs": each.runs, "usd": round(each.dollars, 6), "sample": each.about}
        for each in found
    ]
