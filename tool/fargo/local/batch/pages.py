"""Pages of an answer: maxResults and nextToken."""

import base64
from collections.abc import Sequence
from typing import TypeVar

from fargo.local.batch.errors import ClientError
from fargo.local.batch.records import Wire

Item = TypeVar("Item")

_DESCRIBE_MAX = 100
"""Source: API reference, DescribeJobQueues and its like."""


def page(items: Sequence[Item], params: Wire, *, most: int) -> tuple[Sequence[Item], str]:
    """The page that `params` ask for, and the token of the next; empty for the last.

    Args:
        items: all of them, in an order that does not change between the calls.
        params: `maxResults` and `nextToken` are read.
        most: the largest page, and the size of one where none is asked for.

    Raises:
        ClientError: `maxResults` is out of range, or the token is not one of ours.
    """
    size = params.get("maxResults", most)
    if not 1 <= size <= most:
        raise ClientError(f"maxResults must be between 1 and {most}, and {size} was given.")
    start = _decode(params["nextToken"]) if params.get("nextToken") else 0
    end = start + size
    return items[start:end], _encode(end) if end < len(items) else ""


def check_count(member: str, wanted: Sequence[str]) -> None:
    """Refuse to describe more than 100 at once.

    Raises:
        ClientError: there are more.
    """
    if len(wanted) > _DESCRIBE_MAX:
        raise ClientError(f"{member} can name up to {_DESCRIBE_MAX}, and {len(wanted)} were given.")


def _encode(offset: int) -> str:
    return base64.urlsafe_b64encode(f"fargo:{offset}".encode()).decode()


def _decode(token: str) -> int:
    try:
        prefix, _, offset = base64.urlsafe_b64decode(token).decode().partition(":")
        if prefix == "fargo":
            return int(offset)
    except ValueError:
        pass
    raise ClientError("Invalid nextToken")
