"""The rows: the slowest, those that failed, and all of them where the page's script can show them."""

from collections.abc import Sequence

from fargo.report import Report, RowTable, Shown
from fargo.report.rowtable import UNREADABLE
from fargo.view.report import words
from fargo.view.report.html import code, esc, part, table, tag

COLUMNS = 6
"""Of the rows' own that are shown of single rows; the table of all rows has all of them."""
TWICE = 2
"""So many times the median are worth a word."""
HEADER = ("Row", "State", "Took", "Peak memory", "CPU time", "Exit", "Wave", "Attempt")
FIGURES = (0, 2, 3, 4, 5, 6, 7)


def section(report: Report) -> str:
    """Tables of rows; a run of one row has its own figures elsewhere."""
    found = report.rows
    if not found or (found.single and not found.failures):
        return ""
    columns = report.state.run.columns if found.texted or not report.state.run.columns else ()
    return part(
        "rows",
        esc(_title(found)),
        _failures(found, columns),
        _slowest(found, columns),
        _all(report, found),
    )


def _title(found: RowTable) -> str:
    seconds = found.seconds
    if found.single or not seconds:
        return "The row" if found.single else "Row by row"
    times = seconds.most / seconds.p50 if seconds.p50 else 1
    longer = (
        f", {times:,.{times < words.TEN:d}f} times the median"
        if times >= TWICE and seconds.count >= words.FEW
        else ""
    )
    return f"The slowest row took {words.took(seconds.most)}{longer}"


def _slowest(found: RowTable, columns: Sequence[str]) -> str:
    if found.single or not found.slowest:
        return ""
    whole = found.seconds and found.seconds.count == len(found.slowest)
    caption = (
        "All that were measured, the slowest first" if whole else f"The {len(found.slowest)} slowest rows"
    )
    body = (_cells(each, columns) for each in found.slowest)
    class_ = None if columns else "narrow"
    return table(caption, (*HEADER, *columns[:COLUMNS]), body, numeric=FIGURES, class_=class_)


def _failures(found: RowTable, columns: Sequence[str]) -> str:
    if not found.failures:
        return ""
    told = ((found.failed, "failed"), (found.damaged, "cannot be read"))
    caption = " and ".join(f"{words.count(count, 'row')} that {what}" for count, what in told if count)
    first = len(found.failures)
    if first < found.failed + found.damaged:
        caption += f", the first {first}"
    body = (_cells(each, columns, problem=True) for each in found.failures)
    return table(esc(caption), (*HEADER, "Problem", *columns[:COLUMNS]), body, numeric=FIGURES)


def _cells(row: Shown, columns: Sequence[str], *, problem: bool = False) -> list[str]:
    exit_code = words.UNKNOWN if row.exit_code is None else str(row.exit_code)
    if row.signal:
        exit_code += f" (signal {row.signal})"
    bad = "bad" if row.state in ("failed", UNREADABLE) else None
    cells = [
        esc(row.row),
        tag("span", esc(row.state), class_=bad),
        esc(words.took(row.seconds)),
        esc(words.memory(row.peak_mib)),
        esc(words.took(row.cpu_seconds)),
        esc(exit_code),
        esc(words.UNKNOWN if row.wave is None else row.wave),
        esc(words.UNKNOWN if row.attempt is None else row.attempt),
    ]
    if problem:
        cells.append(tag("span", esc(row.problem or words.UNKNOWN), class_="why"))
    # The columns of a damaged manifest are not there.
    values = row.columns or ("",) * len(columns)
    return cells + [tag("span", esc(value), class_="own") for value in values[: min(COLUMNS, len(columns))]]


def _all(report: Report, found: RowTable) -> str:
    """Where the script puts the table of all rows."""
    if found.single:
        return ""
    run = report.state.run.id
    kept = len(found.state)
    notes = []
    if kept < found.rows:
        notes.append(f"The table has the first {kept:,} of {found.rows:,} rows.")
    if 0 < found.texted < kept:
        notes.append(f"The rows' own columns are there for the first {found.texted:,}.")
    whole = f"{esc(' '.join(notes))} All rows, with all that was measured: {code(f'fargo results {run}')}."
    without = tag(
        "noscript",
        tag(
            "p",
            f"This table needs JavaScript. All rows as a file: {code(f'fargo results {run}')}.",
            class_="note",
        ),
    )
    return tag("div", tag("h3", "All rows") + without, id="all-rows") + tag("p", whole, class_="note")
