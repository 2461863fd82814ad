"""Charts as SVG that fits any width: shapes are stretched, words stand beside them as HTML."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from fargo.view.report.html import esc, tag
from fargo.view.report.words import HUNDRED

WIDE, HIGH = 1000.0, 100.0
"""A chart's own units."""
LEAST = 2.0
"""The width of what would be too narrow to be seen, in these units."""


@dataclass(frozen=True, slots=True)
class Rule:
    """An upright line with words, such as a median."""

    at: float
    words: str
    kind: str


def plot(
    shapes: str, marks: Iterable[tuple[float, str]], rules: Sequence[Rule] = (), *, name: str, class_: str
) -> str:
    """Shapes above an axis.

    Args:
        shapes: SVG.
        marks: where, as a share of the width, and what is written there.
        name: what is to be seen, for those who cannot see it.
    """
    drawn = tag(
        "svg",
        shapes,
        viewBox=f"0 0 {WIDE:g} {HIGH:g}",
        preserveAspectRatio="none",
        role="img",
        aria_label=name,
    )
    axis = "".join(
        tag("span", esc(label), style=f"left:{at * HUNDRED:.2f}%", class_=_at_end(at)) for at, label in marks
    )
    inner = tag("div", drawn + ruled(rules), class_="shapes") + tag(
        "div", axis, class_="axis", aria_hidden="true"
    )
    return tag("div", inner, class_=f"plot {class_}", style=f"--rules:{len(rules)}")


def _at_end(at: float) -> str | None:
    """Words at either end stay within the chart."""
    return "first" if at < 0.03 else "last" if at > 0.97 else None  # noqa: PLR2004 # shares of the width


def ruled(rules: Sequence[Rule]) -> str:
    """Upright lines, each with its words in a line of its own above the shapes."""
    ranked = sorted(rules, key=lambda each: each.at)
    made = []
    for level, rule in enumerate(ranked):
        side = " left" if rule.at > 0.6 else ""  # noqa: PLR2004 # of the width: words stay within it
        style = f"left:{rule.at * HUNDRED:.2f}%;--level:{len(ranked) - level}"
        made.append(tag("div", tag("span", esc(rule.words)), class_=f"rule {rule.kind}{side}", style=style))
    return "".join(made)


def rect(x: float, y: float, width: float, height: float, kind: str, *, opacity: float = 1) -> str:
    """A rectangle in the chart's own units."""
    faint = f' fill-opacity="{opacity:.3f}"' if opacity < 1 else ""
    place = f'x="{x:.2f}" y="{y:.2f}" width="{max(width, LEAST):.2f}" height="{height:.2f}"'
    return f'<rect class="{kind}" {place}{faint}/>'
