"""The record of which cases fargo and moto play as AWS has them, and its table for people."""

import json
from collections.abc import Iterable
from dataclasses import dataclass
from itertools import groupby
from pathlib import Path

RESULTS = Path(__file__).with_name("results.json")


@dataclass(frozen=True, slots=True, kw_only=True)
class Result:
    """What came of one case.

    Attributes:
        fargo: what was not as AWS has it; empty where all was.
        moto: the same; None where moto is not asked, because its containers cannot play it.
    """

    name: str
    feature: str
    rule: str
    document: str
    fargo: str
    moto: str | None


def read() -> tuple[Result, ...]:
    """The record."""
    return tuple(Result(**entry) for entry in json.loads(RESULTS.read_text(encoding="utf-8")))


def table(results: Iterable[Result]) -> str:
    """Markdown: the `counts`, then a line for each point where fargo or moto differs from AWS."""
    everything = list(results)
    lines = [counts(everything)]
    for feature, group in groupby(everything, lambda result: result.feature):
        differing = [each for each in group if each.fargo or each.moto]
        if differing:
            lines += [f"**{feature}**", "", "| AWS | fargo | moto |", "|---|---|---|"]
            lines += [*(_line(each) for each in differing), ""]
    return "\n".join(lines)


def counts(results: Iterable[Result]) -> str:
    """Markdown: how many points of each feature hold."""
    everything = list(results)
    groups = groupby(everything, lambda result: result.feature)
    rows = [_row(feature, list(group)) for feature, group in groups]
    return "\n".join(
        ["| feature | points | fargo | moto |", "|---|---|---|---|", *rows, _row("**all**", everything), ""]
    )


def _row(name: str, group: list[Result]) -> str:
    fargo, moto = _held(each.fargo for each in group), _held(each.moto for each in group)
    return f"| {name} | {len(group)} | {fargo} | {moto} |"


def _line(result: Result) -> str:
    return f"| [{result.rule}]({result.document}) | {_mark(result.fargo)} | {_mark(result.moto)} |"


def _mark(found: str | None) -> str:
    """A word or two."""
    if not found:
        return "not asked" if found is None else "yes"
    if found.endswith("was accepted"):
        return "accepts it"
    return "has no such operation" if "404" in found else "differs"


def _held(found: Iterable[str | None]) -> str:
    """How many hold, of how many that were asked."""
    asked = [each for each in found if each is not None]
    return f"{sum(not each for each in asked)} of {len(asked)}"
