"""IAM: the account-wide service-linked roles."""

from typing import Any

from fargo.aws.errors import translated
from fargo.errors import AwsNotFound

SERVICE_LINKED = {"batch": "AWSServiceRoleForBatch", "ecs": "AWSServiceRoleForECS"}
"""Our short name → the role's name, which AWS fixes."""


def existing_service_linked_roles(client: Any) -> dict[str, str]:
    """The service-linked roles that the account has already, short name → ARN.

    Args:
        client: a boto3 client for `iam`.
    """
    found = {}
    for short, name in SERVICE_LINKED.items():
        try:
            with translated("GetRole"):
                found[short] = str(client.get_role(RoleName=name)["Role"]["Arn"])
        except AwsNotFound:
            continue
    return found
