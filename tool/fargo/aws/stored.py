"""How much a stack stores: bytes in its bucket, its log groups and its image repository, in a call each."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from fargo.aws.calls import pages
from fargo.errors import AwsDenied, AwsNotFound
from fargo.model.prices import Rate

if TYPE_CHECKING:
    from collections.abc import Callable

    from fargo.aws.session import Session
    from fargo.model.stack import StackOutputs

DAYS = timedelta(days=3)
"""Amazon S3 measures a bucket once a day (Amazon S3 user guide, "Metrics and dimensions")."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Stored:
    """Something that grows, and is paid by the month.

    Attributes:
        bytes: None where nobody knows.
        unknown: why not.
    """

    what: str
    rate: Rate
    bytes: int | None = None
    unknown: str = ""


def stored(session: "Session", outputs: "StackOutputs") -> tuple[Stored, ...]:
    """What a stack stores. What may not be looked at is said to be unknown.

    Raises:
        AwsError: AWS is out of reach.
    """
    asked: tuple[tuple[str, Rate, Callable[[Session, StackOutputs], int | None]], ...] = (
        ("storage in the bucket", Rate.BUCKET_GIB_MONTH, _bucket),
        ("logs", Rate.LOGS_GIB_MONTH, _logs),
        ("images", Rate.IMAGES_GIB_MONTH, _images),
    )
    found = []
    for what, rate, ask in asked:
        try:
            count = ask(session, outputs)
            unknown = "" if count is not None else "not measured yet, which AWS does once a day"
        except AwsDenied as error:
            count, unknown = None, f"not known, {error.operation} is not allowed"
        except AwsNotFound:
            count, unknown = None, "there are none"
        found.append(Stored(what=what, rate=rate, bytes=count, unknown=unknown))
    return tuple(found)


def _bucket(session: "Session", outputs: "StackOutputs") -> int | None:
    now = datetime.now(UTC)
    dimensions = {"BucketName": outputs.bucket, "StorageType": "StandardStorage"}
    answers = pages(
        session.client("cloudwatch"),
        "get_metric_statistics",
        Namespace="AWS/S3",
        MetricName="BucketSizeBytes",
        Dimensions=[{"Name": name, "Value": value} for name, value in dimensions.items()],
        StartTime=now - DAYS,
        EndTime=now,
        Period=86_400,
        Statistics=["Average"],
    )
    points = [point for answer in answers for point in answer["Datapoints"]]
    return int(max(points, key=lambda point: point["Timestamp"])["Average"]) if points else None


def _logs(session: "Session", outputs: "StackOutputs") -> int | None:
    answers = pages(
        session.client("logs"), "describe_log_groups", logGroupNamePrefix=f"/fargo/{outputs.name}/"
    )
    return sum(int(group.get("storedBytes", 0)) for answer in answers for group in answer["logGroups"])


def _images(session: "Session", outputs: "StackOutputs") -> int | None:
    name = outputs.repository_url.partition("/")[2]
    answers = pages(session.client("ecr"), "describe_images", repositoryName=name)
    return sum(
        int(image.get("imageSizeInBytes", 0)) for answer in answers for image in answer["imageDetails"]
    )
