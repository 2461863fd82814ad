"""AWS's known races: an apply that fails on one is planned and applied once more, with a word about it."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from fargo.deploy.plan import Change

_IAM = "IAM tells its other servers of a new role only after some seconds"
_PROVIDER = "https://github.com/hashicorp/terraform-provider-aws/issues/"


@dataclass(frozen=True, slots=True)
class Race:
    """A failure that goes away by itself.

    Attributes:
        words: a pattern in what Terraform says.
        why: what AWS is still at.
        source: where it is known from.
    """

    words: str
    why: str
    source: str


RACES = (
    Race(
        r"found existing JobQueue relationship",
        "Batch still counts the compute environment to a queue that was just changed or removed",
        _PROVIDER + "46925",
    ),
    Race(
        r"resource is being modified|(?:update|deletion|creation) is in progress",
        "Batch is still at an earlier change of a queue or compute environment",
        "https://docs.aws.amazon.com/batch/latest/APIReference/API_UpdateComputeEnvironment.html",
    ),
    Race(
        r"DependencyViolation",
        "a network interface of a task or an endpoint is not yet gone",
        _PROVIDER + "1671",
    ),
    Race(
        r"conflicting conditional operation is currently in progress",
        "S3 is still at another change of the same bucket",
        _PROVIDER + "33478",
    ),
    Race(
        r"InvalidPermission\.(?:Duplicate|NotFound)|NetworkAclEntryAlreadyExists",
        "the answer to a change of a rule was lost, and the provider sent it a second time",
        _PROVIDER + "12450",
    ),
    Race(r"not authorized to perform:? iam:PassRole", _IAM, _PROVIDER + "33367"),
    Race(
        r"(?i)invalid principal|unable to assume role|could not assume (?:iam )?role",
        _IAM,
        _PROVIDER + "1388",
    ),
    Race(
        "Unable to assume the service linked role",
        _IAM,
        "https://github.com/aws-samples/run-selenium-tests-at-scale-using-ecs-fargate/issues/2",
    ),
    Race(
        r"not authorized to perform:? kms:CreateGrant",
        "KMS may take minutes to see the tag of a new key, by which `fargo doctor --policy` allows its use",
        "https://docs.aws.amazon.com/kms/latest/developerguide/tag-authorization.html",
    ),
    Race(r"is not in the same account", _IAM, _PROVIDER + "33367"),
    Race(
        r"has been taken in this account|Role with name AWSServiceRoleFor\S+ already exists",
        "another deployment, or AWS itself, has just made the service-linked role",
        "https://docs.aws.amazon.com/IAM/latest/APIReference/API_CreateServiceLinkedRole.html",
    ),
)

# What may stand in the second plan for a change of the first: the rest of the same work. A creation that
# failed is replaced or finished, a role that came meanwhile is adopted, of a replacement the old one is
# still to go.
_REST_OF = {
    "create": {"create", "replace", "update", "import"},
    "update": {"update"},
    "replace": {"replace", "create", "delete"},
    "delete": {"delete"},
    "import": {"import"},
    "forget": {"forget"},
}


def known(message: str) -> Race | None:
    """The race that a failure tells of; None where it is none."""
    return next((race for race in RACES if re.search(race.words, message)), None)


def beyond(agreed: Sequence[Change], anew: Sequence[Change]) -> list[Change]:
    """What a new plan would do that is not part of the plan that was agreed to."""
    allowed = {(first.address, action) for first in agreed for action in _REST_OF[first.action]}
    return [change for change in anew if (change.address, change.action) not in allowed]
