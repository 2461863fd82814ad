"""`fargo local`: the local AWS of this machine."""

import click

from fargo.cli.context import Context, pass_context
from fargo.cli.options import FargoCommand, FargoGroup
from fargo.connection import LOCAL_REGION
from fargo.errors import LocalAwsError


@click.group(
    cls=FargoGroup,
    short_help="Start, stop, look at or empty the local AWS.",
    examples={
        "fargo local status": "whether it runs, where it answers, and how other tools use it",
    },
)
def local() -> None:
    """Start, stop, look at or empty the local AWS of this machine.

    `fargo --local COMMAND` starts it by itself. It needs an extra: pip install 'fargo[local]'.
    """


@local.command(
    cls=FargoCommand,
    short_help="Start it in the background.",
)
@click.option(
    "--port",
    type=click.IntRange(1, 65535),
    metavar="PORT",
    help="Where it listens; else where it did the last time, at first 5151, or at a free one.",
)
@click.option(
    "--executor",
    type=click.Choice(["docker", "scripted"]),
    default="docker",
    show_default=True,
    help="What runs the jobs: containers, or scripts for tests.",
)
@pass_context
def start(context: Context, port: int | None, executor: str) -> None:
    """Start the local AWS in the background."""
    from fargo.local import daemon

    _tell(context, daemon.start(port=port, executor=executor))


@local.command(
    cls=FargoCommand,
    short_help="Stop it; what it holds is kept for the next start.",
)
@pass_context
def stop(context: Context) -> None:
    """Stop the local AWS; what it holds is kept for the next start."""
    from fargo.local import daemon

    stopped = daemon.stop()
    if context.out.json:
        context.out.data({"stopped": stopped})
    else:
        context.out.say("stopped; what it held is kept" if stopped else "the local AWS was not running")


@local.command(
    cls=FargoCommand,
    short_help="Forget everything that it holds.",
)
@pass_context
def reset(context: Context) -> None:
    """Forget everything that the local AWS holds; if it runs, it is stopped first."""
    from fargo.cli.deploying import drop_images
    from fargo.images import release
    from fargo.local import daemon
    from fargo.local.state import StateDir

    context.out.say(
        "everything that the local AWS of this machine holds is forgotten: what was deployed to it,"
    )
    context.out.say("its jobs, logs, buckets and images")
    context.confirm("This cannot be undone. Go on?")
    stopped = daemon.reset()
    drop_images(context, lambda docker: release(docker, holder=StateDir.default().id))
    if context.out.json:
        context.out.data({"stopped": stopped})
    else:
        context.out.say("stopped, and everything is forgotten" if stopped else "everything is forgotten")


@local.command(
    cls=FargoCommand,
    short_help="Show where it answers.",
)
@pass_context
def status(context: Context) -> None:
    """Show where the local AWS answers."""
    from fargo.local import daemon

    found = daemon.status()
    if found is None:
        raise LocalAwsError("the local AWS is not running", "start it: fargo local start")
    _tell(context, found)


def _tell(context: Context, found: object) -> None:
    from dataclasses import asdict

    values = asdict(found)  # type: ignore[call-overload] # daemon.Status, imported lazily
    if context.out.json:
        context.out.data(values)
        return
    for name, value in values.items():
        if value:
            context.out.line(f"{name:9} {value}")
    context.out.line("to use it from anything else that speaks to AWS:")
    context.out.line(f"  export AWS_ENDPOINT_URL={values['endpoint']}")
    context.out.line(f"  export AWS_REGION={LOCAL_REGION} AWS_DEFAULT_REGION={LOCAL_REGION}")
    context.out.line("  export AWS_ACCESS_KEY_ID=local AWS_SECRET_ACCESS_KEY=local")
