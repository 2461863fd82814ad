"""A run's name → how it stands: the ledger in the bucket, then AWS Batch."""

from typing import TYPE_CHECKING

from fargo import ledger
from fargo.errors import UsageError
from fargo.submit import find_missing
from fargo.watch import snapshot, snapshots

if TYPE_CHECKING:
    from fargo.aws.batch import Batch
    from fargo.aws.store import Store
    from fargo.model.run import Run, RunSnapshot


def load(store: "Store", batch: "Batch", name: str) -> "Run":
    """The run of this id, or of a beginning of it; jobs whose answer was lost are looked up.

    Raises:
        UsageError: there is no such run, or there are several.
    """
    return find_missing(ledger.load(store, name), batch)


def state(store: "Store", batch: "Batch", name: str) -> "RunSnapshot":
    """How a run stands now; as `load`."""
    return snapshot(load(store, batch, name), batch)


def latest(store: "Store", batch: "Batch", limit: int) -> "tuple[RunSnapshot, ...]":
    """How the latest runs stand now, newest first."""
    found = tuple(find_missing(run, batch) for run in ledger.recent(store, limit))
    return snapshots(found, batch)


def check_submitted(run: "Run") -> None:
    """Refuse to wait for what would never end: jobs that nobody has submitted.

    Raises:
        UsageError: says how many those are, and how to submit them.
    """
    jobs = len(run.chunks)
    if left := jobs - len(run.job_ids):
        words = f"{left} of {jobs} job{'s' if jobs > 1 else ''} not submitted"
        raise UsageError(f"{run.id} is not submitted whole: {words}", f"`fargo submit --resume {run.id}`")
