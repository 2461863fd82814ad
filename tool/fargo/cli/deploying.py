"""What `plan`, `up`, `build` and `down` share: following a deployment's events."""

import os
import time
from collections.abc import Callable, Generator, Iterator
from contextlib import closing, contextmanager
from typing import TYPE_CHECKING, Any, TypeVar

from fargo.cli.context import Context
from fargo.errors import ImageError

if TYPE_CHECKING:
    from fargo.deploy import DeployPlan
    from fargo.docker import Engine
    from fargo.images import ImageEvent, ImageReady, ImageSpec, Registry
    from fargo.model.image import ImageRef

R = TypeVar("R")


def follow(context: Context, title: str, events: Generator[Any, None, R]) -> R:
    """Show events live or as lines, and return the generator's result."""
    from fargo.view.deploy import DeployView, plain_line

    view = DeployView(time.monotonic, title)

    def take(event: Any) -> None:
        view.take(event)
        if not context.out.live and (line := plain_line(event)):
            context.out.say(line)

    try:
        with context.out.showing(view):
            return context.consume(events, take)
    finally:
        for warning in dict.fromkeys(view.warnings):
            context.out.say(f"Terraform warns: {warning}", "yellow")


def image_spec(context: Context) -> "ImageSpec":
    """What decides the project's image."""
    from pathlib import Path

    from fargo.images import DEFAULT_DOCKERFILE, ImageSpec

    image = context.project.image
    folder = (context.project.folder / image.context).resolve()
    has_own = image.dockerfile != "Dockerfile" or (folder / "Dockerfile").is_file()
    return ImageSpec(
        context=folder,
        dockerfile=Path(image.dockerfile) if has_own else DEFAULT_DOCKERFILE,
        build_args=tuple(sorted(image.build_args.items())),
        architecture=image.cpu,
        operating_system=image.operating_system,
    )


def image_tag(context: Context) -> str:
    """The content hash of the project's image."""
    from fargo.images import content_hash

    return content_hash(image_spec(context))


@contextmanager
def engine() -> "Iterator[Engine]":
    """The Docker engine.

    Raises:
        EngineMissing: none answers.
    """
    from fargo.docker import Engine

    with closing(Engine.connect(environ=os.environ)) as connected:
        yield connected


def registry(context: Context) -> "Registry | None":
    """Where images are pushed to; None where the engine that builds is the engine that runs."""
    if context.options.local:
        return None
    from fargo.aws.registry import Registry

    return Registry(context.session.client("ecr"))


def holder(context: Context) -> str:
    """The local AWS that runs the engine's images; empty where they are pulled from a registry."""
    if not context.options.local:
        return ""
    from fargo.local.state import StateDir

    return StateDir.default().id


def hold(context: Context, ref: "ImageRef", docker: "Engine") -> None:
    """Have the engine keep an image for the local AWS that runs it; on AWS the registry keeps it."""
    from fargo import images

    if name := holder(context):
        images.hold(ref, docker, name)


def drop_images(context: Context, drop: "Callable[[Engine], object]") -> None:
    """Have the engine drop images that are of no use any more; where it does not, that is said."""
    from fargo.errors import EngineMissing

    try:
        with engine() as docker:
            drop(docker)
    except (EngineMissing, ImageError) as error:
        context.out.say(f"the images on this machine stay: {error.message}", "yellow")


@contextmanager
def planned(context: Context, events: "Generator[Any, None, DeployPlan]") -> "Iterator[DeployPlan]":
    """Follow a plan to its end; Terraform's file of it goes when it has been used."""
    plan = follow(context, "plan", events)
    try:
        yield plan
    finally:
        plan.file.unlink(missing_ok=True)


def show_plan(context: Context, plan: "DeployPlan", *, whole: bool) -> None:
    """The plan for people."""
    from fargo.view import deploy

    for line, style in deploy.plan_lines(plan, whole=whole):
        context.out.say(line, style)
    for line in deploy.plan_cost_lines(plan):
        context.out.say(line)


def image_ref(context: Context, plan: "DeployPlan") -> "ImageRef":
    """The image's name, known before its repository exists."""
    from fargo.model import naming
    from fargo.model.image import ImageRef

    repository = naming.repository_url(plan.account_id, plan.region, context.project.name)
    return ImageRef(repository, plan.image_tag)


def build_events(context: Context, repository: str) -> "Generator[ImageEvent, None, ImageReady]":
    """Build what is not built and push what is not pushed, ending with how the image now stands."""
    from fargo.images import ImageReady, build_and_push

    with engine() as docker:
        for event in build_and_push(
            image_spec(context), repository, engine=docker, registry=registry(context)
        ):
            yield event
            if isinstance(event, ImageReady):
                hold(context, event.ref, docker)
                return event
    raise ImageError("the engine ended the build without an image")
