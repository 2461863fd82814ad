"""Why containers failed."""

from collections.abc import Iterator

from fargo.explain import Finding
from fargo.model.job import JobState
from fargo.report import Report
from fargo.view.report import words
from fargo.view.report.html import code, esc, part, table, tag

HALF = 0.5
WHOLE_ID = 12
"""Characters of a job's id that tell it from others of its run; an array's child keeps its index."""


def section(report: Report) -> str:
    """A line for each cause, then the ends of logs; nothing where nothing failed."""
    if not report.findings and not (report.rows and report.rows.failures):
        return ""
    return part("failures", esc(_title(report)), _causes(report), *map(_log, report.findings), _next(report))


def _title(report: Report) -> str:
    if not report.findings:
        return "Rows failed, and no container that is known did"
    if not any(job.state is JobState.FAILED for each in report.findings for job in each.examples):
        return "Why it waits"
    total = sum(each.jobs for each in report.findings)
    whole = f"{words.count(total, 'container')} failed"
    if len(report.findings) == 1:
        return f"{whole} for one cause"
    first = report.findings[0].jobs / total
    if first <= HALF:
        return f"{whole} for {len(report.findings)} causes"
    return f"{whole}, {words.share(first)} of them for one cause"


def _causes(report: Report) -> str:
    if not report.findings:
        return ""
    body = (
        (
            esc(f"{each.jobs:,}" if each.jobs else words.UNKNOWN),
            tag("span", esc(each.cause) + "".join(_notes(each)), class_="why"),
            ", ".join(code(_short(job.id)) for job in each.examples),
        )
        for each in report.findings
    )
    return table("Causes, the most frequent first", ("Containers", "Why", "For example"), body, numeric=(0,))


def _notes(found: Finding) -> Iterator[str]:
    """What was seen, and what mends it."""
    for seen in found.evidence:
        yield tag("div", esc(seen), class_="note")
    for fix in found.fixes:
        command = f": {code(f'fargo {fix.command}')}" if fix.command else ""
        yield tag("div", f"→ {esc(fix.words)}{command}", class_="note")


def _short(job_id: str) -> str:
    parent, colon, index = job_id.partition(":")
    return f"{parent[:WHOLE_ID]}{colon}{index}"


def _log(found: Finding) -> str:
    """The last lines of one that failed."""
    if not found.tail:
        return ""
    lines = tag("pre", "\n".join(map(esc, found.tail)), tabindex=0)
    return tag("details", tag("summary", esc(f"The end of a log: {found.cause}")) + lines)


def _next(report: Report) -> str:
    run, rows = report.state.run.id, report.rows
    if rows and rows.succeeded == rows.rows:
        return tag("p", "Every row has succeeded since.", class_="next")
    look, again = code(f"fargo explain {run}"), code(f"fargo retry {run}")
    return tag("p", f"Look closer: {look}. Run again what failed: {again}.", class_="next")
