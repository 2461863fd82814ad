"""What the commands about a run share: finding it, and asking how it stands."""

from typing import TYPE_CHECKING

from fargo.cli.context import Context

if TYPE_CHECKING:
    from fargo.model.run import Run, RunSnapshot


def load_run(context: Context, name: str) -> "Run":
    """The run of this id, or of a beginning of it; jobs whose answer was lost are looked up."""
    from fargo import ledger
    from fargo.submit import find_missing

    return find_missing(ledger.load(context.store, name), context.batch)


def state_of(context: Context, name: str) -> "RunSnapshot":
    """How a run stands now."""
    from fargo.watch import snapshot

    return snapshot(load_run(context, name), context.batch)
