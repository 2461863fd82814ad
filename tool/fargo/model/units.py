"""Sizes and durations as people write them."""

import math
import re

KIBI = 1024
BYTES = ("KiB", "MiB", "GiB", "TiB")
_MEMORY = re.compile(r"\s*(\d{1,9}(?:\.\d{1,9})?)\s*(MiB|GiB|M|G)\s*")
_SECONDS = re.compile(r"\s*(\d{1,9})\s*")
_DURATION = re.compile(r"\s*(?=\d)(?:(\d{1,9})d)?\s*(?:(\d{1,9})h)?\s*(?:(\d{1,9})m)?\s*(?:(\d{1,9})s)?\s*")


def mebibytes(text: str) -> int:
    """`512 MiB`, `2 GiB`, `2G` → MiB.

    Raises:
        ValueError: anything else, or not a whole number of MiB.
    """
    match = _MEMORY.fullmatch(text)
    if not match:
        raise ValueError("a size such as 512 MiB or 2 GiB")
    mib = float(match[1]) * (1024 if match[2][0] == "G" else 1)
    if mib != int(mib):
        raise ValueError("a whole number of MiB")
    return int(mib)


def seconds(text: str) -> int:
    """`90s`, `15m`, `1h30m`, `2d`, or a plain number of seconds → seconds.

    Raises:
        ValueError: anything else.
    """
    if plain := _SECONDS.fullmatch(text):
        return int(plain[1])
    match = _DURATION.fullmatch(text)
    if not match:
        raise ValueError("a duration such as 90s, 15m, 1h30m or 2d")
    days, hours, minutes, rest = (int(part or 0) for part in match.groups())
    return ((days * 24 + hours) * 60 + minutes) * 60 + rest


def bytes_text(count: int) -> str:
    """Bytes as a person reads them: `7 bytes`, `12.3 KiB`, `2.0 GiB`."""
    if count < KIBI:
        return f"{count} bytes"
    power = min(int(math.log(count, KIBI)), len(BYTES))
    return f"{count / KIBI**power:.1f} {BYTES[power - 1]}"


def duration_text(total: float) -> str:
    """Seconds as a person reads them: `4s`, `3m11`, `2h05m`, `3d04h`; below zero `0s`: two clocks differ."""
    whole = int(max(total, 0))
    minutes, secs = divmod(whole, 60)
    hours, minutes = divmod(minutes, 60)
    days, hours = divmod(hours, 24)
    if days:
        return f"{days}d{hours:02}h"
    if hours:
        return f"{hours}h{minutes:02}m"
    return f"{minutes}m{secs:02}" if minutes else f"{secs}s"
