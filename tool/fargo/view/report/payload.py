"""What the page's scripts show: columns of numbers, and the rows' own text, compressed, in base64.

Base64 holds no `<`, so that nothing a job wrote can end the script element that it lies in. A block is, after
decompression (zlib): a line of JSON that tells its columns, then each column as planes of bytes, the lowest
bytes of all values first, which compress better than values one after the other.
"""

import base64
import json
import math
import zlib
from collections.abc import Sequence

from fargo.model.job import JobState
from fargo.report import Lanes, Report, RowTable
from fargo.report.rowtable import STATES
from fargo.view.report.axis import TimeAxis, time_axis
from fargo.view.report.html import tag

NOTHING = 0xFFFFFFFF
"""Stands for what nobody knows."""
TENTHS, HUNDREDTHS = 10, 100
Column = tuple[str, int, Sequence[int]]
"""A name, the bytes of each value, and the values."""
OFFSET = 0x8000
"""Added to exit codes, which may be below zero."""


def blocks(report: Report) -> str:
    """The script elements that hold data."""
    made = []
    if axis := time_axis(report.lanes):
        made.append(_element("lanes", zlib.compress(_lanes(report.lanes, axis), 9)))
    if report.rows and not report.rows.single:
        made.append(_element("rows", zlib.compress(_rows(report.rows, report.state.run.columns), 9)))
        made.append(_element("texts", report.rows.text))
    return "".join(made)


def _element(key: str, data: bytes) -> str:
    return tag("script", base64.b64encode(data).decode(), type="application/octet-stream", id=f"data-{key}")


def _lanes(seen: Lanes, axis: TimeAxis) -> bytes:
    columns: list[Column] = [
        (name, 4, [_whole(axis.at(value), TENTHS) for value in values])
        for name, values in (
            ("created", seen.created),
            ("starting", seen.starting),
            ("started", seen.started),
            ("stopped", seen.stopped),
        )
    ]
    columns += [
        ("wave", 2, seen.wave),
        ("position", 4, seen.position),
        ("state", 1, seen.state),
        ("code", 2, [code + OFFSET for code in seen.code]),
        ("attempts", 1, seen.attempts),
    ]
    head = {
        "count": len(seen),
        "span": axis.width * TENTHS,
        "gaps": [[gap.at * TENTHS, gap.length * TENTHS] for gap in axis.gaps],
        "now": _whole(axis.at(seen.at), TENTHS),
        "states": [state.value.lower() for state in JobState],
    }
    return _block(head, columns)


def _rows(found: RowTable, names: Sequence[str]) -> bytes:
    columns: list[Column] = [
        ("state", 1, found.state),
        ("code", 2, [code + OFFSET for code in found.code]),
        ("seconds", 4, [_whole(value, HUNDREDTHS) for value in found.took]),
        ("peak", 4, [_whole(value, TENTHS) for value in found.peak]),
        ("cpu", 4, [_whole(value, HUNDREDTHS) for value in found.cpu]),
    ]
    head = {
        "count": len(found.state),
        "rows": found.rows,
        "texted": found.texted,
        "columns": list(names) if found.texted else [],
        "states": list(map(str, STATES)),
    }
    return _block(head, columns)


def _whole(value: float, times: int) -> int:
    """A number as a whole one of its tenths or hundredths."""
    if math.isnan(value) or value < 0:
        return NOTHING
    return min(round(value * times), NOTHING - 1)


def _block(head: dict[str, object], columns: Sequence[Column]) -> bytes:
    told = head | {"layout": [[name, width] for name, width, _ in columns]}
    parts = [json.dumps(told).encode() + b"\n"]
    for _, width, values in columns:
        whole = b"".join(value.to_bytes(width, "little") for value in values)
        parts += [whole[plane::width] for plane in range(width)]
    return b"".join(parts)
