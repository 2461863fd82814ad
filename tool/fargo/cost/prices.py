"""Prices of AWS, packaged with their date and region, and what an hour of a container costs by them."""

from dataclasses import dataclass

from fargo.model.fargate import STORAGE_GIB_DEFAULT, Architecture, Size

HOURS_A_MONTH = 730
PRICE_REGION = "us-east-1"
PRICE_DATE = "2026-06"
INTERFACE_ENDPOINT_HOUR = 0.01
"""US dollars an hour for one interface endpoint in one Availability Zone (AWS PrivateLink pricing)."""
KEY_MONTH = 1.00
"""US dollars a month for one customer managed key (AWS KMS pricing)."""


VCPU_HOUR = {Architecture.X86_64: 0.04048, Architecture.ARM64: 0.03238}
GIB_HOUR = {Architecture.X86_64: 0.004445, Architecture.ARM64: 0.00356}
STORAGE_GIB_HOUR = 0.000111
"""US dollars an hour for each GiB above the 20 that come with a task (AWS Fargate pricing, all three)."""
SPOT_SHARE = 0.33
"""What Fargate Spot costs of it, about: the price moves."""
MINIMUM_SECONDS = 60
"""The least that a task is billed for, from the pull of its image to its end (AWS Fargate pricing)."""
START_SECONDS = 20
"""Of a task's billed time, what passes before its command runs, to pull the image: assumed."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Task:
    """What one container reserves."""

    size: Size
    architecture: Architecture
    spot: bool = False
    storage_gib: int = STORAGE_GIB_DEFAULT

    @property
    def hourly(self) -> float:
        """US dollars an hour."""
        compute = self.size.vcpu * VCPU_HOUR[self.architecture]
        compute += self.size.memory_mib / 1024 * GIB_HOUR[self.architecture]
        more = max(self.storage_gib - STORAGE_GIB_DEFAULT, 0) * STORAGE_GIB_HOUR
        return compute * (SPOT_SHARE if self.spot else 1) + more
