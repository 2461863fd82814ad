"""What the container properties of a job definition say, wherever they say it.

In Python, for they are JSON in a string, made by expressions: checkov gives them as text, with what
it could resolve filled in.
"""

import re
from collections.abc import Callable
from typing import Any

from checkov.common.models.enums import CheckCategories, CheckResult
from checkov.terraform.checks.resource.base_resource_check import BaseResourceCheck

Values = list[str]

# checkov leaves long expressions as they are; what Terraform makes of them is tested beside the documents.
UNRESOLVED = re.compile(r"(\$\{)?var\.\w+")


class ContainerProperty(BaseResourceCheck):  # type: ignore[misc]  # checkov ships no types
    """One property, which every job definition must state, and state rightly.

    Args:
        policy: the policy's id.
        promise: what it says.
        name: the property, a pattern.
        keeps: whether all the values found keep the promise.
    """

    def __init__(self, policy: str, promise: str, *, name: str, keeps: Callable[[Values], bool]) -> None:
        super().__init__(
            name=promise,
            id=policy,
            supported_resources=["aws_batch_job_definition"],
            categories=[CheckCategories.GENERAL_SECURITY],
        )
        # The name, quotes and signs, then the value up to what ends it in HCL, JSON or Python.
        self._pattern = re.compile(rf"\b{name}\b[^\w$,\]}}]+?(?<=[:=\s])([^\s,]+)")
        self._keeps = keeps

    def scan_resource_conf(self, conf: dict[str, Any]) -> CheckResult:
        """Find the property's values and judge them; none is as bad as a wrong one.

        Args:
            conf: the resource's arguments as checkov parsed them.
        """
        text = str(conf.get("container_properties", "")).replace("\\", "")
        values = [value.strip("'\"[]{}()") for value in self._pattern.findall(text)]
        if any(UNRESOLVED.fullmatch(value) for value in values):
            return CheckResult.UNKNOWN
        return CheckResult.PASSED if values and self._keeps(values) else CheckResult.FAILED


def _tagged(image: str) -> bool:
    name, _, tag = image.rpartition("/")[2].rpartition(":")
    return bool(name) and bool(tag) and tag != "latest"


def _each(pattern: str) -> Callable[[Values], bool]:
    return lambda values: all(re.fullmatch(pattern, value) for value in values)


checks = [
    ContainerProperty(
        "CKV2_FARGO_3",
        "A job definition says that its tasks get no public address",
        name="assignPublicIp",
        keeps=_each("DISABLED"),
    ),
    ContainerProperty(
        "CKV2_FARGO_11",
        "A job definition names its image by a tag, and not by latest",
        name="image",
        keeps=lambda values: all(map(_tagged, values)),
    ),
    ContainerProperty(
        "CKV2_FARGO_12",
        "A job definition pins the version of the Fargate platform",
        name="platformVersion",
        keeps=_each(r"\d+\.\d+\.\d+"),
    ),
    ContainerProperty(
        "CKV2_FARGO_13",
        "A job definition logs to CloudWatch Logs",
        name="logDriver",
        keeps=_each("awslogs"),
    ),
    ContainerProperty(
        "CKV2_FARGO_14",
        "A job definition names the log group: the default one is shared by everything in the account",
        name="awslogs-group",
        keeps=_each(".+"),
    ),
    ContainerProperty(
        "CKV2_FARGO_15",
        "A job definition has an execution role: without one, Fargate can neither pull nor log",
        name="executionRoleArn",
        keeps=_each(".+"),
    ),
]
