"""`fargo down`: take everything down."""

import click

from fargo.cli.context import Context, pass_context
from fargo.cli.options import FargoCommand
from fargo.errors import AwsError


@click.command(cls=FargoCommand)
@pass_context
def down(context: Context) -> None:
    """Stop the jobs, remove everything, and prove that it is gone."""
    from fargo.cli.deploying import follow
    from fargo.deploy import Teardown
    from fargo.view.text import plural

    context.folder.expect_state()  # before a local AWS is started only to find nothing in it
    teardown = Teardown(context.deployment)
    standing = follow(context, "look", teardown.standing())
    resources, jobs = plural(standing.resources, "resource"), plural(len(standing.jobs), "job")
    context.out.say(
        f"{context.project.name}: {jobs} to stop, then {resources} to remove, with runs and results"
    )
    context.confirm("This cannot be undone. Go on?")
    left = follow(context, "down", teardown.run())
    if context.out.json:
        context.out.data({"left": left})
    if left:
        raise AwsError(
            f"still there: {', '.join(left)}",
            "try `fargo down` again; what fargo did not create it does not remove",
        )
    _remove_images(context)
    context.out.say("gone: the account was listed and holds nothing of the project", "green")
    context.out.say(
        "AWS keeps the deleted encryption key for its waiting period, and the service-linked roles stay"
    )


def _remove_images(context: Context) -> None:
    """What the engine holds under the repository's name is of no use without it."""
    from fargo.cli.deploying import engine
    from fargo.errors import EngineMissing, ImageError
    from fargo.images import forget
    from fargo.model import naming

    session = context.session
    repository = naming.repository_url(session.identity().account_id, session.region, context.project.name)
    try:
        with engine() as docker:
            forget(repository, docker)
    except (EngineMissing, ImageError) as error:
        context.out.say(f"the images on this machine stay: {error.message}", "yellow")
