"""When the containers waited and ran."""

import math

from fargo.model.fargate import Size
from fargo.model.job import JobState
from fargo.model.run import Wave
from fargo.model.units import duration_text
from fargo.report import Report
from fargo.report.lanes import STATES
from fargo.view import text
from fargo.view.report import lines, words
from fargo.view.report.axis import TimeAxis, time_axis
from fargo.view.report.html import esc, part, table, tag

KEYS = (("wait", "waiting"), ("start", "starting"), ("run", "running, succeeded"), ("fail", "failed"))


def section(report: Report) -> str:
    """How many ran at once, each container as a line, and the waves."""
    axis = time_axis(report.lanes)
    if axis is None:
        return part("timeline", "Waves", _waves(report))
    return part("timeline", esc(_title(report)), _charts(report, axis), _waves(report))


def _title(report: Report) -> str:
    seen = report.lanes
    if not seen.waited:
        return "When the containers ran"
    half, most = words.took(seen.waited.p50), words.took(seen.waited.most)
    who = "containers that have started" if report.waiting else "containers"
    if seen.waited.most < 1:
        return f"The {who} hardly waited" if len(seen) > 1 else "It hardly waited for its container"
    if len(seen) == 1:
        return f"It waited {most} for its container"
    if half == most:
        return f"The {who} waited {half} each"
    return f"Half of the {who} waited {half} or less, the longest {most}"


def _charts(report: Report, axis: TimeAxis) -> str:
    seen = report.lanes
    above = _running(report, axis) if len(seen) > 1 else ""
    strip = lines.strip(
        seen, axis, name=f"{words.count(len(seen), 'container')} by their start: {_summary(report)}"
    )
    key = "".join(tag("span", esc(name), class_=f"key {kind}") for kind, name in KEYS)
    caption = tag("figcaption", tag("div", key, class_="keys") + _said(report, axis) + _hint())
    return tag("figure", above + strip + caption, class_="timeline", style=f"--lanes:{len(seen)}")


def _running(report: Report, axis: TimeAxis) -> str:
    """How many ran at each moment, with a mark where each later wave began."""
    begins: dict[int, float] = {}
    for wave, created in zip(report.lanes.wave, report.lanes.created, strict=True):
        begins[wave] = min(created, begins.get(wave, math.inf))
    later = [(wave, at) for wave, at in begins.items() if wave > 1 and math.isfinite(at)]
    drawn, most = lines.area(report.lanes, axis, later)
    return tag("p", esc(f"Running at once: {most:,} at the most"), class_="note") + drawn


def _said(report: Report, axis: TimeAxis) -> str:
    """What a line stands for; the script draws each container, and says so."""
    each = math.ceil(len(report.lanes) / lines.LINES)
    drawn = "Each line is a container"
    if each > 1:
        drawn = (
            f"Each line stands for {each:,} containers (red for the share that failed, marked on the left)"
        )
    rest = f", by wave and start. The axis begins at {words.moment(axis.begin)}."
    return tag("span", tag("span", esc(drawn), id="strip-lines") + esc(rest), id="strip-said")


def _hint() -> str:
    keys = "arrows, + and \u2212, Esc"
    said = f" Drag to look closer at a time, point at a line to see which container it is (keys: {keys})."
    return tag("span", esc(said), class_="hint", hidden="")


def _summary(report: Report) -> str:
    seen = report.lanes
    bad = sum(STATES[state] is JobState.FAILED for state in seen.state)
    waited = f"they waited {words.took(seen.waited.p50)} in the median; " if seen.waited else ""
    return f"{waited}{bad:,} failed"


def _waves(report: Report) -> str:
    header = (
        "Wave",
        "Submitted",
        "Rows",
        "Containers",
        "Succeeded",
        "Failed",
        "Size of each",
        "Lasted",
        "Cost",
    )
    body = (_wave(report, wave) for wave in report.state.run.waves)
    caption = esc(words.count(len(report.state.run.waves), "wave"))
    return table(caption, header, body, numeric=(0, 2, 3, 4, 5, 7, 8))


def _wave(report: Report, wave: Wave) -> tuple[str, ...]:
    jobs = [job for job in report.state.jobs if job.id in wave.job_ids]
    costs = {each.number: each.dollars for each in report.cost.waves} if report.cost else {}
    counts = {JobState.SUCCEEDED: 0, JobState.FAILED: 0}
    for job in jobs:
        for state, count in report.state.containers(job).items():
            if state in counts:
                counts[state] += count
    ends = [job.stopped for job in jobs if job.stopped]
    over = bool(jobs) and all(job.state.finished for job in jobs) and bool(ends)
    lasted = duration_text((max(ends) - wave.created).total_seconds()) if over else words.UNKNOWN
    told = [f"{count:,}" if jobs else words.UNKNOWN for count in counts.values()]
    packed = f" ({wave.pack} rows in each)" if wave.pack > 1 else ""
    return (
        esc(wave.number),
        esc(words.moment(wave.created)),
        esc(f"{wave.rows:,}"),
        esc(f"{wave.containers:,}{packed}"),
        *map(esc, told),
        esc(Size(wave.vcpu, wave.memory_mib)),
        esc(lasted),
        esc(text.money(costs[wave.number]) if wave.number in costs else words.UNKNOWN),
    )
