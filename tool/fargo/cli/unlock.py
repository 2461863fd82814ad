"""`fargo unlock`: break the lock that a dead process left on the state."""

import click

from fargo.cli.context import Context, pass_context
from fargo.cli.options import FargoCommand
from fargo.errors import UsageError


@click.command(
    cls=FargoCommand,
    short_help="Break the lock that a dead process left on the state.",
    examples={
        "fargo unlock ID": "the ID that a refused command names",
    },
)
@click.argument(
    "lock_id",
    metavar="[ID]",
    required=False,
    help="The lock's id, which the refused command names; without it, none is broken.",
)
@pass_context
def unlock(context: Context, lock_id: str | None) -> None:
    """Break the lock that a dead process left on a state in S3. Says who holds it, and asks.

    A state on this machine never needs it: there the lock ends with its process.
    """
    from datetime import UTC, datetime

    from fargo.cli.deploying import follow
    from fargo.deploy.unlock import break_lock, holder

    lock = holder(context.deployment)
    if lock is None:
        context.out.say("the state is not locked: nothing to break", "green")
        return
    told = lock.told(datetime.now(UTC))
    if lock.id != lock_id:
        what = f"the state's lock is not {lock_id}" if lock_id else "the state is locked"
        raise UsageError(f"{what}: {told}", f"`fargo unlock {lock.id}`, if that process is dead")
    context.out.say(told)
    context.confirm("Two that write one state lose what the other made. Is that process dead?")
    follow(context, "unlock", break_lock(context.deployment, lock))
    context.out.say("unlocked; go on with `fargo plan`", "green")
