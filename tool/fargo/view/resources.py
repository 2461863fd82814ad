"""Terraform's resources and attributes in people's words."""

import json
import re
from typing import Any

from fargo.deploy import Attribute, Change
from fargo.view import text

WORDS = {
    "aws_batch_compute_environment": "compute environment",
    "aws_batch_job_definition": "job definition",
    "aws_batch_job_queue": "job queue",
    "aws_batch_scheduling_policy": "scheduling policy",
    "aws_cloudwatch_event_rule": "event rule",
    "aws_cloudwatch_event_target": "event target",
    "aws_cloudwatch_log_group": "log group",
    "aws_cloudwatch_log_resource_policy": "log policy",
    "aws_default_network_acl": "default network ACL",
    "aws_default_route_table": "default route table",
    "aws_default_security_group": "default security group",
    "aws_ecr_lifecycle_policy": "image expiry",
    "aws_ecr_repository": "image repository",
    "aws_flow_log": "flow log",
    "aws_iam_role": "role",
    "aws_iam_role_policies_exclusive": "no other policies in role",
    "aws_iam_role_policy_attachments_exclusive": "no policies attached to role",
    "aws_iam_role_policy": "role policy",
    "aws_iam_service_linked_role": "service-linked role",
    "aws_kms_alias": "name of the encryption key",
    "aws_kms_key": "encryption key",
    "aws_network_acl": "network ACL",
    "aws_route_table": "route table",
    "aws_route_table_association": "route table of",
    "aws_s3_bucket": "workspace bucket",
    "aws_s3_bucket_lifecycle_configuration": "workspace bucket's expiry",
    "aws_s3_bucket_ownership_controls": "workspace bucket's ownership",
    "aws_s3_bucket_policy": "workspace bucket's policy",
    "aws_s3_bucket_public_access_block": "workspace bucket's public access block",
    "aws_s3_bucket_server_side_encryption_configuration": "workspace bucket's encryption",
    "aws_s3_bucket_versioning": "workspace bucket's versioning",
    "aws_security_group": "security group",
    "aws_sns_topic": "notification topic",
    "aws_sns_topic_policy": "notification topic's policy",
    "aws_sns_topic_subscription": "subscription of",
    "aws_subnet": "subnet",
    "aws_vpc": "VPC",
    "aws_vpc_endpoint": "VPC endpoint",
    "terraform_data": "note of the",
}
"""Types of `terraform/`; any other is called by its own name."""
SAYS_NOTHING = frozenset({"this", "workspace", "closed"})
"""Names in `terraform/` that tell no more than the type does."""
LOST = {
    "aws_cloudwatch_log_group": "its log lines are lost",
    "aws_ecr_repository": "its images are lost",
    "aws_kms_key": "what it encrypts can no longer be read",
    "aws_s3_bucket": "its data is lost: runs, inputs, results",
}
WIDTH = 60
_KEY = re.compile(r'\["([^"]*)"\]$')


def resource(change: Change) -> str:
    """A resource in words, such as `job queue on_demand` or `workspace bucket`."""
    key = _KEY.search(change.address)
    name = key[1] if key else re.sub(r"\[\d+\]$", "", change.address).split(".")[-1]
    words = WORDS.get(change.type) or change.type.removeprefix("aws_").replace("_", " ")
    if change.type == "aws_vpc_endpoint":  # checkov wants keys without dots, AWS's services have them
        name = name.replace("_", ".")
    return words if name in SAYS_NOTHING else f"{words} {name}"


def reason(change: Change) -> str:
    """What a person must know of a change beside its action; empty where there is nothing."""
    parts = []
    if change.deposed:
        parts.append("the old one of a replacement that did not end")
    if change.tainted:
        parts.append("its creation did not end well")
    if change.replace_because:
        parts.append(f"{', '.join(change.replace_because)} cannot change in place")
    if change.data_loss:
        parts.append(LOST[change.type])
    return "; ".join(parts)


def attribute(found: Attribute) -> str:
    """Like `max_vcpus: 256 → 512`."""
    if found.sensitive:
        return f"{found.name}: changes, hidden"
    if found.unknown:
        return f"{found.name}: known after apply"
    if _objects(found.before) and _objects(found.after):  # side by side nobody would read them
        return f"{found.name}: {max(len(found.before), len(found.after))} of its entries change"
    return f"{found.name}: {difference(found.before, found.after)}"


def difference(before: Any, after: Any) -> str:
    """Two values beside each other; of long ones that begin alike, what differs."""
    old, new = _plain(before), _plain(after)
    if max(len(old), len(new)) > WIDTH:
        alike = next((i for i, (a, b) in enumerate(zip(old, new, strict=False)) if a != b), 0)
        alike = old.rfind(" ", 0, alike) + 1 or alike  # whole words, where there are any
        if alike > WIDTH // 2:
            old, new = "…" + old[alike:], "…" + new[alike:]
    return f"{_cut(old)} → {_cut(new)}"


def _objects(value: Any) -> bool:
    return isinstance(value, list) and bool(value) and isinstance(value[0], dict)


def _cut(words: str) -> str:
    return words if len(words) <= WIDTH else f"{words[: WIDTH - 1]}…"


def _plain(value: Any) -> str:
    """A value as one would say it: of objects and lists what is set in them."""
    match value:
        case _ if value in (None, "", [], {}):
            return "none"
        case str():
            return text.safe(value)
        case dict():
            return ", ".join(f"{key} {_plain(each)}" for key, each in value.items() if _is_set(each))
        case list():
            between = "; " if isinstance(value[0], dict) else " "
            return between.join(map(_plain, value))
        case _:
            return json.dumps(value)


def _is_set(value: Any) -> bool:
    return value not in (None, "", [], {}, False)
