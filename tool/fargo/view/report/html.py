"""HTML, safe whatever a job wrote: every text goes through `esc`."""

import html
from collections.abc import Iterable, Sequence

from fargo.view import text


def esc(value: object) -> str:
    """Text for HTML, in an attribute too: controls and marks of direction are made visible."""
    plain = str(value).encode("utf-8", "backslashreplace").decode()
    return html.escape(text.safe(plain))


def tag(name: str, inner: str = "", **attributes: object) -> str:
    """An element around HTML; `class_` stands for `class`, `_` for `-`, and what is None is left out."""
    given = "".join(
        f' {key.rstrip("_").replace("_", "-")}="{esc(value)}"'
        for key, value in attributes.items()
        if value is not None
    )
    return f"<{name}{given}>{inner}</{name}>"


def part(key: str, title: str, *parts: str) -> str:
    """A part of the page under its heading; nothing where it has no parts."""
    inner = "".join(parts)
    return (
        tag("section", tag("h2", title, id=f"{key}-title") + inner, id=key, aria_labelledby=f"{key}-title")
        if inner
        else ""
    )


def table(
    caption: str,
    header: Sequence[str],
    rows: Iterable[Sequence[str]],
    *,
    numeric: Sequence[int] = (),
    class_: str | None = None,
) -> str:
    """A table that scrolls by itself where the page is too narrow.

    Args:
        caption: HTML.
        header: plain words.
        rows: cells of HTML.
        numeric: the columns that are set to the right.
    """
    kinds = ["num" if place in numeric else None for place in range(len(header))]
    head = "".join(
        tag("th", esc(word), scope="col", class_=kind) for word, kind in zip(header, kinds, strict=True)
    )
    body = "".join(
        tag("tr", "".join(tag("td", cell, class_=kind) for cell, kind in zip(row, kinds, strict=True)))
        for row in rows
    )
    made = tag(
        "table", tag("caption", caption) + tag("thead", tag("tr", head)) + tag("tbody", body), class_=class_
    )
    return tag("div", made, class_="scroll")


def pairs(items: Iterable[tuple[str, str]], *, class_: str) -> str:
    """Names and values; the values are HTML."""
    inner = "".join(tag("div", tag("dt", esc(name)) + tag("dd", value)) for name, value in items)
    return tag("dl", inner, class_=class_)


def code(value: object) -> str:
    """What one could type, or AWS's own name of a thing."""
    return tag("code", esc(value))
