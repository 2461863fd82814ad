"""What it cost."""

from fargo.cost import Actual
from fargo.report import Report
from fargo.sizing import Advice
from fargo.view import text
from fargo.view.report import words
from fargo.view.report.html import esc, part, table, tag

CENT = 0.01


def section(report: Report) -> str:
    """The amount, and what it rests on."""
    cost = report.cost
    if cost is None:
        return ""
    done = report.rows.succeeded if report.rows and not report.rows.single else 0
    each = f", {_each(cost.dollars / done)}" if done else ""
    title = f"It {'cost' if cost.finished else 'has cost'} about {text.money(cost.dollars)}{each}"
    return part("cost", esc(title), _waves(cost), tag("p", esc(f"Counted by {cost.basis}."), class_="note"))


def _each(dollars: float) -> str:
    """What a row that succeeded cost; of a cheap one what a thousand of them did."""
    if dollars < CENT:
        return f"{text.money(dollars * 1000)} for every 1,000 rows that succeeded"
    return f"{text.money(dollars)} for each row that succeeded"


def _waves(cost: Actual) -> str:
    header = ("Wave", "Containers", "Attempts", "Billed", "Each hour", "Cost")
    body = (
        (
            esc(wave.number),
            esc(f"{wave.containers:,}"),
            esc(f"{wave.attempts:,}" if wave.looked_at >= wave.containers else words.UNKNOWN),
            esc(f"{wave.seconds / words.HOUR:,.2f}{words.THIN}h"),
            esc(text.money(wave.task.hourly)),
            esc(text.money(wave.dollars)),
        )
        for wave in cost.waves
    )
    return table("What AWS bills: containers by the second", header, body, numeric=range(6), class_="narrow")


def advice(report: Report) -> str:
    """The size that would have been enough, as lines for the project file."""
    found = report.advice
    if found is None or not found.enough:
        return ""
    if not found.changes:
        return tag(
            "p",
            esc(f"{found.size} is the cheapest size that holds with {_margin(found)} to spare."),
            class_="remedy",
        )
    saved = text.money(abs(found.saved))
    effect = f"it would have saved {saved}" if found.saved >= 0 else f"it would have cost {saved} more"
    killed = (
        f" {words.count(found.killed, 'container or row', 'containers or rows')} ran out of memory."
        if found.killed
        else ""
    )
    said = f"{found.size} would have been enough, with {_margin(found)} to spare; {effect}.{killed}"
    lines = (f"[jobs.{report.state.run.job}]", *found.lines)
    return tag("p", esc(said), class_="remedy") + tag("pre", "\n".join(map(esc, lines)))


def _margin(found: Advice) -> str:
    return words.share(found.margin)
