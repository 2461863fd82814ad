"""A security group opens one direction, and never to the whole world."""

from typing import Any

from checkov.common.models.enums import CheckCategories, CheckResult
from checkov.terraform.checks.resource.base_resource_check import BaseResourceCheck

DIRECTIONS = ("ingress", "egress")
WORLD = ("0.0.0.0/0", "::/0")


class OneDirection(BaseResourceCheck):  # type: ignore[misc]  # checkov ships no types
    """In Python, for an argument left out is not an empty list: it means "whatever is there"."""

    def __init__(self) -> None:
        super().__init__(
            name="A security group says both directions, opens at most one, and never to the whole world",
            id="CKV2_FARGO_8",
            supported_resources=["aws_security_group", "aws_default_security_group"],
            categories=[CheckCategories.NETWORKING],
        )

    def scan_resource_conf(self, conf: dict[str, Any]) -> CheckResult:
        """Read the two lists of rules; a dynamic block counts as rules.

        Args:
            conf: the resource's arguments as checkov parsed them.
        """
        said = {name: conf[name] for name in DIRECTIONS if name in conf}
        opened = [name for name, rules in said.items() if any(rule not in ([], None) for rule in rules)]
        world = any(block in str(said) for block in WORLD)
        kept = len(said) == len(DIRECTIONS) and len(opened) <= 1 and not world
        return CheckResult.PASSED if kept else CheckResult.FAILED


check = OneDirection()
