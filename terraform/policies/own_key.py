"""What is kept at rest is encrypted with the project's own key."""

from typing import Any

from checkov.common.models.enums import CheckCategories, CheckResult
from checkov.terraform.checks.resource.base_resource_check import BaseResourceCheck

# Where each kind of resource names its key.
KEYS = {
    "aws_cloudwatch_log_group": ["kms_key_id"],
    "aws_ecr_repository": ["encryption_configuration", "kms_key"],
    "aws_s3_bucket_server_side_encryption_configuration": [
        "rule",
        "apply_server_side_encryption_by_default",
        "kms_master_key_id",
    ],
    "aws_sns_topic": ["kms_master_key_id"],
    "aws_sqs_queue": ["kms_master_key_id"],
}


class OwnKey(BaseResourceCheck):  # type: ignore[misc]  # checkov ships no types
    """In Python, for each kind of resource names its key elsewhere."""

    def __init__(self) -> None:
        super().__init__(
            name="Bucket, repository, topic and log group are encrypted with the project's own key",
            id="CKV2_FARGO_18",
            supported_resources=list(KEYS),
            categories=[CheckCategories.ENCRYPTION],
        )

    def scan_resource_conf(self, conf: dict[str, Any]) -> CheckResult:
        """Follow the path to the key; AWS's own keys are known by their alias.

        Args:
            conf: the resource's arguments as checkov parsed them: each value in a list.
        """
        found: Any = conf
        for name in KEYS[self.entity_type]:
            found = _first(found.get(name)) if isinstance(found, dict) else None
        kept = bool(found) and "alias/aws/" not in str(found)
        return CheckResult.PASSED if kept else CheckResult.FAILED


def _first(value: Any) -> Any:
    return value[0] if isinstance(value, list) and value else value


check = OwnKey()
