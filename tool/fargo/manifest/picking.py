"""The first N rows, or N drawn at random."""

import random
from collections.abc import Iterator
from itertools import islice

from fargo.errors import UsageError
from fargo.manifest.row import Row

SAMPLE_MAX = 100_000
"""What is drawn is held in memory until the last row has been seen."""
_SEED = "fargo"


def picked(rows: Iterator[Row], limit: int | None, sample: int | None) -> Iterator[Row]:
    """Those that the run goes over, in their order.

    Args:
        limit: the first N; nothing is read beyond them.
        sample: N at random, the same ones for the same rows. Fewer than N rows are all taken.

    Raises:
        UsageError: both, or a number that cannot be.
    """
    if limit is not None and sample is not None:
        raise UsageError("--limit and --sample exclude each other", "give one of them")
    if limit is not None and limit < 1:
        raise UsageError(f"--limit {limit}: 1 or more")
    if sample is None:
        return islice(rows, limit)
    if not 1 <= sample <= SAMPLE_MAX:
        raise UsageError(f"--sample {sample}: 1 to {SAMPLE_MAX:,}", "--limit takes any number")
    return _drawn(rows, sample)


def _drawn(rows: Iterator[Row], count: int) -> Iterator[Row]:
    """Vitter's algorithm R."""
    chance = random.Random(_SEED)  # noqa: S311 # not a secret: the same command draws the same rows
    kept = list(enumerate(islice(rows, count)))
    for number, row in enumerate(rows, len(kept)):
        place = chance.randrange(number + 1)
        if place < count:
            kept[place] = (number, row)
    kept.sort(key=lambda item: item[0])
    return (row for _, row in kept)
