"""How times and use of what was reserved spread over containers and rows."""

from collections.abc import Sequence

from fargo.model.fargate import memory_text
from fargo.report import Distribution, Report
from fargo.view.report import money, words
from fargo.view.report.histogram import histogram
from fargo.view.report.html import esc, part, tag


def durations(report: Report) -> str:
    """Rows' times, the waiting of containers, and their start-up."""
    rows = report.rows.seconds if report.rows else None
    charts = [_figure("How long a row's command took", rows, words.TIME, "row")]
    if len(report.lanes) > 1:  # one alone has its timeline
        waited, start_up = report.lanes.waited, report.lanes.start_up
        which = " that has started" if report.waiting else ""
        charts.append(_figure(f"How long a container{which} waited", waited, words.TIME, "container"))
        charts.append(_figure("How long a container took to start", start_up, words.TIME, "container"))
    title = "How long it took"
    if rows and rows.count > 1:
        title = _took(rows)
    return part("durations", esc(title), _grid(charts))


def _took(rows: Distribution) -> str:
    half, many, most = map(words.took, (rows.p50, rows.p95, rows.most))
    if half == most:
        return f"The rows took {half} each"
    rest = (
        f"the longest {most}"
        if rows.count < words.FEW or many in (half, most)
        else f"one in twenty more than {many}"
    )
    return f"Half of the rows took {half} or less, {rest}"


def sizes(report: Report) -> str:
    """Memory and CPU, against what was reserved."""
    if not report.rows:
        return ""
    waves = report.state.run.waves
    memories = {wave.memory_mib: f"reserved {memory_text(wave.memory_mib)}" for wave in waves}
    vcpus = {wave.vcpu: f"reserved {wave.vcpu:g} vCPU" for wave in waves}
    peak, busy = report.rows.peak_mib, report.rows.busy_vcpus
    charts = (
        _figure("Peak memory of a row", peak, words.MEMORY, "row", list(memories.items())),
        _figure("vCPUs that a row kept busy", busy, words.VCPUS, "row", list(vcpus.items())),
    )
    return part("sizes", esc(_sizes_title(report)), _grid(charts), money.advice(report))


def _sizes_title(report: Report) -> str:
    rows = report.rows.fullest if report.rows else None
    row = "" if rows is None else f"row used {words.share(rows)} of the memory that its container reserved"
    if killed := report.out_of_memory:
        others = f"; of those that left a result, the hungriest {row}" if row else ""
        return f"{words.count(killed, 'container')} ran out of memory{others}"
    return f"The hungriest {row}" if row else "What the rows used"


def _grid(charts: Sequence[str]) -> str:
    return tag("div", "".join(charts), class_="grid") if any(charts) else ""


def _figure(
    title: str,
    found: Distribution | None,
    measure: words.Measure,
    what: str,
    reserved: Sequence[tuple[float, str]] = (),
) -> str:
    if found is None:
        return ""
    written = measure.written
    p50, p95, most = map(written, (found.p50, found.p95, found.most))
    said = f"{words.count(found.count, what)}: median {p50}, 95th percentile {p95}, at most {most}"
    told = f"{said}. The tallest bar: {words.count(max(found.bars), what)}"
    if found.skewed:
        told += ". The axis grows by factors"
    inner = tag("h3", esc(title))
    if found.count > 1:
        inner += histogram(found, measure, name=f"{title}. {said}", reserved=reserved)
        inner += tag("figcaption", esc(f"{told}."))
    else:
        against = f" ({', '.join(label for _, label in reserved)})" if reserved else ""
        inner += tag("p", esc(f"{written(found.p50)}{against}"), class_="single")
    return tag("figure", inner)
