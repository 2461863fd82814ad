"""What the runner wrote about a row: exit code, seconds, peak memory, outputs."""

import json
from contextlib import suppress
from itertools import islice
from statistics import median
from typing import TYPE_CHECKING, Any

import msgspec

from fargo.errors import AwsError, AwsNotFound
from fargo.model import naming
from fargo.results.ordered import in_order

if TYPE_CHECKING:
    from fargo.aws.store import Store


PAGE = 1000
"""Keys that S3 lists in one call (Amazon S3 API, ListObjectsV2)."""


def result_of(store: "Store", run: str, *, row: int) -> dict[str, Any] | None:
    """A row's result object, or that of its last failure where it has not succeeded; None without either.

    Args:
        store: the workspace bucket.
        run: the run's id.
        row: counted from 0; a job without rows is row 0.
    """
    for key in (naming.result_key(run, row), naming.failed_key(run, row)):
        with suppress(AwsNotFound):
            content = store.get(key)
            try:
                found: dict[str, Any] = json.loads(content)
            except ValueError as error:
                text = f"the result {key} is damaged: {error}"
                raise AwsError(text, "somebody wrote over it: run the row again") from error
            return found
    return None


SAMPLE = 32
"""Results that are read to tell how long a row takes."""


class _Time(msgspec.Struct):
    seconds: float


def typical_seconds(store: "Store", run: str) -> float | None:
    """The median time of a run's rows that succeeded, drawn from the first thousand; None without any.

    Args:
        store: the workspace bucket.
        run: the run's id.
    """
    keys = [key for key, _ in islice(store.objects(naming.result_prefix(run)), PAGE)]
    drawn = keys[:: max(len(keys) // SAMPLE, 1)][:SAMPLE]
    seconds = []
    for body in in_order(store, store.get, drawn):
        with suppress(msgspec.MsgspecError):  # a damaged one tells nothing
            seconds.append(msgspec.json.decode(body, type=_Time).seconds)
    return median(seconds) if seconds else None
