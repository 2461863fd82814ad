"""What other people's things in an account look like to KMS and EC2."""

from typing import Any

import pytest
from botocore.exceptions import ClientError

from fargo.aws import keys, network
from fargo.errors import AwsDenied
from fargo.model import naming

MAY_NOT = "User: me is not authorized to perform: kms:ListResourceTags on resource: key because no "


class Kms:
    """An account with two keys without alias: the project's, and another, whose tags may not be read."""

    def __init__(self, why: str) -> None:
        self.why = why
        self.meta = self
        self.method_to_api_mapping = {"list_keys": "L", "list_aliases": "L", "list_resource_tags": "L"}

    def can_paginate(self, call: str) -> bool:
        return False

    def list_aliases(self) -> dict[str, Any]:
        return {"Aliases": []}

    def list_keys(self) -> dict[str, Any]:
        return {"Keys": [{"KeyId": "ours"}, {"KeyId": "theirs"}]}

    def list_resource_tags(self, *, KeyId: str) -> dict[str, Any]:  # noqa: N803 # AWS's spelling
        if KeyId == "theirs":
            raise ClientError({"Error": {"Code": "AccessDeniedException", "Message": self.why}}, "Any")
        return {"Tags": [{"TagKey": naming.TAG_PROJECT, "TagValue": "demo"}]}

    def describe_key(self, **_: str) -> dict[str, Any]:
        return {"KeyMetadata": {}}


def test_a_key_whose_own_policy_shuts_everybody_out_is_somebody_else_s() -> None:
    why = f"{MAY_NOT}resource-based policy allows the kms:ListResourceTags action"
    assert list(keys.of_project(Kms(why), "demo")) == ["ours"]


def test_who_may_read_no_key_s_tags_is_not_told_that_there_is_none() -> None:
    why = f"{MAY_NOT}identity-based policy allows the kms:ListResourceTags action"
    with pytest.raises(AwsDenied):
        keys.of_project(Kms(why), "demo")


def test_an_endpoint_of_a_resource_is_of_no_service() -> None:
    item = {
        "VpcEndpointId": "vpce-1",
        "VpcEndpointType": "Resource",
        "State": "Available",
        "SubnetIds": ["a"],
    }
    found = network._endpoint(item)
    assert (found.service, found.gateway, found.subnets) == ("", False, ("a",))
