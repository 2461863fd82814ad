"""`fargo up`: deploy."""

from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING

import click

from fargo.cli.context import Context, pass_context
from fargo.cli.options import FargoCommand
from fargo.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Generator, Iterator

    from fargo.config import Project
    from fargo.deploy import DeployPlan
    from fargo.deploy.deployment import DeployEvent
    from fargo.docker import Engine
    from fargo.images import ImageEvent
    from fargo.model.stack import StackOutputs


@click.command(
    cls=FargoCommand,
    short_help="Deploy the stack and the image.",
    examples={
        "fargo up": "plan, ask, deploy",
        "fargo up --yes": "plan, deploy",
        "fargo up --plan fargo.plan": "what `fargo plan --out fargo.plan` wrote, and nothing else",
    },
    preview="`fargo plan` shows what would change.",
)
@click.option(
    "--plan",
    "saved",
    type=click.Path(dir_okay=False, path_type=Path),
    metavar="FILE",
    help="Apply exactly the plan that `fargo plan --out FILE` wrote.",
)
@click.option(
    "--adopt",
    is_flag=True,
    help="Take over what a state of this project made that was lost, or moved to another folder.",
)
@pass_context
def up(context: Context, saved: Path | None, adopt: bool) -> None:
    """Deploy network, roles, queues and job definitions; build the image beside it, and push it.

    Shows the plan and asks before anything is changed. If nothing changed, nothing is done.
    """
    from fargo.cli.deploying import engine, follow, planned, show_plan
    from fargo.view import deploy

    # A missing engine is said before anything is planned or asked.
    with engine() as docker:
        _share_state(context)
        with planned(context, _plan(context, saved, adopt)) as plan:
            show_plan(context, plan, whole=context.options.verbose)
            if not plan.empty:
                account = f"account {plan.account_id}, {plan.region}"
                target = "the local AWS" if context.options.local else account
                context.confirm(f"{deploy.counts(plan.changes) or 'outputs change'}, in {target}. Go on?")
            outputs = follow(context, "up", context.deployment.apply(plan, _image(context, plan, docker)))
            _publish(context, outputs, docker)
    _say_next(context, outputs)


def _share_state(context: Context) -> None:
    """On first use, the bucket for a shared state; and the state into it that was on this machine."""
    from fargo.deploy import shared_state

    folder, moves = context.folder, context.folder.is_to_move
    if folder.is_shared:  # before a bucket is made, whose name nobody else can have then
        folder.check_account(context.session.identity().account_id, context.session.region)
    if not moves:
        folder.check_place()
    if bucket := shared_state.missing_bucket(context.session, folder):
        context.confirm(
            f"The bucket {bucket} for the state is not there. Make it in {context.session.region}?"
        )
        shared_state.make_bucket(context.session, bucket)
        context.out.say(f"made the bucket {bucket}: private, encrypted, with versions")
    elif folder.is_shared and (said := shared_state.mend_bucket(context.session, folder)):
        context.out.say(said, "yellow")
    if moves:
        context.confirm(f"The state is on this machine. Move it to {folder.state_id}, for all who share it?")
        shared_state.move(context.session, folder)
        context.out.say(f"moved the state to {folder.state_id}; a copy is in {folder.root}")


def _plan(context: Context, saved: Path | None, adopt: bool) -> "Generator[DeployEvent, None, DeployPlan]":
    from fargo.cli.deploying import image_tag
    from fargo.deploy import load

    if saved and adopt:
        raise UsageError("--adopt plans anew, and --plan brings a plan", "give one of the two")
    tag = image_tag(context)
    if saved:
        return load(context.deployment, saved, tag)
    return context.deployment.plan(tag, quick=not adopt, adopt=adopt)


def _image(context: Context, plan: "DeployPlan", docker: "Engine") -> "Iterator[ImageEvent]":
    """Build beside Terraform; the push waits for the repository."""
    from fargo.cli.deploying import hold, image_ref, image_spec, registry
    from fargo.images import ImageReady, ensure_built

    ref = image_ref(context, plan)
    there = registry(context)
    built = False
    if there is None or not there.digest(ref):
        built = yield from ensure_built(image_spec(context), ref, docker)
    hold(context, ref, docker)
    yield ImageReady(ref=ref, built=built)


def _publish(context: Context, outputs: "StackOutputs", docker: "Engine") -> None:
    from fargo.cli.deploying import follow, registry
    from fargo.images import publish

    if there := registry(context):
        follow(context, "push", publish(outputs.image, docker, there))


def _say_next(context: Context, outputs: "StackOutputs") -> None:
    if context.out.json:
        context.out.data(asdict(outputs))
        return
    context.out.say(f"{outputs.name} is deployed. Run a job:", "green")
    context.out.say(f"  {context.command(_first_submit(context.project))}")


def _first_submit(project: "Project") -> str:
    """What runs the first job that needs no other run, rather one that needs no rows either."""
    from fargo.model import template

    wanted = {name: set(template.placeholders(job.command)) for name, job in project.jobs.items()}
    for name, words in wanted.items():
        if words <= set(template.ALWAYS):
            return f"submit {name} --follow"
    for name, words in wanted.items():
        if "after" not in words:
            return f"submit {name} --over ROWS --follow"
    return "submit --help"
