"""Why jobs wait, without the jobs."""

from dataclasses import dataclass

from fargo.explain.finding import Fix


@dataclass(frozen=True, slots=True)
class Cause:
    """A finding without the jobs: `rule`, `words`, `evidence` and `fixes` are its own."""

    rule: str
    words: str
    evidence: tuple[str, ...] = ()
    fixes: tuple[Fix, ...] = ()
