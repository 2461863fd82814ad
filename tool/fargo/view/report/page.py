"""The whole page."""

import base64
from hashlib import sha256
from importlib.resources import files

from fargo import __version__
from fargo.report import Report
from fargo.view.report import configuration, failed, head, money, payload, rows, spreads, timeline, words
from fargo.view.report.html import esc, tag

SCRIPTS = ("report.js", "timeline.js", "rows.js", "start.js")


def _policy() -> str:
    """Whatever the page holds, it asks nobody for anything, and runs its own scripts alone."""
    hashes = (base64.b64encode(sha256(_asset(name).encode()).digest()).decode() for name in SCRIPTS)
    allowed = " ".join(f"'sha256-{each}'" for each in hashes)
    return (
        f"default-src 'none'; style-src 'unsafe-inline'; script-src {allowed};"
        " base-uri 'none'; form-action 'none'"
    )


def page(report: Report) -> str:
    """A report as one HTML document; it opens from disk, without a network."""
    parts = {
        "timeline": timeline.section(report),
        "failures": failed.section(report),
        "durations": spreads.durations(report),
        "sizes": spreads.sizes(report),
        "cost": money.section(report),
        "rows": rows.section(report),
        "configuration": configuration.section(report),
    }
    main = tag("main", head.warnings(report) + "".join(parts.values()))
    body = head.header(report, [key for key, made in parts.items() if made]) + main + _foot(report)
    return "\n".join((
        "<!doctype html>",
        '<html lang="en">',
        tag("head", _head(report)),
        tag("body", body + payload.blocks(report) + "".join(tag("script", _asset(name)) for name in SCRIPTS)),
        "</html>\n",
    ))  # fmt: skip


def _head(report: Report) -> str:
    return (
        '<meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">'
        f'<meta http-equiv="Content-Security-Policy" content="{_policy()}">'
        '<meta name="color-scheme" content="light dark"><meta name="generator" content="fargo report">'
        + tag("title", f"{esc(report.state.run.id)}, a report of fargo")
        + tag("style", _asset("report.css"))
    )


def _foot(report: Report) -> str:
    said = (
        f"Made by fargo {__version__} from how the run stood at {words.moment(report.at)}. All times are UTC."
    )
    return tag("footer", tag("p", esc(said)))


def _asset(name: str) -> str:
    return files("fargo.view.report").joinpath(name).read_text(encoding="utf-8")
