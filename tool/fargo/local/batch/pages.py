"""Pages of an answer: maxResults and nextToken."""

import base64
from collections.abc import Sequence
from typing import TypeVar

from fargo.local.batch.errors import ClientError
from fargo.local.batch.store import Wire

Item = TypeVar("Item")


def page(items: Sequence[Item], params: Wire, *, most: int) -> tuple[Sequence[Item], str]:
    """The page that `params` ask for, and the token of the next; empty for the last.

    Args:
        items: all of them, in an order that does not change between the calls.
        params: `maxResults` and `nextToken` are read.
        most: the largest page, and the size of one where none is asked for.

    Raises:
        ClientError: the token is not one of ours.
    """
    size = min(max(int(params.get("maxResults") or most), 1), most)
    start = _decode(params["nextToken"]) if params.get("nextToken") else 0
    end = start + size
    return items[start:end], _encode(end) if end < len(items) else ""


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
