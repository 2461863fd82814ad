"""Sizes and durations as people write them."""

import re

_MEMORY = re.compile(r"^\s*(\d+(?:\.\d+)?)\s*(MiB|GiB|M|G)\s*$")
_DURATION = re.compile(r"^\s*(?:(\d+)d)?\s*(?:(\d+)h)?\s*(?:(\d+)m)?\s*(?:(\d+)s)?\s*$")


def mebibytes(text: str) -> int:
    """`512 MiB`, `2 GiB`, `2G` → MiB.

    Raises:
        ValueError: anything else, or not a whole number of MiB.
    """
    match = _MEMORY.match(text)
    if not match:
        raise ValueError("a size such as 512 MiB or 2 GiB")
    mib = float(match[1]) * (1024 if match[2][0] == "G" else 1)
    if mib != int(mib):
        raise ValueError("a whole number of MiB")
    return int(mib)


def seconds(text: str) -> int:
    """`90s`, `15m`, `1h30m`, `2d` → seconds.

    Raises:
        ValueError: anything else, nothing or zero.
    """
    match = _DURATION.match(text)
    days, hours, minutes, rest = (int(part or 0) for part in match.groups()) if match else (0, 0, 0, 0)
    total = ((days * 24 + hours) * 60 + minutes) * 60 + rest
    if not total:
        raise ValueError("a duration such as 90s, 15m, 1h30m or 2d")
    return total


def duration_text(total: float) -> str:
    """Seconds as a person reads them: `4s`, `3m11`, `2h05m`, `3d04h`."""
    whole = int(total)
    minutes, secs = divmod(whole, 60)
    hours, minutes = divmod(minutes, 60)
    days, hours = divmod(hours, 24)
    if days:
        return f"{days}d{hours:02}h"
    if hours:
        return f"{hours}h{minutes:02}m"
    return f"{minutes}m{secs:02}" if minutes else f"{secs}s"
