"""A job definition says that its tasks get no public address, and nothing else."""

import re
from typing import Any

from checkov.common.models.enums import CheckCategories, CheckResult
from checkov.terraform.checks.resource.base_resource_check import BaseResourceCheck

ASSIGNS = re.compile(r"assignPublicIp\W+(\w+)")


class JobsArePrivate(BaseResourceCheck):  # type: ignore[misc]  # checkov ships no types
    """In Python, for the container properties are JSON in a string, made by expressions."""

    def __init__(self) -> None:
        super().__init__(
            name="A job definition says that its tasks get no public address",
            id="CKV2_FARGO_3",
            supported_resources=["aws_batch_job_definition"],
            categories=[CheckCategories.NETWORKING],
        )

    def scan_resource_conf(self, conf: dict[str, Any]) -> CheckResult:
        """Read what is assigned wherever it stands: text, or what checkov made of it.

        Args:
            conf: the resource's arguments as checkov parsed them.
        """
        said = ASSIGNS.findall(str(conf.get("container_properties", "")))
        return CheckResult.PASSED if said and set(said) == {"DISABLED"} else CheckResult.FAILED


check = JobsArePrivate()
