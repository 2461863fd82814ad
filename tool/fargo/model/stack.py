"""What the deployed stack tells: the fields are `terraform/outputs.tf`'s outputs, name by name."""

from dataclasses import dataclass, fields
from typing import Any

from fargo.model.image import ImageRef

STACK_VERSION = "2"
"""The version of the packaged stack's outputs and variables; grows when they change."""


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
    scheduling: str
    topic_arn: str

    @property
    def image(self) -> ImageRef:
        """The image that the job definitions name."""
        return ImageRef(self.repository_url, self.image_tag)

    @classmethod
    def from_terraform(cls, outputs: dict[str, Any]) -> "StackOutputs":
        """From `terraform output -json`.

        Raises:
            KeyError: an output is missing, so the state is of another version of the stack.
        """
        return cls(**{field.name: outputs[field.name]["value"] for field in fields(cls)})
