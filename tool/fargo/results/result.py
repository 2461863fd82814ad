"""How long a run's rows take, by a few of their results."""

from contextlib import suppress
from itertools import islice
from statistics import median
from typing import TYPE_CHECKING

import msgspec

from fargo.model import naming
from fargo.model.run import Seconds
from fargo.results.ordered import in_order

if TYPE_CHECKING:
    from fargo.aws.store import Store


PAGE = 1000
"""Keys that S3 lists in one call (Amazon S3 API, ListObjectsV2)."""


SAMPLE = 32
"""Results that are read to tell how long a row takes."""


class _Time(msgspec.Struct):
    seconds: Seconds


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
        with suppress(msgspec.MsgspecError, RecursionError):  # a damaged one tells nothing
            seconds.append(msgspec.json.decode(body, type=_Time).seconds)
    return median(seconds) if seconds else None
