"""Rows → containers → array jobs: the arithmetic that fargo and the runner agree on."""

from fargo.model.naming import ARRAY_MAX


def containers(rows: int, pack: int) -> int:
    """How many containers run `rows` rows, `pack` in each; container `c` has the rows from `c * pack`."""
    return -(-rows // pack)


def chunks(count: int) -> tuple[int, ...]:
    """The sizes of the jobs that hold `count` containers: full arrays, then the rest."""
    full, rest = divmod(count, ARRAY_MAX)
    return (ARRAY_MAX,) * full + ((rest,) if rest else ())
