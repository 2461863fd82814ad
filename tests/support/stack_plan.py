"""A plan of Terraform whose values are all known, such as the empty plan of an applied stack."""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from iam import Document, Unknown


@dataclass(frozen=True, slots=True)
class Resource:
    """One resource as it is planned to be."""

    address: str
    type: str
    values: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class StackPlan:
    """The managed resources of `terraform show -json`'s answer."""

    resources: tuple[Resource, ...]

    @classmethod
    def read(cls, shown: Mapping[str, Any]) -> "StackPlan":
        """From the answer itself."""
        return cls(tuple(_resources(shown["planned_values"]["root_module"])))

    def of(self, *types: str) -> list[Resource]:
        """All resources of these types."""
        return [each for each in self.resources if each.type in types]

    def find(self, kind: str, **values: str) -> Resource | None:
        """The resource of a type that has these values; None where there is none."""
        fits = [
            each for each in self.of(kind) if all(each.values[key] == value for key, value in values.items())
        ]
        return fits[0] if fits else None

    def documents(self) -> dict[str, Document]:
        """Every policy document of the stack by its resource's address; a role's is its trust policy."""
        return {
            each.address: document
            for each in self.resources
            for value in each.values.values()
            if (document := _document(value))
        }

    def identity(self, role: str) -> list[Document]:
        """The policies of a role.

        Args:
            role: its ARN.

        Raises:
            Unknown: it has a policy, or a permissions boundary, that is not of this stack.
        """
        name, documents = role.rpartition("/")[2], self.documents()
        found_role = self.find("aws_iam_role", arn=role)
        if found_role and (boundary := found_role.values["permissions_boundary"]):
            raise Unknown(f"{found_role.address} is bounded by {boundary}")
        inline = [each for each in self.of("aws_iam_role_policy") if each.values["role"] == name]
        found = [documents[each.address] for each in inline]
        for attachment in self.of("aws_iam_role_policy_attachment"):
            if attachment.values["role"] == name:
                policy = self.find("aws_iam_policy", arn=attachment.values["policy_arn"])
                if policy is None:
                    raise Unknown(f"{attachment.address}: {attachment.values['policy_arn']}")
                found.append(documents[policy.address])
        return found

    def trust(self, role: str) -> Document | None:
        """The trust policy of a role by its ARN; None for a role that is not of this stack."""
        found = self.find("aws_iam_role", arn=role)
        return self.documents()[found.address] if found else None

    def endpoint(self, service: str) -> Resource | None:
        """The endpoint of a service such as `ecr.api`."""
        fits = [
            each
            for each in self.of("aws_vpc_endpoint")
            if each.values["service_name"].split(".", 3)[3] == service
        ]
        return fits[0] if fits else None


def _resources(module: Mapping[str, Any]) -> Iterator[Resource]:
    for each in module.get("resources", ()):
        if each["mode"] == "managed":
            yield Resource(each["address"], each["type"], each["values"])
    for child in module.get("child_modules", ()):
        yield from _resources(child)


def _document(value: Any) -> Document | None:
    if not isinstance(value, str) or not value.startswith("{"):
        return None
    found = json.loads(value)
    return found if "Statement" in found else None
