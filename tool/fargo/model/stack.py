"""What the deployed stack tells: the fields are `terraform/outputs.tf`'s outputs, name by name."""

from collections.abc import Mapping
from dataclasses import MISSING, dataclass, fields
from typing import Any

from fargo.errors import UPGRADE, NewerState, NotDeployed
from fargo.model.image import ImageRef

STACK_VERSION = "2"
"""The version of the packaged stack's outputs and variables; grows when they change.

What an older version did not put out has a default in `StackOutputs`, where one is right for it.
"""

NAMED = 3
"""Outputs that are missing are named up to here."""


@dataclass(frozen=True, slots=True, kw_only=True)
class StackOutputs:
    """Terraform's outputs, typed.

    Attributes:
        job_queues: `on_demand` and `spot` → the queue's ARN.
        compute_environments: `on_demand` and `spot` → the compute environment's ARN.
        job_definitions: a `[jobs.*]` name → the job definition's ARN with its revision.
        interface_endpoints: services such as `ecr.api`, each in every one of `zones`; those of a VPC that was
            there before are not counted.
        scheduling: `FIFO`, or `FAIR_SHARE`: then a job must be submitted with a share identifier.
        topic_arn: the topic that tells how jobs fare; empty where there is none.
    """

    name: str
    account_id: str
    region: str
    stack_version: str
    repository_url: str
    image_tag: str
    bucket: str
    kms_key_arn: str
    log_group: str
    job_queues: dict[str, str]
    compute_environments: dict[str, str]
    job_definitions: dict[str, str]
    execution_role_arn: str
    job_role_arn: str
    vpc_id: str
    subnet_ids: list[str]
    zones: list[str]
    interface_endpoints: list[str]
    scheduling: str = "FIFO"
    topic_arn: str = ""

    @property
    def image(self) -> ImageRef:
        """The image that the job definitions name."""
        return ImageRef(self.repository_url, self.image_tag)

    @classmethod
    def from_terraform(cls, outputs: Mapping[str, Any]) -> "StackOutputs":
        """From `terraform output -json`; see `told`."""
        return cls.told({name: output["value"] for name, output in outputs.items()})

    @classmethod
    def told(cls, values: Mapping[str, Any]) -> "StackOutputs":
        """From the outputs' values: of this version of the stack or an older one.

        Raises:
            NewerState: the stack is of a newer fargo.
            NotDeployed: an output is missing, because it is old, or not whole.
        """
        check_version(values.get("stack_version"))
        missing = [each.name for each in fields(cls) if each.default is MISSING and each.name not in values]
        if missing:
            lacks = f"it does not tell {', '.join(missing[:NAMED])}"
            if values.get("stack_version") == STACK_VERSION:
                text = (
                    f"the stack is not whole: {lacks}; a `fargo up` is under way, or did not come to its end"
                )
                raise NotDeployed(text, "wait until it ends, or go on with `fargo up`")
            text = f"the stack is of an older version of fargo: {lacks}"
            raise NotDeployed(text, "deploy it with this version: `fargo up`")
        return cls(**{each.name: values[each.name] for each in fields(cls) if each.name in values})


def version_of(outputs: Mapping[str, Any]) -> object:
    """The stack's version among its outputs, as `terraform output -json` gives them, or None."""
    return outputs.get("stack_version", {}).get("value")


def check_version(found: object) -> None:
    """Make sure that a stack is not of a newer fargo: this one would take apart what it does not know.

    Args:
        found: its output `stack_version`; None where there is none.

    Raises:
        NewerState: it is.
    """
    if isinstance(found, str) and found.isdecimal() and int(found) > int(STACK_VERSION):
        text = f"the stack is of a newer fargo: stack version {found}, and this one has {STACK_VERSION}"
        raise NewerState(text, UPGRADE)
