"""Take a stack down: stop jobs, drain queues, empty the bucket, destroy, prove that nothing is left."""

import time
from collections import defaultdict
from collections.abc import Callable, Collection, Generator, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import UTC, datetime

from fargo.aws import inventory, keys
from fargo.aws.batch import Batch
from fargo.aws.calls import THREADS
from fargo.aws.inventory import Thing
from fargo.aws.patience import Patience
from fargo.aws.store import Store
from fargo.deploy import shared_state
from fargo.deploy.adopt import Import
from fargo.deploy.deployment import DeployEvent, Deployment
from fargo.deploy.merge import interruptible
from fargo.deploy.standing import Keep, Owned, Standing, count
from fargo.errors import AwsError, AwsNotFound, AwsThrottled, NotDeployed, TerraformFailed
from fargo.model.stack import check_version, version_of
from fargo.terraform import Diagnostic, Message, Resource

POLL_SECONDS = 2.0
DRAIN_SECONDS = 600.0
"""How long jobs may take to stop: a container has 30 s after SIGTERM, a queue of thousands needs minutes."""
REASON = "fargo down"
NO_IMAGE = "none"
"""The image's tag counts for nothing where everything is removed."""
ACCOUNT_WIDE = "aws_iam_service_linked_role"
"""They outlive a project: the account's other users act with them."""
KEPT_TYPES = {
    Keep.DATA: ("aws_s3_bucket", "aws_kms_"),
    Keep.LOGS: ("aws_cloudwatch_log_group", "aws_kms_"),
}
"""What stays of each, by the beginning of Terraform's type: a bucket's own settings stay with it."""
KEPT_KINDS = {
    Keep.DATA: {inventory.BUCKET, inventory.ALIAS, inventory.KEY},
    Keep.LOGS: {inventory.LOG_GROUP, inventory.ALIAS, inventory.KEY},
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """How a way down ended.

    Attributes:
        left: what is still there and should not be; empty where all is gone.
        kept: what was asked to stay.
        key_deletion: when AWS deletes the encryption key for good; None where it stays or there was none.
    """

    left: tuple[Thing, ...]
    kept: tuple[Thing, ...]
    key_deletion: datetime | None


class Teardown:
    """The way down of one deployment: `standing`, then `run`.

    Args:
        deployment: what to take down.
        keep: what shall stay.
        sleep: for waiting; a parameter for the tests.
        clock: likewise, in seconds.
    """

    def __init__(
        self,
        deployment: Deployment,
        *,
        keep: Collection[Keep] = (),
        sleep: Callable[[float], None] = time.sleep,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._deployment = deployment
        self._session = deployment.session
        self._folder = deployment.folder
        self._keep = frozenset(keep)
        self._sleep = sleep
        self._clock = clock
        self._state: tuple[Resource, ...] = ()
        self._strays: tuple[Import, ...] = ()

    def standing(self) -> Generator[DeployEvent, None, Standing]:
        """Count what is there: in the state, and in the account though no state knows it.

        Raises:
            NotDeployed: nothing is.
            NewerState: a newer fargo wrote the state.
            WrongAccount: credentials or region are not those deployed to.
        """
        self._folder.expect_state()
        account_id = shared_state.verified_account(self._session, self._folder)
        # The state may be remote and this checkout new: Terraform needs its folder to read it.
        yield from self._deployment.prepare(account_id, NO_IMAGE)
        check_version(version_of(self._deployment.terraform().outputs()))
        self._state = self._deployment.terraform().resources()
        if self._unknown():
            self._strays = yield from self._look_up()
        owned = self._owned()
        if not owned.resources and not self._folder.is_claimed:
            raise NotDeployed(f"{self._deployment.project.name} is not deployed here: nothing to take down")
        return count(self._session, owned, self._keep, datetime.now(UTC))

    def run(self) -> Generator[DeployEvent, None, Outcome]:
        """Take it down. Killed at any point, the same again goes on from there.

        Raises:
            TerraformFailed: something could not be destroyed; `fargo down` again goes on from there.
            Interrupted: Ctrl-C; Terraform has finished what it began, and the state is kept.
        """
        yield from self._take_in()
        key_ids = self._ids("aws_kms_key")
        yield from self._drain()
        if Keep.DATA not in self._keep:
            yield from self._empty()
        yield from self._destroy()
        listed = inventory.listing(self._session, self._deployment.project.name)
        kept = tuple(thing for thing in listed if self._stays(thing))
        left = tuple(thing for thing in listed if thing not in kept)
        if not left:
            self._folder.remove(kept=bool(kept))
        return Outcome(left=left, kept=kept, key_deletion=self._key_deletion(key_ids))

    def _stays(self, thing: Thing) -> bool:
        return any(thing.kind in KEPT_KINDS[each] for each in self._keep)

    def _unknown(self) -> bool:
        """Whether the account holds what the state does not, as a kill leaves it."""
        known = set(_texts([resource.values for resource in self._state]))
        # A job's network interface is in no state, and goes with the job.
        return any(
            thing.name not in known and thing.kind != inventory.INTERFACE and not self._stays(thing)
            for thing in inventory.listing(self._session, self._deployment.project.name)
        )

    def _look_up(self) -> Generator[DeployEvent, None, tuple[Import, ...]]:
        yield Message("the account holds what the state does not: looking whose it is")
        try:
            shown = yield from self._deployment.planned()
        finally:
            self._folder.plan.unlink(missing_ok=True)
        # What is kept too: a log group's import would have Terraform make the key anew that it needs.
        return self._deployment.adoption(refuse=False).imports(shown)

    def _take_in(self) -> Iterator[DeployEvent]:
        """Strays go the way of all the rest: into the state, and then by Terraform in its order."""
        if not self._strays:
            return
        yield Message(f"taking {len(self._strays)} resources into the state")
        self._folder.adopt({each.address: each.id for each in self._strays})
        terraform = self._deployment.terraform()
        self._deployment.begin()
        try:
            addresses = [each.address for each in self._strays]
            yield from _without_warnings(self._deployment.planned(targets=addresses))
            apply = terraform.apply(self._folder.plan)
            after = "what was taken in is in the state: go on with `fargo down`"
            yield from _without_warnings(interruptible(terraform.interrupt, apply, after))
        finally:
            self._folder.plan.unlink(missing_ok=True)
        self._state = terraform.resources()

    def _is_kept(self, kind: str) -> bool:
        return kind.startswith(tuple(prefix for each in self._keep for prefix in KEPT_TYPES[each]))

    def _owned(self) -> Owned:
        ids: dict[str, list[str]] = defaultdict(list)
        for resource in self._state:
            ids[resource.kind].append(str(resource.values.get("id", "")))
        for stray in self._strays:
            ids[stray.kind].append(stray.id)
        going = [kind for kind in ids if kind != ACCOUNT_WIDE and not self._is_kept(kind)]
        return Owned(ids=ids, resources=sum(len(ids[kind]) for kind in going))

    def _ids(self, kind: str) -> list[str]:
        return [str(resource.values["id"]) for resource in self._state if resource.kind == kind]

    def _drain(self) -> Iterator[DeployEvent]:
        """A Fargate environment that is deleted under running jobs turns INVALID, for good."""
        batch = Batch(self._session.client("batch"))
        queues = self._ids("aws_batch_job_queue")
        for queue in batch.queues(queues):
            if queue.state == "ENABLED" and queue.status not in ("DELETING", "DELETED"):
                batch.disable(queue.arn)
        deadline = self._clock() + DRAIN_SECONDS
        told: set[str] = set()
        seen: set[str] = set()
        # Asked again and again: a job may have come between the question and the closed queue.
        while live := [job for queue in batch.queues(queues) for job in batch.live_jobs(queue.arn)]:
            seen |= set(live)
            told |= _terminate(batch, [job for job in live if job not in told])
            if self._clock() > deadline:
                raise AwsError(
                    f"{len(live)} jobs did not stop within {DRAIN_SECONDS:.0f} s", "try `fargo down` again"
                )
            yield Message(f"waiting for {len(live)} of {len(seen)} jobs to end")
            self._sleep(POLL_SECONDS)

    def _empty(self) -> Iterator[DeployEvent]:
        """Terraform would empty it too: in one thread, and without a word."""
        told: list[str] = []
        patience = Patience(told.append)
        client = self._session.client("s3", patience=patience)
        for bucket in self._ids("aws_s3_bucket"):
            for gone in Store(client, bucket, patience).empty():
                while told:
                    yield Message(told.pop(0))
                yield Message(f"{gone:,} objects and old versions removed from {bucket}")

    def _destroy(self) -> Iterator[DeployEvent]:
        terraform = self._deployment.terraform()
        self._folder.adopt_nothing()
        stay = [each for each in self._state if each.kind == ACCOUNT_WIDE or self._is_kept(each.kind)]
        terraform.forget([resource.address for resource in stay])
        if len(stay) == len(self._state):
            return
        try:
            yield from self._deployment.destroy()
        except TerraformFailed as error:
            error.hint = error.hint or "what is left is in the state: `fargo down` again goes on from there"
            raise

    def _key_deletion(self, key_ids: Iterable[str]) -> datetime | None:
        client = self._session.client("kms")
        for key in key_ids:
            try:
                found: datetime | None = keys.deletion_date(client, key)
            except AwsNotFound:
                continue
            return found
        return None


def _terminate(batch: Batch, jobs: list[str]) -> set[str]:
    """Stop jobs, a few calls at once; the ids that AWS took. What was too fast for AWS comes again."""

    def one(job: str) -> str:
        try:
            batch.terminate(job, REASON)
        except AwsThrottled:
            return ""
        return job

    with ThreadPoolExecutor(THREADS) as pool:
        return set(pool.map(one, jobs)) - {""}


def _without_warnings(events: Iterator[DeployEvent]) -> Iterator[DeployEvent]:
    """That only a part is worked on, of which Terraform warns, is what was meant."""
    for event in events:
        if not isinstance(event, Diagnostic) or event.severity != "warning":
            yield event


def _texts(value: object) -> Iterator[str]:
    if isinstance(value, str):
        yield value
        yield value.removeprefix("alias/")
    elif isinstance(value, dict):
        for each in value.values():
            yield from _texts(each)
    elif isinstance(value, list):
        for each in value:
            yield from _texts(each)
