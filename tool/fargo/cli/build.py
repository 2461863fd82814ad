"""`fargo build`: the image alone."""

from typing import TYPE_CHECKING

import click

from fargo.cli.context import Context, pass_context
from fargo.cli.options import FargoCommand

if TYPE_CHECKING:
    from fargo.images import ImageReady


@click.command(
    cls=FargoCommand,
    short_help="Build and push the image alone.",
    examples={
        "fargo build": "then `fargo up`, so that jobs use it",
    },
)
@pass_context
def build(context: Context) -> None:
    """Build and push the image, or say that nothing changed.

    `fargo up` does it too. The image's tag is made from its files: what has not changed is not built
    again.
    """
    from fargo.cli.deploying import build_events, follow, image_tag

    repository = context.outputs.repository_url
    context.verify_account()
    ready = follow(context, "image", build_events(context, repository))
    if context.out.json:
        context.out.data(
            {
                "image": str(ready.ref),
                "digest": ready.ref.digest,
                "built": ready.built,
                "pushed": ready.pushed,
            }
        )
    else:
        _say_done(context, ready)
    if image_tag(context) != context.outputs.image_tag:
        context.out.say("the job definitions name an older image; to run this one:")
        context.out.say(f"  {context.command('up')}")


def _say_done(context: Context, ready: "ImageReady") -> None:
    from fargo.view.images import ready as words

    if context.out.live:  # else the last event's line has said it
        context.out.say(f"image {words(ready)}", "green")
    if not ready.built and not ready.pushed:
        context.out.say("nothing to build, nothing to push", "green")
