"""The tables of fargo.toml: one class each, every key with its default and a sentence."""

from typing import Any

import msgspec

from fargo.model import units
from fargo.model.fargate import Architecture, Size


class ImageSettings(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """`[image]`: how the image is built."""

    context: str = "."
    """The folder that the engine sees, relative to the project file; .dockerignore is honoured."""
    dockerfile: str = "Dockerfile"
    """Relative to the context."""
    architecture: str = "x86_64"
    """`x86_64` or `arm64`."""
    operating_system: str = "linux"
    """Only `linux`: Fargate on AWS Batch runs nothing else that fargo supports."""
    build_args: dict[str, str] = {}
    """`ARG`s of the Dockerfile."""

    @property
    def cpu(self) -> Architecture:
        """The architecture in AWS's words."""
        return Architecture(self.architecture.upper())


class JobSettings(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """`[jobs.NAME]`: one AWS Batch job definition."""

    command: list[str]
    """Argument by argument; never through a shell."""
    vcpu: float = 0.25
    memory: str = "512 MiB"
    storage: str = "20 GiB"
    """Ephemeral storage, 20 to 200 GiB; the image counts."""
    timeout: str = ""
    """Per attempt; at least 60s. Empty: none."""
    attempts: int = 1
    """How often the command is tried, 1 to 10."""
    spot: bool = False
    """On Fargate Spot: about 70 % cheaper, may be interrupted with two minutes' notice."""
    environment: dict[str, str] = {}
    secrets: dict[str, str] = {}
    """Variable → ARN of a Secrets Manager secret or an SSM parameter."""
    inputs: list[str] = []
    """Columns that name `s3://` objects or, at submit, local files: fetched before the command."""
    output: str = ""
    """A folder, relative to the working directory: uploaded after the command."""
    pack: int = 1
    """Rows in one container, one after the other."""
    workers: int = 1
    """Of the rows in one container, how many run at once."""
    read_only_root: bool = False
    """The container can write to /tmp alone."""
    user: str = ""
    """`user` or `user:group`, by name or number; empty: the image's own."""
    exec: bool = False
    """Whether `aws ecs execute-command` may enter the container."""
    policy: list[dict[str, Any]] = []
    """IAM statements added to the job role."""

    @property
    def size(self) -> Size:
        """What one container reserves."""
        return Size(self.vcpu, units.mebibytes(self.memory))

    @property
    def storage_gib(self) -> int:
        """Ephemeral storage in GiB."""
        return units.mebibytes(self.storage) // 1024

    @property
    def timeout_seconds(self) -> int | None:
        """Per attempt; None where there is no limit."""
        return units.seconds(self.timeout) if self.timeout else None


class NetworkSettings(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """`[network]`."""

    cidr: str = "10.42.0.0/16"
    zones: int = 2
    """Availability Zones: each has a subnet, and each interface endpoint an address (and a price) in it."""
    endpoints: list[str] = []
    """Services to reach besides ECR, S3 and CloudWatch Logs."""
    vpc: str = ""
    """A VPC of yours instead of a new one; it is left as it is, and `cidr` and `zones` count for nothing."""
    subnets: list[str] = []
    """The subnets of that VPC that jobs run in."""
    vpc_has_endpoints: bool = False
    """Whether that VPC has endpoints for all that jobs reach; else they are made in it."""


class ComputeSettings(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """`[compute]`."""

    max_vcpus: int = 256
    """How many vCPUs may run at once, on demand and on Spot each."""
    scheduling: str = "fifo"
    """`fifo`, or `fair_share`: jobs of different names take turns. A change replaces the queues."""


class LogsSettings(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """`[logs]`."""

    retention_days: int = 30


class RolesSettings(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """`[roles]`: where the stack's roles stand, for accounts that allow them only so."""

    path: str = "/"
    """Of their ARNs, such as `/teams/x/`. A change replaces them."""
    permissions_boundary: str = ""
    """The ARN of a policy that bounds what they may do; empty: none."""


class NotificationsSettings(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """`[notifications]`: an SNS topic that tells how jobs fare; none without `states`."""

    states: list[str] = []
    """Of `running`, `succeeded` and `failed`; an array tells once, not for each child."""
    emails: list[str] = []
    """Addresses that the topic writes to, once their owners have said yes."""


class CostSettings(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """`[cost]`."""

    confirm_above: float = 0
    """US dollars: what is estimated to cost more is only submitted once somebody says yes; 0: unasked."""


class StateSettings(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """`[state]`: where Terraform's state lies."""

    bucket: str = ""
    """An S3 bucket; empty: .fargo/<target>/terraform.tfstate beside the project file."""


class Head(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The keys above the tables."""

    name: str
    region: str = ""
