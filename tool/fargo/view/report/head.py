"""The top of the page: what ran, how it ended, and the key figures."""

from collections.abc import Iterator, Sequence

from fargo.model.job import JobState
from fargo.report import Report
from fargo.view import runs, text
from fargo.view.report import words
from fargo.view.report.html import esc, pairs, tag


def header(report: Report, parts: Sequence[str]) -> str:
    """Title, what happened in a sentence, key figures, and where to go on.

    Args:
        parts: the sections that the page has.
    """
    run = report.state.run
    over = f"{run.project} / {run.job}" + (f" · {report.region}" if report.region else "")
    links = "".join(tag("a", esc(part.capitalize()), href=f"#{part}") for part in parts)
    inner = (
        tag("p", esc(over), class_="over")
        + tag("h1", esc(run.id))
        + tag("p", _state(report) + " " + esc(sentence(report)), class_="lead")
        + pairs(figures(report), class_="figures")
        + tag("nav", links, aria_label="Parts of the report")
    )
    return tag("header", inner)


def _state(report: Report) -> str:
    word = runs.word(report.state)
    known = report.state.state if report.state.jobs else None
    kind = "good" if known is JobState.SUCCEEDED else "bad" if known is JobState.FAILED else "open"
    glyph = f"{text.GLYPHS[known]} " if known else ""
    return tag("span", esc(f"{glyph}{word}"), class_=f"state {kind}")


def sentence(report: Report) -> str:
    """What came of the run."""
    found, wall = report.rows, report.wall_seconds
    waiting = f" {words.count(report.waiting, 'container')} still to start." if report.waiting else ""
    paid = f", for about {text.money(report.cost.dollars)}" if report.cost else ""
    if found is None or found.single:
        ended = "from submit to end" if report.state.finished else "since it was submitted"
        return (
            f"{words.took(wall)} {ended}{paid}."
            if wall is not None
            else f"Nothing is known of its time{paid}."
        )
    over = report.state.finished
    did, time = ("succeeded", "in") if over else ("have succeeded", "after")
    lasted = f" {time} {words.took(wall)}" if wall is not None else ""
    every = found.succeeded == found.rows
    many = f"All {found.rows:,} rows" if every else f"{found.succeeded:,} of {words.count(found.rows, 'row')}"
    left = "left no result" if over else "have no result yet"
    others = ((found.failed, "failed"), (found.missing, left), (found.damaged, "cannot be read"))
    rest = [f"{number:,} {word}" for number, word in others if number]
    return f"{many} {did}{lasted}{paid}." + (f" {', '.join(rest)}." if rest else "") + waiting


def figures(report: Report) -> Iterator[tuple[str, str]]:
    """Names and values."""
    found = report.rows
    yield "Containers", esc(f"{report.containers:,}")
    if found and not found.single:
        yield "Rows succeeded", esc(f"{found.succeeded:,}")
        yield "Rows failed", tag("span", esc(f"{found.failed:,}"), class_="bad" if found.failed else None)
        if found.damaged:
            yield "Rows unreadable", tag("span", esc(f"{found.damaged:,}"), class_="bad")
    if report.wall_seconds is not None:
        yield (
            "From submit to end" if report.state.finished else "Since submit",
            esc(words.took(report.wall_seconds)),
        )
    if report.vcpu_hours:
        yield "vCPU-hours reserved", esc(words.hours(report.vcpu_hours))
    if report.cost:
        yield "Cost, about", esc(text.money(report.cost.dollars))
    if report.cpu_share is not None:
        yield "CPU used, of reserved", esc(words.share(report.cpu_share))
    if report.fullest is not None:
        yield "Peak memory, of reserved", esc(words.share(report.fullest))


def warnings(report: Report) -> str:
    """What the reader must know."""
    told = "".join(tag("li", esc(words_)) for words_ in report.warnings)
    return (
        tag("aside", tag("ul", told), class_="warnings", aria_label="Notes on these figures") if told else ""
    )
