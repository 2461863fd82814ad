"""Why containers failed."""

from collections.abc import Iterator

from fargo.explain import Finding
from fargo.model.job import JobState
from fargo.report import Report
from fargo.view.report import words
from fargo.view.report.html import code, esc, part, table, tag

MOST = 0.5
WHOLE_ID = 12
"""Characters of a job's id that tell it from others of its run; an array's child keeps its index."""


def section(report: Report) -> str:
    """A line for each cause, then what is known of it; nothing where nothing failed."""
    if not report.findings and not (report.rows and report.rows.failures):
        return ""
    return part("failures", esc(_title(report)), _causes(report), *map(_more, report.findings), _next(report))


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
    if first < MOST:
        return f"{whole} for {len(report.findings)} causes"
    return f"{whole}, {words.share(first)} of them for one cause"


def _causes(report: Report) -> str:
    if not report.findings:
        return ""
    body = (
        (
            esc(f"{each.jobs:,}" if each.jobs else words.UNKNOWN),
            tag("span", esc(each.cause) + "".join(_fixes(each)), class_="why"),
            ", ".join(code(_short(job.id)) for job in each.examples),
        )
        for each in report.findings
    )
    return table("Causes, the most frequent first", ("Containers", "Why", "For example"), body, numeric=(0,))


def _fixes(found: Finding) -> Iterator[str]:
    for fix in found.fixes:
        command = f" {code(f'fargo {fix.command}')}" if fix.command else ""
        yield tag("div", esc(fix.words) + command, class_="note")


def _short(job_id: str) -> str:
    parent, colon, index = job_id.partition(":")
    return f"{parent[:WHOLE_ID]}{colon}{index}"


def _more(found: Finding) -> str:
    """What was seen, and the last lines of one that failed."""
    if not found.evidence and not found.tail:
        return ""
    seen = "".join(tag("li", esc(each)) for each in found.evidence)
    lines = tag("pre", "\n".join(map(esc, found.tail)), tabindex=0) if found.tail else ""
    inner = tag("summary", esc(f"What says so: {found.cause}")) + (tag("ul", seen) if seen else "") + lines
    return tag("details", inner)


def _next(report: Report) -> str:
    run = report.state.run.id
    look, again = code(f"fargo explain {run}"), code(f"fargo retry {run}")
    return tag("p", f"Look closer: {look}. Run again what failed: {again}.", class_="next")
