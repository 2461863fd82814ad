"""What stands and would be lost: jobs, objects, images, logs, counted cheaply."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum
from typing import TYPE_CHECKING, Any

from fargo import ledger
from fargo.aws.batch import Batch
from fargo.aws.calls import ask, pages
from fargo.aws.store import Store
from fargo.errors import AwsError, AwsNotFound
from fargo.model.job import JobState

if TYPE_CHECKING:
    from fargo.aws.session import Session

SECONDS_A_DAY = 86400
LATEST = 50
"""Runs among which those are looked for whose jobs have not ended."""


class Keep(StrEnum):
    """What `down` can leave standing; the key that it is encrypted with stays with it."""

    DATA = "data"
    LOGS = "logs"


@dataclass(frozen=True, slots=True)
class LiveRun:
    """A run that has not ended: its id, and who submitted it; empty where its ledger does not say."""

    id: str
    by: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """What `down` would end and remove: counts, to ask with.

    Attributes:
        resources: without the account-wide roles and without what is kept.
        running: jobs whose containers run or start.
        waiting: jobs that have not got so far.
        objects: in the bucket, old versions not counted; 0 where it is kept.
        more_objects: whether there are more than were counted.
        bytes: of the counted objects.
        images: in the repository.
        log_days: since the oldest written log group was created; 0 where they are kept.
        runs: the latest of those whose jobs these are, and who submitted each.
    """

    resources: int
    running: int = 0
    waiting: int = 0
    objects: int = 0
    more_objects: bool = False
    bytes: int = 0
    images: int = 0
    log_days: int = 0
    runs: tuple[LiveRun, ...] = ()

    @property
    def loses_data(self) -> bool:
        """Whether something would go that nothing makes again."""
        return bool(self.objects or self.log_days)


@dataclass(frozen=True, slots=True, kw_only=True)
class Owned:
    """What the state holds and what was found besides, by Terraform's type → ids."""

    ids: dict[str, list[str]]
    resources: int

    def of(self, kind: str) -> list[str]:
        """The ids of a type."""
        return self.ids.get(kind, [])


def count(session: "Session", owned: Owned, keep: Collection[Keep], now: datetime) -> Standing:
    """Count what is there.

    Args:
        session: where.
        owned: what is ours.
        keep: what is not counted, because it stays.
        now: the moment until which days of logs are counted.

    Raises:
        AwsError: something cannot be listed.
    """
    live = _jobs(session, owned.of("aws_batch_job_queue"))
    running = sum(state in (JobState.STARTING, JobState.RUNNING) for state in live.values())
    buckets = () if Keep.DATA in keep else owned.of("aws_s3_bucket")
    groups = () if Keep.LOGS in keep else owned.of("aws_cloudwatch_log_group")
    objects, size, more = _objects(session, buckets)
    return Standing(
        resources=owned.resources,
        running=running,
        waiting=len(live) - running,
        objects=objects,
        more_objects=more,
        bytes=size,
        images=_images(session.client("ecr"), owned.of("aws_ecr_repository")),
        log_days=_log_days(session.client("logs"), groups, now),
        runs=_runs(session, owned.of("aws_s3_bucket"), live),
    )


def _jobs(session: "Session", queues: Collection[str]) -> dict[str, JobState]:
    batch = Batch(session.client("batch"))
    return {job: state for queue in batch.queues(queues) for job, state in batch.live_jobs(queue.arn).items()}


def _runs(session: "Session", buckets: Iterable[str], live: Collection[str]) -> tuple[LiveRun, ...]:
    if not live:
        return ()
    for bucket in buckets:
        try:
            runs = [*ledger.recent(Store(session.client("s3"), bucket), LATEST)]
        except AwsError:  # whose they are is told where it can be: who may take down need not read runs
            continue
        return tuple(LiveRun(run.id, run.by) for run in runs if not set(live).isdisjoint(run.job_ids))
    return ()


def _objects(session: "Session", buckets: Iterable[str]) -> tuple[int, int, bool]:
    for bucket in buckets:
        try:
            return Store(session.client("s3"), bucket).first_page()
        except AwsNotFound:
            continue
    return 0, 0, False


def _images(client: Any, repositories: Iterable[str]) -> int:
    return sum(
        len(ask(client, "list_images", repositoryName=name, maxResults=1000).get("imageIds", ()))
        for name in repositories
    )


def _log_days(client: Any, groups: Iterable[str], now: datetime) -> int:
    written = [
        group["creationTime"]
        for name in groups
        if ask(client, "describe_log_streams", logGroupName=name, limit=1).get("logStreams")
        for page in pages(client, "describe_log_groups", logGroupNamePrefix=name)
        for group in page["logGroups"]
        if group["logGroupName"] == name
    ]
    if not written:
        return 0
    oldest = datetime.fromtimestamp(min(written) / 1000, UTC)
    return int((now - oldest).total_seconds() // SECONDS_A_DAY) + 1
