"""What the commands about a run share: finding it, and asking how it stands."""

from typing import TYPE_CHECKING

from fargo.cli.context import Context

RUN = "A run's id, or a beginning of it that no other run has."
"""What may stand for a run, in helps."""

if TYPE_CHECKING:
    from fargo.model.run import Run, RunSnapshot


def load_run(context: Context, name: str) -> "Run":
    """The run of this id, or of a beginning of it; jobs whose answer was lost are looked up."""
    from fargo import runs

    return runs.load(context.store, context.batch, name)


def state_of(context: Context, name: str) -> "RunSnapshot":
    """How a run stands now."""
    from fargo import runs

    return runs.state(context.store, context.batch, name, context.history)
