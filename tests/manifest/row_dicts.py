from collections.abc import Callable, Iterator

from fargo.manifest.row import Row

Read = Callable[..., list[tuple[int, dict[str, str]]]]
"""Write a file of this name and content, and format if any, into the current folder; its rows with their lines."""


def as_dicts(found: Iterator[Row]) -> list[tuple[int, dict[str, str]]]:
    return [(line, dict(zip(header.names, values, strict=True))) for header, line, values in found]
