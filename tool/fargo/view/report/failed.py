"""Why containers failed, and why others wait."""

from collections.abc import Iterator, Sequence

from fargo.explain import Finding
from fargo.model.job import Job
from fargo.report import Report
from fargo.report.figures import failed
from fargo.view.failures import short
from fargo.view.report import words
from fargo.view.report.html import code, esc, part, table, tag


def section(report: Report) -> str:
    """A line for each cause, then the ends of logs; nothing where nothing failed or waits."""
    bad = sorted(filter(failed, report.findings), key=lambda each: -each.jobs)
    others = [each for each in report.findings if not failed(each)]
    if not report.findings and not (report.rows and report.rows.failed):
        return ""
    return part(
        "failures",
        esc(_title(report, bad, others)),
        _causes(report, "Why containers failed, by frequency", bad),
        _causes(report, f"Why {'containers wait' if report.waiting else 'it is not done'}", others),
        *map(_log, report.findings),
        _next(report, bad),
    )


def _title(report: Report, bad: Sequence[Finding], others: Sequence[Finding]) -> str:
    if not report.findings:
        return "Rows failed, and no container that is known did"
    if not bad:
        return "Why it waits" if report.waiting else "Why it is not done"
    what = "row" if any(each.of_rows for each in bad) else "container"
    counted = sum(each.jobs for each in bad if each.of_rows or what == "container")
    whole = f"{words.count(counted, what)} failed"
    if len(bad) == 1:
        whole += " for one cause"
    elif bad[0].jobs > sum(each.jobs for each in bad[1:]):
        whole += f", {bad[0].jobs:,} of them for one cause"
    else:
        whole += f" for {len(bad)} causes"
    waiting = sum(each.jobs for each in others)
    return f"{whole}, and {waiting:,} wait" if waiting else whole


def _causes(report: Report, caption: str, found: Sequence[Finding]) -> str:
    if not found:
        return ""
    body = (
        (
            esc(_count(each)),
            tag("span", esc(each.cause) + "".join(_notes(each)), class_="why"),
            ", ".join(code(_name(report, job)) for job in each.examples),
        )
        for each in found
    )
    first = "Rows" if all(each.of_rows for each in found) else "Containers"
    return table(esc(caption), (first, "Why", "For example"), body, numeric=(0,))


def _count(found: Finding) -> str:
    return f"{found.jobs:,}{' rows' if found.of_rows else ''}" if found.jobs else words.UNKNOWN


def _name(report: Report, job: Job) -> str:
    return short(job) if job.row is not None else report.names.get(job.id) or job.id


def _notes(found: Finding) -> Iterator[str]:
    """What was seen, and what mends it."""
    for seen in found.evidence:
        yield tag("div", esc(seen), class_="note")
    for fix in found.fixes:
        command = f": {code(f'fargo {fix.command}')}" if fix.command else ""
        yield tag("div", f"→ {esc(fix.words)}{command}", class_="note")


def _log(found: Finding) -> str:
    """The last lines of one that failed."""
    if not found.tail:
        return ""
    lines = tag("pre", "\n".join(map(esc, found.tail)))
    return tag("details", tag("summary", esc(f"The end of a log: {found.cause}")) + lines)


def _next(report: Report, bad: Sequence[Finding]) -> str:
    run, rows = report.state.run.id, report.rows
    if bad and rows and rows.succeeded == rows.rows:
        return tag("p", "Every row has succeeded since.", class_="next")
    told = f"Look closer: {code(f'fargo explain {run}')}."
    if bad or (rows and rows.failed):
        when = "" if report.state.finished else " once the others have ended"
        told += f" Run again what failed{when}: {code(f'fargo retry {run}')}."
    return tag("p", told, class_="next")
