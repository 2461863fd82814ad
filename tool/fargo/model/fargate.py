"""What AWS Fargate offers: sizes, storage, platforms.

Source: AWS Batch API reference, ResourceRequirement, as of 2026. `terraform/modules/batch` holds
the same table; a test compares them.
"""

from dataclasses import dataclass
from enum import StrEnum


def _steps(first: int, last: int, step: int) -> tuple[int, ...]:
    return tuple(range(first, last + 1, step))


MEMORY_MIB: dict[float, tuple[int, ...]] = {
    0.25: (512, 1024, 2048),
    0.5: _steps(1024, 4096, 1024),
    1: _steps(2048, 8192, 1024),
    2: _steps(4096, 16384, 1024),
    4: _steps(8192, 30720, 1024),
    8: _steps(16384, 61440, 4096),
    16: _steps(32768, 122880, 8192),
    32: (61440, 122880, 249856),
}
"""The memory sizes in MiB that each number of vCPUs comes with."""

STORAGE_GIB_DEFAULT = 20
"""Ephemeral storage that every task has without asking, in GiB."""
STORAGE_GIB_MAX = 200

SCRATCH = "/tmp"  # noqa: S108 # in the container, not on this machine
"""The one folder that a job with a read-only root writes to. `terraform/modules/batch` mounts it."""


class Architecture(StrEnum):
    """A CPU architecture, as `runtimePlatform.cpuArchitecture` spells it."""

    X86_64 = "X86_64"
    ARM64 = "ARM64"

    @property
    def docker(self) -> str:
        """The same in Docker's words (`amd64`, `arm64`)."""
        return {"X86_64": "amd64", "ARM64": "arm64"}[self.value]


@dataclass(frozen=True, slots=True, order=True)
class Size:
    """What a Fargate task reserves: a number of vCPUs and memory in MiB."""

    vcpu: float
    memory_mib: int

    def __str__(self) -> str:
        """Like `0.25 vCPU, 512 MiB`."""
        return f"{self.vcpu:g} vCPU, {memory_text(self.memory_mib)}"


def memory_text(mib: int) -> str:
    """MiB as a person writes it: `512 MiB`, `2 GiB`."""
    return f"{mib // 1024} GiB" if mib % 1024 == 0 else f"{mib} MiB"


def is_valid(size: Size) -> bool:
    """Whether Fargate offers this pair."""
    return size.memory_mib in MEMORY_MIB.get(size.vcpu, ())


def next_valid(size: Size) -> Size | None:
    """The smallest pair that holds at least `size`, fewest vCPUs first; None where nothing does."""
    for vcpu, memories in MEMORY_MIB.items():
        if vcpu < size.vcpu:
            continue
        for memory in memories:
            if memory >= size.memory_mib:
                return Size(vcpu, memory)
    return None
