"""Plan and apply."""

import os
import threading
from collections.abc import Callable, Generator, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from fargo import cost, stack
from fargo.aws import roles
from fargo.aws.session import Session, Target
from fargo.config import Project
from fargo.deploy.merge import SideBySide, interrupts
from fargo.deploy.plan import DeployPlan, changes_of, drift_of, outputs_change
from fargo.errors import FargoError, Interrupted, TerraformFailed
from fargo.images import ImageEvent
from fargo.model.stack import StackOutputs
from fargo.stack import StackFolder
from fargo.terraform import Message, Phase, Progress, Terraform, TerraformEvent, mirror

DeployEvent = TerraformEvent | ImageEvent

# The provider tries 25 times by itself: against an endpoint of our own, one call that is
# not offered there would hang for many minutes instead of failing.
RETRIES = {Target.AWS: 10, Target.LOCAL: 2}


@dataclass(slots=True)
class Deployment:
    """One project's stack on one target.

    Args:
        project: the settings.
        session: the AWS to deploy to.
        environ: fargo's own environment.
    """

    project: Project
    session: Session
    environ: Mapping[str, str] = field(default_factory=lambda: os.environ)
    _terraform: Terraform | None = None

    @property
    def folder(self) -> StackFolder:
        """Where the stack is kept on this machine."""
        return StackFolder(self.project, self.session.target.value)

    def terraform(self) -> Terraform:
        """Terraform in the stack's folder.

        Raises:
            TerraformMissing: there is none, or too old a one.
        """
        if self._terraform is None:
            folder = self.folder
            folder.module.mkdir(parents=True, exist_ok=True)
            provider = mirror.configure(self.environ, home=Path.home(), folder=folder.root)
            more = {**self.session.environment(self.environ), **provider}
            self._terraform = Terraform(folder.module, environ=self.environ, more=more)
            self._terraform.version()
        return self._terraform

    def plan(self, image_tag: str) -> Generator[DeployEvent, None, DeployPlan]:
        """Plan what `up` would change. Changes nothing on AWS.

        Args:
            image_tag: the content hash of the image that the job definitions shall name.

        Raises:
            WrongAccount: credentials or region are not those deployed to.
            TerraformMissing, TerraformFailed, AwsError: as they say.
            Interrupted: Ctrl-C.
        """
        terraform = self.terraform()
        account_id = self.session.identity().account_id
        self.folder.check_owner(account_id, self.session.region)
        yield from self.prepare(account_id, image_tag)
        yield from _interruptible(
            terraform.interrupt, terraform.plan(self.folder.plan), "nothing was changed"
        )
        shown = terraform.show(self.folder.plan)
        endpoints = _planned(shown, "interface_endpoints")
        return DeployPlan(
            file=self.folder.plan,
            account_id=account_id,
            region=self.session.region,
            image_tag=image_tag,
            changes=changes_of(shown),
            drift=drift_of(shown),
            outputs_change=outputs_change(shown),
            standing=cost.standing(endpoints, self.project.network.zones),
        )

    def prepare(self, account_id: str, image_tag: str) -> Iterator[DeployEvent]:
        """Write the stack's folder, and initialise Terraform in it where that is due.

        Args:
            account_id: the only account that Terraform may act on.
            image_tag: the content hash of the image.
        """
        terraform = self.terraform()
        variables = stack.variables(self.project, image_tag)
        provider = stack.provider(
            self.project,
            account_id=account_id,
            region=self.session.region,
            state_id=self.folder.state_id,
            retries=RETRIES[self.session.target],
        )
        adopted = roles.existing_service_linked_roles(self.session.client("iam"))
        if self.folder.materialise(variables, provider, adopted):
            yield from _interruptible(terraform.interrupt, self._init(terraform), "nothing was changed")

    def _init(self, terraform: Terraform) -> Iterator[DeployEvent]:
        yield Message("terraform init")
        terraform.init()
        self.folder.initialised()

    def apply(
        self, plan: DeployPlan, image: Iterable[ImageEvent] = ()
    ) -> Generator[DeployEvent, None, StackOutputs]:
        """Apply exactly this plan, and remember the outputs.

        Args:
            plan: from `plan`.
            image: a build to run beside Terraform.

        Raises:
            TerraformFailed: names the resource and the provider's message; the state is kept.
            ImageError: the stack stands, the image could not be built.
            Interrupted: Ctrl-C; Terraform has finished what it began, and the state is kept.
        """
        terraform = self.terraform()
        self.folder.claim(plan.account_id, plan.region)
        work: Iterable[DeployEvent] = () if plan.empty else terraform.apply(plan.file)
        both = SideBySide(work, image)
        stopping = threading.Event()
        cut_off: set[str] = set()

        def stop() -> None:
            stopping.set()
            terraform.interrupt()
            both.leave_beside()

        def noted() -> Iterator[DeployEvent]:
            for event in both:
                if stopping.is_set() and isinstance(event, Progress) and event.phase is Phase.FAILED:
                    cut_off.add(event.address)
                yield event

        try:
            yield from _interruptible(
                stop, noted(), "what was created is in the state: go on with `fargo up`"
            )
        except TerraformFailed as error:
            error.hint = "what was created is in the state: mend the cause and go on with `fargo up`"
            raise
        except Interrupted:
            # They exist; Terraform only was not allowed to wait for them, and would replace them.
            terraform.keep(cut_off)
            raise
        except FargoError as error:  # of the image: Terraform has ended well
            self._remember(terraform)
            error.hint = f"{error.hint}; the stack stands, so go on with `fargo up`".lstrip("; ")
            raise
        return self._remember(terraform)

    def _remember(self, terraform: Terraform) -> StackOutputs:
        outputs = StackOutputs.from_terraform(terraform.outputs())
        self.folder.remember(outputs)
        return outputs

    def destroy(self) -> Iterator[DeployEvent]:
        """Destroy all that is in the state."""
        terraform = self.terraform()
        plan = terraform.plan(self.folder.plan, destroy=True)
        after = "what is left is in the state: go on with `fargo down`"
        try:
            yield from _interruptible(terraform.interrupt, plan, "nothing was removed")
            yield from _interruptible(terraform.interrupt, terraform.apply(self.folder.plan), after)
        finally:
            self.folder.plan.unlink(missing_ok=True)


def _interruptible(
    stop: Callable[[], None], events: Iterator[DeployEvent], after: str
) -> Iterator[DeployEvent]:
    with interrupts(stop) as interrupt:
        try:
            yield from events
        except TerraformFailed as error:
            if interrupt.requested:
                raise Interrupted("interrupted; Terraform has ended in good order", after) from error
            raise
    if interrupt.requested:
        raise Interrupted("interrupted; Terraform has ended in good order", after)


def _planned(shown: Mapping[str, Any], output: str) -> list[str]:
    value = shown.get("planned_values", {}).get("outputs", {}).get(output, {}).get("value")
    return list(value or ())
