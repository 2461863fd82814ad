"""Take a stack down: stop its jobs, drain its queues, destroy, prove that nothing is left."""

import time
from collections.abc import Callable, Generator, Iterator
from dataclasses import dataclass

from fargo.aws.batch import Batch
from fargo.aws.inventory import leftovers
from fargo.aws.roles import SERVICE_LINKED
from fargo.deploy.deployment import DeployEvent, Deployment
from fargo.errors import AwsError, NotDeployed, TerraformFailed
from fargo.stack import ROLE_ADDRESS
from fargo.terraform import Message, is_data

POLL_SECONDS = 2.0
DRAIN_SECONDS = 600.0
"""How long jobs may take to stop: a container has 30 s after SIGTERM, a queue of thousands needs minutes."""
REASON = "fargo down"
NO_IMAGE = "none"
"""The image's tag counts for nothing where everything is removed."""


@dataclass(frozen=True, slots=True)
class Standing:
    """What `down` would remove: counts, to ask with.

    Attributes:
        resources: in Terraform's state, without the account-wide roles that stay.
        jobs: that have not ended and would be stopped, by id.
    """

    resources: int
    jobs: tuple[str, ...]


class Teardown:
    """The way down of one deployment.

    Args:
        deployment: what to take down.
        sleep: for waiting; a parameter for the tests.
        clock: likewise, in seconds.
    """

    def __init__(
        self,
        deployment: Deployment,
        *,
        sleep: Callable[[float], None] = time.sleep,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._deployment = deployment
        self._folder = deployment.folder
        self._sleep = sleep
        self._clock = clock

    def standing(self) -> Generator[DeployEvent, None, Standing]:
        """Count what is there.

        Raises:
            NotDeployed: nothing is.
            WrongAccount: credentials or region are not those deployed to.
        """
        self._folder.expect_state()
        session = self._deployment.session
        account_id = session.identity().account_id
        self._folder.check_owner(account_id, session.region)
        # The state may be remote and this checkout new: Terraform needs its folder to read it.
        yield from self._deployment.prepare(account_id, NO_IMAGE)
        resources = [a for a in self._deployment.terraform().resources() if not is_data(a)]
        if not resources:
            raise NotDeployed(f"{self._deployment.project.name} is not deployed here: nothing to take down")
        return Standing(len([a for a in resources if a not in _kept()]), self._live_jobs())

    def run(self) -> Generator[DeployEvent, None, list[str]]:
        """Take it down.

        Returns:
            What is still there, by listing the account: empty where all is gone.

        Raises:
            TerraformFailed: something could not be destroyed; `fargo down` again goes on from there.
            Interrupted: Ctrl-C; Terraform has finished what it began, and the state is kept.
        """
        yield from self._drain()
        terraform = self._deployment.terraform()
        self._folder.forget_roles()
        terraform.forget([address for address in terraform.resources() if address in _kept()])
        try:
            yield from self._deployment.destroy()
        except TerraformFailed as error:
            error.hint = "what is left is in the state: `fargo down` again goes on from there"
            raise
        left = leftovers(self._deployment.session, self._deployment.project.name)
        if not left:
            self._folder.remove()
        return left

    def _queues(self) -> dict[str, str]:
        try:
            return self._folder.outputs().job_queues
        except NotDeployed:
            return {}

    def _batch(self) -> Batch:
        return Batch(self._deployment.session.client("batch"))

    def _live_jobs(self) -> tuple[str, ...]:
        batch = self._batch()
        there = batch.queues(self._queues().values()) if self._queues() else ()
        return tuple(job for queue in there for job in batch.live_job_ids(queue.arn))

    def _drain(self) -> Iterator[DeployEvent]:
        """A Fargate environment that is deleted under running jobs turns INVALID, for good."""
        batch = self._batch()
        for queue in batch.queues(self._queues().values()) if self._queues() else ():
            batch.disable(queue.arn)
        deadline = self._clock() + DRAIN_SECONDS
        told: set[str] = set()
        # Asked again and again: a job may have come between the question and the closed queue.
        while live := self._live_jobs():
            for job in set(live) - told:
                batch.terminate(job, REASON)
            told |= set(live)
            if self._clock() > deadline:
                raise AwsError(
                    f"{len(live)} jobs did not stop within {DRAIN_SECONDS:.0f} s", "try `fargo down` again"
                )
            yield Message(f"waiting for {len(live)} jobs to end")
            self._sleep(POLL_SECONDS)


def _kept() -> frozenset[str]:
    return frozenset(ROLE_ADDRESS.format(short) for short in SERVICE_LINKED)
