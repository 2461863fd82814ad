"""Prices of AWS: what fargo counts with, how AWS's price list calls it, and a list that is always at hand."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from fargo.model.fargate import Architecture

PACKAGED_REGION = "us-east-1"
PACKAGED_DATE = "2026-06"
SPOT_SHARE = 0.33
"""What Fargate Spot costs of the list price, about: its price moves, and the price list does not have it."""


class Rate(StrEnum):
    """What AWS asks money for, in US dollars each."""

    VCPU_HOUR_X86_64 = "vcpu_hour_x86_64"
    VCPU_HOUR_ARM64 = "vcpu_hour_arm64"
    GIB_HOUR_X86_64 = "gib_hour_x86_64"
    GIB_HOUR_ARM64 = "gib_hour_arm64"
    STORAGE_GIB_HOUR = "storage_gib_hour"
    """Of a task's ephemeral storage above the 20 GiB that come with it."""
    ENDPOINT_HOUR = "endpoint_hour"
    """One interface endpoint in one Availability Zone."""
    KEY_MONTH = "key_month"
    """One customer managed key."""
    BUCKET_GIB_MONTH = "bucket_gib_month"
    LOGS_GIB_MONTH = "logs_gib_month"
    IMAGES_GIB_MONTH = "images_gib_month"


@dataclass(frozen=True, slots=True)
class Offer:
    """How the price list calls a rate.

    Attributes:
        service: the service's code.
        usage: `usagetype` without what stands for the region before it, such as `USE1-` or `eu-west-1-`.
        dollars: in us-east-1, in June 2026.
    """

    rate: Rate
    service: str
    usage: str
    dollars: float


OFFERS = (
    Offer(Rate.VCPU_HOUR_X86_64, "AmazonECS", "Fargate-vCPU-Hours:perCPU", 0.04048),
    Offer(Rate.VCPU_HOUR_ARM64, "AmazonECS", "Fargate-ARM-vCPU-Hours:perCPU", 0.03238),
    Offer(Rate.GIB_HOUR_X86_64, "AmazonECS", "Fargate-GB-Hours", 0.004445),
    Offer(Rate.GIB_HOUR_ARM64, "AmazonECS", "Fargate-ARM-GB-Hours", 0.00356),
    Offer(Rate.STORAGE_GIB_HOUR, "AmazonECS", "Fargate-EphemeralStorage-GB-Hours", 0.000111),
    Offer(Rate.ENDPOINT_HOUR, "AmazonVPC", "VpcEndpoint-Hours", 0.01),
    Offer(Rate.KEY_MONTH, "awskms", "KMS-Keys", 1.00),
    Offer(Rate.BUCKET_GIB_MONTH, "AmazonS3", "TimedStorage-ByteHrs", 0.023),
    Offer(Rate.LOGS_GIB_MONTH, "AmazonCloudWatch", "TimedStorage-ByteHrs", 0.03),
    Offer(Rate.IMAGES_GIB_MONTH, "AmazonECR", "TimedStorage-ByteHrs", 0.10),
)
"""Sources: the pricing pages of AWS Fargate, AWS PrivateLink, AWS KMS, Amazon S3, Amazon CloudWatch and
Amazon ECR. AWS's GB are GiB there ("GB = 1024^3 bytes", AWS Fargate pricing)."""


class Source(StrEnum):
    """Who says so."""

    API = "AWS's price list API"
    LOCAL = "the local AWS"
    PACKAGED = "packaged with fargo"


@dataclass(frozen=True, slots=True, kw_only=True)
class Prices:
    """A price list.

    Attributes:
        region: whose prices they are.
        date: when AWS published them, `2026-06` or `2026-06-30`.
        wanted: the region that they are used for, where it is another.
        reason: why the price list API did not say, a clause; empty where it did.
        borrowed: those that the API did not tell, taken from the packaged list.
    """

    region: str
    date: str
    source: Source
    rates: Mapping[Rate, float]
    wanted: str = ""
    reason: str = ""
    borrowed: tuple[Rate, ...] = ()

    def __getitem__(self, rate: Rate) -> float:
        """US dollars."""
        return self.rates[rate]

    def vcpu_hour(self, architecture: Architecture) -> float:
        """US dollars for a vCPU for an hour."""
        return self[Rate(f"vcpu_hour_{architecture.lower()}")]

    def gib_hour(self, architecture: Architecture) -> float:
        """US dollars for a GiB of memory for an hour."""
        return self[Rate(f"gib_hour_{architecture.lower()}")]

    @property
    def basis(self) -> str:
        """Whose prices these are, of when and from where, to be shown with every amount."""
        words = f"list prices of {self.region}, {self.date}, {_FROM[self.source]}{self.source}"
        if self.reason:
            words += f" ({self.reason})"
        if self.wanted not in ("", self.region):
            words += f"; those of {self.wanted} may differ"
        if self.borrowed:
            words += f"; of {PACKAGED_REGION}, {PACKAGED_DATE}: {', '.join(self.borrowed)}"
        return words


_FROM = {Source.API: "from ", Source.LOCAL: "from ", Source.PACKAGED: ""}


def packaged(wanted: str = "", reason: str = "") -> Prices:
    """The packaged list.

    Args:
        wanted: the region that it is used for.
        reason: why the price list API did not say.
    """
    rates = {offer.rate: offer.dollars for offer in OFFERS}
    return Prices(
        region=PACKAGED_REGION,
        date=PACKAGED_DATE,
        source=Source.PACKAGED,
        rates=rates,
        wanted=wanted,
        reason=reason,
    )


PACKAGED = packaged()
