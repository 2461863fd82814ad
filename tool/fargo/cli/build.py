"""`fargo build`: the image alone."""

import click

from fargo.cli.context import Context, pass_context
from fargo.cli.options import FargoCommand


@click.command(cls=FargoCommand)
@pass_context
def build(context: Context) -> None:
    """Build and push the image, or say that nothing changed."""
    from fargo.cli.deploying import build_events, follow, image_tag

    ready = follow(context, "image", build_events(context, context.outputs.repository_url))
    if context.out.json:
        context.out.data(
            {
                "image": str(ready.ref),
                "digest": ready.ref.digest,
                "built": ready.built,
                "pushed": ready.pushed,
            }
        )
    elif context.out.live:
        from fargo.view.images import ready as words

        context.out.say(f"image {words(ready)}", "green")
    if image_tag(context) != context.outputs.image_tag:
        context.out.say("the job definitions name an older image; to run this one:")
        context.out.say(f"  {context.command('up')}")
