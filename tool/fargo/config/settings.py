"""The tables of fargo.toml: one class each, every key with its type, its default and what it means.

The reader, the JSON Schema and docs/project-file.md are all made from these classes.
"""

from typing import Annotated

import msgspec

from fargo.config.keys import TABLE, key
from fargo.model import naming
from fargo.model.fargate import Architecture

# A VPC takes /16 to /28; smaller than /24 leaves no room for six subnets of jobs.
_CIDR = r"^[0-9]{1,3}(\.[0-9]{1,3}){3}/(1[6-9]|2[0-4])$"
# The values that CloudWatch Logs takes (API reference, PutRetentionPolicy).
RETENTION_DAYS = (
    1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1096, 1827, 2192, 2557, 2922, 3288, 3653,
)  # fmt: skip

SUBNETS_MAX = 16
"""Subnets of a Fargate compute environment (AWS Batch API reference, ComputeResource)."""


class ImageSettings(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """How the image is built."""

    context: Annotated[str, key("The folder that the engine sees; `.dockerignore` is honoured.")] = "."
    dockerfile: Annotated[str, key("Relative to the context; if there is none, the default image.")] = (
        "Dockerfile"
    )
    architecture: Annotated[
        str, key("Of the image and of the containers.", enum=[each.value.lower() for each in Architecture])
    ] = "x86_64"
    operating_system: Annotated[str, key("The only one.", enum=["linux"])] = "linux"
    build_args: Annotated[dict[str, str], key("The Dockerfile's `ARG`s.")] = {}

    @property
    def cpu(self) -> Architecture:
        """The architecture in AWS's words."""
        return Architecture(self.architecture.upper())


class NetworkSettings(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Where jobs run, and what they reach."""

    cidr: Annotated[
        str,
        key("The VPC's addresses.", "an IPv4 network from /16 to /24, such as 10.42.0.0/16", pattern=_CIDR),
    ] = "10.42.0.0/16"
    zones: Annotated[
        int,
        key(
            "Availability Zones; each interface endpoint costs in each of them.",
            minimum=1,
            maximum=6,  # the most that a region has
        ),
    ] = 2
    endpoints: Annotated[
        list[Annotated[str, key(enum=["secretsmanager", "ssm", "kms", "sts", "ssmmessages", "dynamodb"])]],
        key("Services to reach, other than ECR, S3 and CloudWatch Logs."),
    ] = []
    vpc: Annotated[
        str,
        key(
            "A VPC of yours instead of a new one; it is left as it is, and `cidr` and `zones` count for "
            "nothing.",
            "the id of a VPC, such as vpc-0a1b2c3d",
            pattern="^(vpc-.*)?$",
        ),
    ] = ""
    subnets: Annotated[
        list[str],
        key(
            "The subnets of that VPC that jobs run in.",
            f"1 to {SUBNETS_MAX} with `vpc`, else none",
            maxItems=SUBNETS_MAX,
        ),
    ] = []
    vpc_has_endpoints: Annotated[
        bool, key("Whether that VPC has endpoints for all that jobs reach; else they are made in it.")
    ] = False


class ComputeSettings(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """How much runs at once, and in which order."""

    max_vcpus: Annotated[int, key("vCPUs that may run at once, on demand and on Spot each.", minimum=1)] = 256
    scheduling: Annotated[
        str,
        key(
            "`fair_share`: jobs of different names take turns. A change replaces both queues, and the jobs "
            "in them end.",
            enum=["fifo", "fair_share"],
        ),
    ] = "fifo"


class LogsSettings(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """How long logs and events are kept."""

    retention_days: Annotated[
        int, key("Days that CloudWatch Logs keeps them.", enum=list(RETENTION_DAYS))
    ] = 30


class CostSettings(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """When to ask before money is spent."""

    confirm_above: Annotated[
        float,
        key(
            "US dollars: `submit` and `retry` ask before they send what is estimated to cost more, and "
            "without a terminal refuse, unless `--yes`; 0: never.",
            minimum=0,
        ),
    ] = 0


class RolesSettings(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """How the stack's roles are named and bounded, for accounts that allow them only so."""

    path: Annotated[
        str,
        key(
            "Of the roles' ARNs; a change replaces the roles.",
            "begins and ends with a slash, such as /teams/x/",
            pattern=r"^/([A-Za-z0-9+=,.@_-]+/)*$",
            maxLength=512,  # IAM API reference, CreateRole
        ),
    ] = "/"
    permissions_boundary: Annotated[
        str,
        key(
            "A policy that bounds what the roles may do; empty: none.",
            "the ARN of an IAM policy",
            pattern=r"^(arn:[a-z0-9-]+:iam::([0-9]{12}|aws):policy/.+)?$",
        ),
    ] = ""


class NotificationsSettings(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """An SNS topic that tells how jobs fare; none without `states`."""

    states: Annotated[
        list[Annotated[str, key(enum=["running", "succeeded", "failed"])]],
        key("Which states the topic reports; for an array once, not for each child."),
    ] = []
    emails: Annotated[
        list[Annotated[str, key(pattern=r"^[^\s@]+@[^\s@]+$")]],
        key(
            "Addresses that the topic writes to; each gets a mail first that asks whether it wants them.",
            "e-mail addresses, with `states` only",
        ),
    ] = []


class StateSettings(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Where Terraform's state lies."""

    bucket: Annotated[
        str,
        key(
            "An S3 bucket, which a team shares; `fargo up` makes it if there is none. Empty: "
            "`.fargo/<target>/terraform.tfstate` beside the project file."
        ),
    ] = ""


class Head(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The keys above the tables."""

    name: Annotated[
        str,
        key(
            "Names and tags every resource.",
            naming.PROJECT_NAME_IS,
            pattern="^[a-z](-?[a-z0-9])+$",
            maxLength=30,
        ),
    ]
    region: Annotated[
        str,
        key(
            "The AWS region; else `AWS_REGION`, `AWS_DEFAULT_REGION`, the profile's; `us-east-1` with "
            "`--local`."
        ),
    ] = ""


TABLES: dict[str, TABLE] = {
    "image": ImageSettings,
    "network": NetworkSettings,
    "compute": ComputeSettings,
    "logs": LogsSettings,
    "cost": CostSettings,
    "roles": RolesSettings,
    "notifications": NotificationsSettings,
    "state": StateSettings,
}
"""The tables that stand once in a file; `[jobs.NAME]` is a `JobSettings` for each job."""
