"""Actions of IAM on resources, and what a project's resources are called in an ARN."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from fargo.model import naming

if TYPE_CHECKING:
    from fargo.config import Project

TAGGED = {f"aws:ResourceTag/{naming.TAG_PROJECT}": "{project}"}
"""Only what carries the project's tag: for what has no name of its own, and could be anybody's."""


@dataclass(frozen=True, slots=True)
class Grant:
    """Actions on resources.

    Attributes:
        sid: the statement of a policy that it goes into, with others of the same name.
        on: ARNs, with what `Place.values` names in braces.
        condition: a key of the request → the value that it must have.
    """

    sid: str
    actions: tuple[str, ...]
    on: tuple[str, ...]
    condition: Mapping[str, str] | None = None

    @property
    def key(self) -> tuple[str, tuple[str, ...], tuple[str, ...]]:
        """What makes two the same."""
        return self.sid, self.actions, self.on


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """Where a project's resources are.

    Attributes:
        partition: such as `aws` or `aws-cn`.
        principal: the ARN of the user or role that examines itself; empty for
            whoever is given the policy.
    """

    project: "Project"
    partition: str
    region: str
    account_id: str
    principal: str = ""

    def values(self) -> dict[str, str]:
        """What the ARNs of grants have in braces."""
        name, of_batch = self.project.name, f"arn:{self.partition}:batch:{self.region}:{self.account_id}"
        prefix = naming.resource_prefix(name)
        here = f"{self.region}:{self.account_id}"
        role = f"arn:{self.partition}:iam::{self.account_id}:role"
        return {
            "project": name,
            "prefix": prefix,
            "as_user": self.principal or f"arn:{self.partition}:iam::{self.account_id}:user/*",
            "as_role": self.principal or f"{role}/*",
            "role_of_who": self.principal if ":role/" in self.principal else f"{role}/*",
            "queue": f"{of_batch}:job-queue/{prefix}",
            "environment": f"{of_batch}:compute-environment/{prefix}",
            "definition": f"{of_batch}:job-definition/{prefix}_*",
            "scheduling": f"{of_batch}:scheduling-policy/{prefix}",
            "job": f"{of_batch}:job/*",
            "ec2": f"arn:{self.partition}:ec2:{here}",
            "zone": f"arn:{self.partition}:route53:::hostedzone/*",
            "repository": f"arn:{self.partition}:ecr:{here}:repository/{prefix}",
            "bucket": f"arn:{self.partition}:s3:::{naming.bucket(name, self.account_id, self.region)}",
            "state": f"arn:{self.partition}:s3:::{self.project.state.bucket}",
            "role": f"{role}{self.project.roles.path}{prefix}",
            "linked": f"{role}/aws-service-role",
            "key": f"arn:{self.partition}:kms:{here}:key/*",
            "alias": f"arn:{self.partition}:kms:{here}:alias/{prefix}",
            "logs": f"arn:{self.partition}:logs:{here}:log-group:/fargo/{name}",
            "rule": f"arn:{self.partition}:events:{here}:rule/{prefix}",
            "topic": f"arn:{self.partition}:sns:{here}:{prefix}-jobs",
        }


def arns(grant: Grant, place: Place) -> tuple[str, ...]:
    """The ARNs of a grant."""
    values = place.values()
    return tuple(dict.fromkeys(each.format_map(values) for each in grant.on))


def every(service: str, *names: str) -> tuple[str, ...]:
    """Actions of one service."""
    return tuple(f"{service}:{name}" for name in names)


ANY = ("*",)
QUEUES = ("{queue}-on-demand", "{queue}-spot")
ENVIRONMENTS = ("{environment}-on-demand-*", "{environment}-spot-*")
ROLES = ("{role}-execution", "{role}-job", "{role}-flow-logs")
LINKED = (
    "{linked}/batch.amazonaws.com/AWSServiceRoleForBatch",
    "{linked}/ecs.amazonaws.com/AWSServiceRoleForECS",
)
GROUPS = ("{logs}/*",)
RULES = ("{rule}-job-state", "{rule}-notify")
OBJECTS = ("{bucket}/*",)
