"""Apply one plan: the image built beside it, Ctrl-C passed on, a known race run once more."""

import threading
from contextlib import suppress
from typing import TYPE_CHECKING, Any

from fargo.deploy import races
from fargo.deploy.merge import SideBySide, interruptible
from fargo.deploy.plan import Change
from fargo.errors import FargoError, Interrupted, TerraformFailed
from fargo.terraform import Message, Outputs, Phase, Progress

if TYPE_CHECKING:
    from collections.abc import Generator, Iterable, Iterator

    from fargo.deploy.deployment import DeployEvent, Deployment
    from fargo.deploy.plan import DeployPlan
    from fargo.images import ImageEvent
    from fargo.model.stack import StackOutputs

GO_ON = "go on with `fargo up`"
BROKEN_OFF = (Phase.FAILED, Phase.STOPPED)
MENDED_IN_PLACE = frozenset(
    {
        "aws_ecr_repository",
        "aws_iam_service_linked_role",
        "aws_kms_key",
        "aws_route_table",
        "aws_s3_bucket",
        "aws_security_group",
        "aws_subnet",
        "aws_vpc",
        "aws_vpc_endpoint",
    }
)
"""What the compute environments stand on. Like them, a tainted one would be made anew beside the old one,
which AWS refuses; but all that can be wrong with one that exists changes in place. A service-linked role
is the account's, and not ours to remove: nothing of it changes at all."""


class Apply:
    """The way of one plan.

    Args:
        deployment: whose plan.
        plan: from its `plan`, or from `load`.
    """

    def __init__(self, deployment: "Deployment", plan: "DeployPlan") -> None:
        self._deployment = deployment
        self._plan = plan
        self._terraform = deployment.terraform()
        self._stopping = threading.Event()
        self._exist: set[str] = set()
        self._ended_well = plan.empty
        self._outputs: dict[str, Any] = dict(plan.outputs) if plan.empty else {}

    def run(self, image: "Iterable[ImageEvent]") -> "Generator[DeployEvent, None, StackOutputs]":
        """Apply exactly this plan, and remember the outputs.

        Args:
            image: a build to run beside Terraform.

        Raises:
            StalePlan: the state has changed since the plan was made.
            TerraformFailed: names the resource and the provider's message; the state is kept.
            ImageError: the stack stands, the image could not be built.
            Interrupted: Ctrl-C; Terraform has finished what it began, and the state is kept.
        """
        plan = self._plan
        self._deployment.folder.claim(plan.account_id, plan.region)
        both: SideBySide[DeployEvent] = SideBySide(() if plan.empty else self._work(), image)

        def stop() -> None:
            self._stopping.set()
            self._terraform.interrupt()
            both.leave_beside()

        try:
            yield from interruptible(stop, both, f"what was created is in the state: {GO_ON}")
        except TerraformFailed as error:
            error.hint = error.hint or f"what was created is in the state: mend the cause and {GO_ON}"
            raise
        except Interrupted:
            self._terraform.keep(self._exist)
            raise
        except FargoError as error:
            if not self._ended_well:
                raise
            self._deployment.remember(plan, self._outputs)
            # It was the image's.
            error.hint = f"{error.hint}; the stack stands, so {GO_ON}".lstrip("; ")
            raise
        return self._deployment.remember(plan, self._outputs)

    def _work(self) -> "Iterator[DeployEvent]":
        self._deployment.begin()
        try:
            yield from self._apply()
        except TerraformFailed as error:
            if self._stopping.is_set():
                raise
            with suppress(TerraformFailed):  # what made the apply fail is what must be said
                self._terraform.keep(self._exist)
            race = races.known(error.message)
            if race is None:
                raise
            yield Message(f"{race.why}: planned and applied once more")
            yield from self._once_more()
        self._ended_well = True

    def _once_more(self) -> "Iterator[DeployEvent]":
        """A plan is applied once: the rest of it needs a new one, which must hold nothing else."""
        agreed = self._plan
        yield from self._deployment.prepare(agreed.account_id, agreed.image_tag)
        again = yield from self._deployment.plan_prepared(
            agreed.account_id, agreed.image_tag, adopt=agreed.adopt
        )
        if new := races.beyond(agreed.changes, again.changes):
            listed = ", ".join(f"{change.action} {change.address}" for change in new)
            raise TerraformFailed(
                f"the plan for the rest holds what was not agreed to: {listed}",
                f"look at it with `fargo plan`, then {GO_ON}",
            )
        yield from self._apply()

    def _apply(self) -> "Iterator[DeployEvent]":
        for event in self._terraform.apply(self._plan.file):
            if isinstance(event, Progress) and event.phase in BROKEN_OFF and self._exists(event):
                self._exist.add(event.address)
            if isinstance(event, Outputs):
                self._outputs = event.values
            yield event

    def _exists(self, failed: Progress) -> bool:
        """Whether it need not be replaced: it was only not waited for, or it changes in place."""
        return self._stopping.is_set() or Change(failed.address, failed.action).type in MENDED_IN_PLACE
