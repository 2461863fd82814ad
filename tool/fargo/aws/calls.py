"""Calls whose answers come in pages or may be of nothing, and AWS's lists of tags."""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from fargo.aws.errors import translated
from fargo.errors import AwsNotFound

THREADS = 8
"""Calls at once: few enough for the limits of every service that is asked."""
ENDED = frozenset({"deleting", "deleted", "failed"})
"""States of what is listed for a while after it has gone, or that never came to be."""


def pages(client: Any, call: str, **arguments: Any) -> Iterator[Mapping[str, Any]]:
    """Every page of a call's answer."""
    with translated(client.meta.method_to_api_mapping[call]):
        if client.can_paginate(call):
            yield from client.get_paginator(call).paginate(**arguments)
        else:
            yield getattr(client, call)(**arguments)


def ask(client: Any, call: str, **arguments: Any) -> Mapping[str, Any]:
    """A call's answer; empty where what it names does not exist."""
    try:
        with translated(client.meta.method_to_api_mapping[call]):
            answer: Mapping[str, Any] = getattr(client, call)(**arguments)
    except AwsNotFound:
        return {}
    return answer


def tags_of(items: Iterable[Mapping[str, str]], prefix: str = "") -> dict[str, str]:
    """AWS's list of `Key` and `Value` → a dictionary; KMS writes `TagKey` and `TagValue`."""
    return {item[f"{prefix}Key"]: item[f"{prefix}Value"] for item in items}
