"""`fargo down`: take everything down."""

from dataclasses import asdict
from typing import TYPE_CHECKING

import click

from fargo.cli.context import Context, pass_context
from fargo.cli.options import FargoCommand
from fargo.errors import AwsError, NotDeployed

if TYPE_CHECKING:
    from fargo.deploy import Keep, Outcome, Standing

_NAMED = 5
"""Things that are named where they are not this folder's."""


@click.command(
    cls=FargoCommand,
    short_help="Stop the jobs, remove everything, prove that it is gone.",
    examples={
        "fargo down": "count what would go, ask, remove it",
        "fargo down --keep data --keep logs": "leave the bucket and the log groups",
    },
    preview="`fargo down` counts what would go, and asks before anything does.",
)
@click.option(
    "--keep",
    "kept",
    type=click.Choice(["data", "logs"]),
    multiple=True,
    help="Leave the bucket, or the log groups, and their key; both by giving it twice.",
)
@pass_context
def down(context: Context, kept: "tuple[str, ...]") -> None:
    """Stop the jobs, remove everything, and prove that it is gone.

    Names the runs that it stops. Asks for the project's name if data would be lost; not with --yes.
    """
    from fargo.cli.deploying import follow
    from fargo.deploy import Keep, Teardown

    keep = frozenset(Keep(each) for each in kept)
    try:
        context.folder.expect_state()  # before a local AWS is started only to find nothing in it
        teardown = Teardown(context.deployment, keep=keep)
        standing = follow(context, "look", teardown.standing())
    except NotDeployed as error:
        _say_nothing(context, error)
        return
    _ask(context, standing, keep)
    outcome = follow(context, "down", teardown.run())
    if context.out.json:
        context.out.data(_data(standing, outcome))
    if outcome.left:
        raise AwsError(
            f"still there: {', '.join(map(str, outcome.left))}",
            "try `fargo down` again; what fargo did not create it does not remove",
        )
    _remove_images(context)
    _say_end(context, outcome)


def _say_nothing(context: Context, found: NotDeployed) -> None:
    """Nothing of this folder's is there. That is well, where nothing of the name is there at all.

    Raises:
        NotDeployed: something is, of whatever state.
    """
    from fargo.deploy import Outcome, Standing
    from fargo.local.state import StateDir

    if not context.options.local or StateDir.default().is_begun:
        _check_nothing(context, found)
    if context.out.json:
        context.out.data(_data(Standing(resources=0), Outcome(left=(), kept=(), key_deletion=None)))
    context.out.say(found.message)


def _check_nothing(context: Context, found: NotDeployed) -> None:
    from fargo.aws import inventory

    there = inventory.listing(context.session, context.project.name)
    if there:
        more = f" and {len(there) - _NAMED} more" if len(there) > _NAMED else ""
        raise NotDeployed(
            f"{found.message}. But things of its name are there: {', '.join(map(str, there[:_NAMED]))}{more}",
            "take them down where they were deployed; if that is lost, `fargo up --adopt` and `fargo down`",
        ) from found


def _ask(context: Context, standing: "Standing", keep: "frozenset[Keep]") -> None:
    from fargo.view import down as view

    for line in view.standing_lines(context.project.name, standing, keep):
        context.out.say(line)
    if standing.loses_data:
        context.confirm_by_name("This cannot be undone.")
    elif standing.resources:
        context.confirm("This cannot be undone. Go on?")


def _data(standing: "Standing", outcome: "Outcome") -> dict[str, object]:
    return {
        "counts": asdict(standing),
        "left": [str(thing) for thing in outcome.left],
        "kept": [str(thing) for thing in outcome.kept],
        "key_deletion": outcome.key_deletion.isoformat() if outcome.key_deletion else None,
    }


def _say_end(context: Context, outcome: "Outcome") -> None:
    from fargo.view import down as view

    first, *rest = view.end_lines(outcome)
    context.out.say(first, "green")
    for line in rest:
        context.out.say(context.options.completed(line))


def _remove_images(context: Context) -> None:
    """What the engine holds under the repository's name is of no use without it, but to another local AWS."""
    from fargo.cli.deploying import drop_images, holder
    from fargo.images import forget
    from fargo.model import naming

    session = context.session
    repository = naming.repository_url(session.identity().account_id, session.region, context.project.name)
    drop_images(context, lambda docker: forget(repository, docker, holder=holder(context)))
