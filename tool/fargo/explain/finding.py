"""What `fargo explain` gives: one cause for all the jobs that share it."""

from dataclasses import dataclass

from fargo.model.job import Job


@dataclass(frozen=True, slots=True)
class Fix:
    """What mends it: words, and a command of fargo's, such as `retry RUN --memory 2GiB`, where there is one.

    Attributes:
        command: without `fargo`, and without the options that every command takes.
    """

    words: str
    command: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """Why some jobs of a run wait or failed.

    Attributes:
        rule: the rule that knew it, such as `out-of-memory`; empty where no rule knew it.
        cause: a sentence; AWS's own words where no rule knew them.
        evidence: what was seen that says so: AWS's words, figures, the hop of the network that is missing.
        fixes: what mends it, the best first.
        jobs: how many containers share it, of those that were looked at; or how many rows (see `of_rows`).
        examples: the first few of them; empty for what keeps a whole queue waiting.
        tail: the last log lines of the first example.
    """

    rule: str
    cause: str
    evidence: tuple[str, ...] = ()
    fixes: tuple[Fix, ...] = ()
    jobs: int = 0
    examples: tuple[Job, ...] = ()
    tail: tuple[str, ...] = ()

    @property
    def of_rows(self) -> bool:
        """Whether it counts rows, each an example: those of containers that have several."""
        return any(job.row is not None for job in self.examples)
