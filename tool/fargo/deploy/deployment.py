"""Plan and apply."""

import os
from collections.abc import Collection, Generator, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from fargo import cost, variables
from fargo.aws import roles
from fargo.aws.session import Session, Target
from fargo.config import Project
from fargo.deploy import races, shared_state
from fargo.deploy.adopt import Adoption
from fargo.deploy.applied import Applied
from fargo.deploy.apply import Apply
from fargo.deploy.backups import back_up
from fargo.deploy.merge import interruptible
from fargo.deploy.plan import (
    Change,
    DeployPlan,
    changes_nothing,
    changes_of,
    drift_of,
    image_changes,
    outputs_change,
    outputs_now,
    standing_now,
    standing_of,
    standing_then,
)
from fargo.deploy.saved import LOCK_FILE
from fargo.errors import TerraformFailed
from fargo.images import ImageEvent
from fargo.model.stack import StackOutputs, check_version, version_of
from fargo.stack import StackFolder
from fargo.terraform import Message, Terraform, TerraformEvent, mirror

DeployEvent = TerraformEvent | ImageEvent

# The provider tries 25 times by itself: against an endpoint of our own, one call that is
# not offered there would hang for many minutes instead of failing.
RETRIES = {Target.AWS: 10, Target.LOCAL: 2}

NOTHING_CHANGED = "nothing was changed"


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
    _mirrored: bool = False

    @property
    def folder(self) -> StackFolder:
        """Where the stack is kept on this machine."""
        return StackFolder(self.project, self.session.target.value)

    @property
    def applied(self) -> Applied:
        """The note of the last apply."""
        return Applied(self.folder.root, self.folder.module)

    @property
    def prices(self) -> cost.Prices:
        """What AWS asks in this region."""
        return cost.current(self.session, datetime.now(UTC))

    def terraform(self) -> Terraform:
        """Terraform in the stack's folder.

        Raises:
            TerraformMissing: there is none. Too old a one says so itself, at its first command.
        """
        if self._terraform is None:
            folder = self.folder
            folder.module.mkdir(parents=True, exist_ok=True)
            provider = mirror.configure(self.environ, home=Path.home(), folder=folder.root)
            self._mirrored = mirror.is_used(provider)
            more = {**self.session.environment(self.environ), **provider}
            self._terraform = Terraform(folder.module, environ=self.environ, more=more)
        return self._terraform

    def plan(
        self, image_tag: str, *, quick: bool = False, adopt: bool = False
    ) -> Generator[DeployEvent, None, DeployPlan]:
        """Plan what `up` would change, with what is there already adopted. Changes nothing on AWS.

        Args:
            image_tag: the content hash of the image that the job definitions shall name.
            quick: do not ask AWS again where only the image has changed since the last apply.
            adopt: adopt also what another state of this project's name made.

        Raises:
            WrongAccount: credentials or region are not those deployed to.
            NewerState: a newer fargo or Terraform wrote the state.
            StateLocked: another process holds it.
            NameTaken: what would be created is there and not ours.
            TerraformMissing, TerraformFailed, AwsError: as they say.
            Interrupted: Ctrl-C.
        """
        account_id = shared_state.verified_account(self.session, self.folder)
        yield from self.prepare(account_id, image_tag)
        if quick and self.applied.only_image_changes(image_tag):
            said = yield from self._plan_events(refresh=False)
            if changes := image_changes(said, self.folder.outputs().image_tag, image_tag):
                return self._image_plan(account_id, image_tag, changes)
        return (yield from self.plan_prepared(account_id, image_tag, adopt=adopt))

    def plan_prepared(
        self, account_id: str, image_tag: str, *, adopt: bool
    ) -> Generator[DeployEvent, None, DeployPlan]:
        """Plan in the folder that `prepare` has written; see `plan`."""
        said = yield from self._plan_events()
        if changes_nothing(said):
            return self._unchanged(account_id, image_tag)
        shown = self.terraform().show(self.folder.plan)
        while found := self.adoption(any_state=adopt).imports(shown):
            yield Message(f"{len(found)} of these resources exist already: adopting them")
            self.folder.adopt({each.address: each.id for each in found})
            shown = yield from self.planned()
        return self._plan_of(shown, account_id, image_tag, adopt=adopt)

    def planned(self, *, targets: Collection[str] = ()) -> Generator[DeployEvent, None, dict[str, Any]]:
        """Have Terraform plan, into the folder's plan file, and give the plan as data.

        Args:
            targets: see `Terraform.plan`.
        """
        yield from self._plan_events(targets=targets)
        return self.terraform().show(self.folder.plan)

    def adoption(self, *, any_state: bool = False, refuse: bool = True) -> Adoption:
        """What looks up, in this account, what a plan would create."""
        return Adoption(
            session=self.session,
            project=self.project.name,
            state_id=self.folder.state_id,
            any_state=any_state,
            refuse=refuse,
        )

    def _plan_events(
        self, *, refresh: bool = True, targets: Collection[str] = ()
    ) -> Generator[DeployEvent, None, list[DeployEvent]]:
        terraform = self.terraform()
        said: list[DeployEvent] = []
        events = terraform.plan(self.folder.plan, refresh=refresh, targets=targets)
        for event in interruptible(terraform.interrupt, events, NOTHING_CHANGED):
            said.append(event)
            yield event
        return said

    def read_plan(self, account_id: str, image_tag: str) -> DeployPlan:
        """Terraform's plan in the folder, as data.

        Raises:
            NewerState: a newer fargo wrote the state.
        """
        shown = self.terraform().show(self.folder.plan)
        return self._plan_of(shown, account_id, image_tag, adopt=False)

    def _plan_of(
        self, shown: Mapping[str, Any], account_id: str, image_tag: str, *, adopt: bool
    ) -> DeployPlan:
        outputs = outputs_now(shown)
        check_version(version_of(outputs))
        prices = self.prices
        return DeployPlan(
            file=self.folder.plan,
            account_id=account_id,
            region=self.session.region,
            image_tag=image_tag,
            changes=changes_of(shown),
            drift=drift_of(shown),
            outputs_change=outputs_change(shown),
            outputs=outputs,
            standing=standing_then(shown, self.project.network.zones, prices),
            standing_now=standing_now(shown, prices),
            adopt=adopt,
        )

    def _unchanged(self, account_id: str, image_tag: str) -> DeployPlan:
        outputs = self.terraform().outputs()
        check_version(version_of(outputs))
        return self._told(account_id, image_tag, standing_of(outputs, self.prices), outputs=outputs)

    def _image_plan(self, account_id: str, image_tag: str, changes: tuple[Change, ...]) -> DeployPlan:
        outputs = self.folder.outputs()
        standing = cost.standing(outputs.interface_endpoints, len(outputs.zones), self.prices)
        more = {"changes": changes, "outputs_change": True, "refreshed": False}
        return self._told(account_id, image_tag, standing, **more)

    def _told(self, account_id: str, image_tag: str, standing: cost.StandingCost, **more: Any) -> DeployPlan:
        """A plan of which Terraform's events have said it all: `show` would take seconds."""
        return DeployPlan(
            file=self.folder.plan,
            account_id=account_id,
            region=self.session.region,
            image_tag=image_tag,
            standing=standing,
            standing_now=standing,
            **more,
        )

    def prepare(self, account_id: str, image_tag: str) -> Iterator[DeployEvent]:
        """Write the stack's folder, and initialise Terraform in it where that is due.

        Args:
            account_id: the only account that Terraform may act on.
            image_tag: the content hash of the image.
        """
        terraform = self.terraform()
        if self.folder.mend_state():
            yield Message("the state was cut off while it was written: going on from what was before it")
        values = variables.variables(self.project, image_tag)
        provider = variables.provider(
            self.project,
            account_id=account_id,
            region=self.session.region,
            state_id=self.folder.state_id,
            retries=RETRIES[self.session.target],
        )
        adopted = roles.existing_service_linked_roles(self.session.client("iam"))
        if self.folder.materialise(values, provider, adopted):
            shared_state.check_bucket(self.session, self.folder)
            yield from interruptible(terraform.interrupt, self._init(terraform), NOTHING_CHANGED)

    def _init(self, terraform: Terraform) -> Iterator[DeployEvent]:
        yield Message("terraform init")
        lock = self.folder.module / LOCK_FILE
        is_first = not lock.is_file()
        terraform.init()
        self.folder.initialised()
        # A registry signs the checksums of every platform (`zh:`), and `init` notes them all. A provider
        # from a cache brings this machine's alone; a mirror may be all that this machine can reach.
        if is_first and not self._mirrored and lock.is_file() and "zh:" not in lock.read_text("utf-8"):
            try:
                terraform.lock_platforms()
            except TerraformFailed as error:
                yield Message(f"the provider's lock file holds this platform alone: {error.message}")

    def apply(
        self, plan: DeployPlan, image: Iterable[ImageEvent] = ()
    ) -> Generator[DeployEvent, None, StackOutputs]:
        """Apply exactly this plan, and remember the outputs; see `Apply.run`."""
        return (yield from Apply(self, plan).run(image))

    def remember(self, plan: DeployPlan, said: Mapping[str, Any]) -> StackOutputs:
        """Note what an apply that ended well has left.

        Args:
            plan: what was applied.
            said: the outputs, where the apply has told them: then no process is started for them.
        """
        told = said if all("value" in output for output in said.values()) else {}
        outputs = StackOutputs.from_terraform(dict(told) or self.terraform().outputs())
        self.folder.adopt_nothing()
        self.folder.remember(outputs)
        self.applied.note(plan.image_tag)
        return outputs

    def begin(self) -> None:
        """Before anything is changed: keep a copy of the state, and trust the last apply no longer."""
        self.applied.forget()
        back_up(self.folder.state, datetime.now(UTC))

    def destroy(self) -> Iterator[DeployEvent]:
        """Destroy all that is in the state; on a known race, once more."""
        self.begin()
        try:
            yield from self._destroy()
        except TerraformFailed as error:
            race = races.known(error.message)
            if race is None:
                raise
            yield Message(f"{race.why}: planned and removed once more")
            yield from self._destroy()

    def _destroy(self) -> Iterator[DeployEvent]:
        terraform = self.terraform()
        plan = terraform.plan(self.folder.plan, destroy=True)
        after = "what is left is in the state: go on with `fargo down`"
        try:
            yield from interruptible(terraform.interrupt, plan, "nothing was removed")
            yield from interruptible(terraform.interrupt, terraform.apply(self.folder.plan), after)
        finally:
            self.folder.plan.unlink(missing_ok=True)
