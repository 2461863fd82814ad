"""Whether what Terraform would create is there already: from a plan's values to what an import block takes.

The ids are those of the AWS provider's documentation, section "Import" of each resource.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from fargo.aws import keys
from fargo.aws.calls import ENDED, ask, pages, tags_of
from fargo.errors import AwsDenied, AwsError
from fargo.model import naming

Values = Mapping[str, Any]
"""A resource's arguments as planned; what is not known before the apply is missing."""


@dataclass(frozen=True, slots=True)
class Found:
    """A thing in the account.

    Attributes:
        id: what an import block takes.
        tags: whose it is; None where such things carry none and belong to another one.
    """

    id: str
    tags: Mapping[str, str] | None


Find = Callable[[Any, str, Values], Sequence[Found]]


@dataclass(frozen=True, slots=True)
class Lookup:
    """How to find things of one type.

    Attributes:
        service: whose client `find` takes.
        find: client, project, planned values → what is there in their place.
        needs: the argument that must be known for it.
        within: a type that this one cannot exist without; it has none itself.
    """

    service: str
    find: Find
    needs: str = "name"
    within: str = ""


def _key(client: Any, project: str, _planned: Values) -> list[Found]:
    return [Found(key, tags) for key, tags in keys.of_project(client, project).items()]


def _alias(client: Any, _project: str, planned: Values) -> list[Found]:
    key = keys.aliases(client).get(planned["name"])
    return [Found(planned["name"], keys.tags(client, key))] if key else []


def _network(call: str, items: str, id_key: str) -> Find:
    """Things of EC2 have no names: within a project, the tag `Name` is theirs."""

    def find(client: Any, project: str, planned: Values) -> list[Found]:
        filters = [
            {"Name": f"tag:{naming.TAG_PROJECT}", "Values": [project]},
            {"Name": "tag:Name", "Values": [planned["tags"]["Name"]]},
        ]
        # DescribeFlowLogs alone spells its parameter so.
        arguments = {"Filter" if call == "describe_flow_logs" else "Filters": filters}
        found = (item for page in pages(client, call, **arguments) for item in page[items])
        there = [item for item in found if str(item.get("State", "")).lower() not in ENDED]
        return [Found(item[id_key], tags_of(item["Tags"])) for item in there]

    return find


def _association(client: Any, _project: str, planned: Values) -> list[Found]:
    subnet, table = planned.get("subnet_id"), planned.get("route_table_id")
    if not subnet or not table:
        return []  # not there yet; or being adopted, and then known in the next plan
    of_subnet = [{"Name": "association.subnet-id", "Values": [subnet]}]
    found = ask(client, "describe_route_tables", Filters=of_subnet)["RouteTables"]
    return [Found(f"{subnet}/{table}", None) for item in found if item["RouteTableId"] == table]


def _role(client: Any, _project: str, planned: Values) -> list[Found]:
    answer = ask(client, "get_role", RoleName=planned["name"])
    return [Found(planned["name"], tags_of(answer["Role"].get("Tags", ())))] if answer else []


def _repository(client: Any, _project: str, planned: Values) -> list[Found]:
    found = ask(client, "describe_repositories", repositoryNames=[planned["name"]]).get("repositories", ())
    return [Found(planned["name"], _tags(client, resourceArn=item["repositoryArn"])) for item in found]


def _tags(client: Any, **whose: str) -> dict[str, str]:
    """ListTagsForResource, which every service has and spells its own way."""
    answer = ask(client, "list_tags_for_resource", **whose)
    tags = answer.get("tags", answer.get("Tags", ()))
    return dict(tags) if isinstance(tags, Mapping) else tags_of(tags)


def _bucket(client: Any, _project: str, planned: Values) -> list[Found]:
    name = planned["bucket"]
    try:
        answer = ask(client, "get_bucket_tagging", Bucket=name)
    except AwsDenied:
        return [Found(name, {})]  # somebody else's: bucket names are one space for all accounts
    except AwsError as error:
        if error.code != "NoSuchTagSet":
            raise
        # The provider tags a bucket by a call of its own. Empty, in this account and without any tag:
        # so a kill between the two calls leaves it, and whoever takes it takes nothing from anybody.
        return [Found(name, {} if _holds_anything(client, name) else None)]
    return [Found(name, tags_of(answer["TagSet"]))] if answer else []


def _holds_anything(client: Any, bucket: str) -> bool:
    answer = ask(client, "list_object_versions", Bucket=bucket, MaxKeys=1)
    return bool(answer.get("Versions") or answer.get("DeleteMarkers"))


def _log_group(client: Any, _project: str, planned: Values) -> list[Found]:
    name = planned["name"]
    found = (
        g for page in pages(client, "describe_log_groups", logGroupNamePrefix=name) for g in page["logGroups"]
    )
    return [
        Found(name, _tags(client, resourceArn=group["arn"].removesuffix(":*")))
        for group in found
        if group["logGroupName"] == name
    ]


def _log_policy(client: Any, _project: str, planned: Values) -> list[Found]:
    found = (p for page in pages(client, "describe_resource_policies") for p in page["resourcePolicies"])
    return [Found(p["policyName"], None) for p in found if p["policyName"] == planned["policy_name"]]


def _rule(client: Any, _project: str, planned: Values) -> list[Found]:
    answer = ask(client, "describe_rule", Name=planned["name"])
    return [Found(planned["name"], _tags(client, ResourceARN=answer["Arn"]))] if answer else []


def _target(client: Any, _project: str, planned: Values) -> list[Found]:
    rule, target = planned["rule"], planned["target_id"]
    found = ask(client, "list_targets_by_rule", Rule=rule).get("Targets", ())
    return [Found(f"{rule}/{target}", None) for item in found if item["Id"] == target]


def _environment(client: Any, _project: str, planned: Values) -> list[Found]:
    """Its name is the planned prefix and the provider's random hexadecimal digits."""
    listed = (
        item
        for page in pages(client, "describe_compute_environments")
        for item in page["computeEnvironments"]
        if _alive(item)
    )
    prefix = planned["compute_environment_name_prefix"]
    return [
        Found(name, item.get("tags", {}))
        for item in listed
        if (name := item["computeEnvironmentName"]).startswith(prefix)
        and set(name.removeprefix(prefix)) <= set("0123456789abcdef")
    ]


def _queue(client: Any, _project: str, planned: Values) -> list[Found]:
    found = ask(client, "describe_job_queues", jobQueues=[planned["name"]])["jobQueues"]
    return [Found(item["jobQueueArn"], item.get("tags", {})) for item in found if _alive(item)]


def _alive(item: Mapping[str, Any]) -> bool:
    return str(item["status"]).lower() not in ENDED


def _scheduling_policy(client: Any, _project: str, planned: Values) -> list[Found]:
    listed = (
        p["arn"] for page in pages(client, "list_scheduling_policies") for p in page["schedulingPolicies"]
    )
    arns = [arn for arn in listed if arn.endswith(f"/{planned['name']}")]
    if not arns:
        return []
    found = ask(client, "describe_scheduling_policies", arns=arns)["schedulingPolicies"]
    return [Found(item["arn"], item.get("tags", {})) for item in found]


def _definition(client: Any, _project: str, planned: Values) -> list[Found]:
    listed = pages(client, "describe_job_definitions", jobDefinitionName=planned["name"], status="ACTIVE")
    found = sorted((d for page in listed for d in page["jobDefinitions"]), key=lambda d: -int(d["revision"]))
    return [Found(item["jobDefinitionArn"], item.get("tags", {})) for item in found]


def _topic(client: Any, _project: str, planned: Values) -> list[Found]:
    arns = (topic["TopicArn"] for page in pages(client, "list_topics") for topic in page["Topics"])
    return [Found(arn, _tags(client, ResourceArn=arn)) for arn in arns if arn.endswith(f":{planned['name']}")]


def _tagged(call: str, items: str, id_key: str) -> Lookup:
    return Lookup("ec2", _network(call, items, id_key), needs="tags", within="aws_vpc")


LOOKUPS: Mapping[str, Lookup] = {
    "aws_vpc": Lookup("ec2", _network("describe_vpcs", "Vpcs", "VpcId"), needs="tags"),
    "aws_subnet": _tagged("describe_subnets", "Subnets", "SubnetId"),
    "aws_route_table": _tagged("describe_route_tables", "RouteTables", "RouteTableId"),
    "aws_route_table_association": Lookup("ec2", _association, needs="subnet_id"),
    "aws_network_acl": _tagged("describe_network_acls", "NetworkAcls", "NetworkAclId"),
    "aws_security_group": _tagged("describe_security_groups", "SecurityGroups", "GroupId"),
    "aws_vpc_endpoint": _tagged("describe_vpc_endpoints", "VpcEndpoints", "VpcEndpointId"),
    "aws_flow_log": _tagged("describe_flow_logs", "FlowLogs", "FlowLogId"),
    "aws_iam_role": Lookup("iam", _role),
    "aws_ecr_repository": Lookup("ecr", _repository),
    "aws_s3_bucket": Lookup("s3", _bucket, needs="bucket"),
    "aws_kms_key": Lookup("kms", _key, needs="tags"),
    "aws_kms_alias": Lookup("kms", _alias, within="aws_kms_key"),
    "aws_cloudwatch_log_group": Lookup("logs", _log_group),
    "aws_cloudwatch_log_resource_policy": Lookup(
        "logs", _log_policy, needs="policy_name", within="aws_cloudwatch_log_group"
    ),
    "aws_cloudwatch_event_rule": Lookup("events", _rule),
    "aws_cloudwatch_event_target": Lookup(
        "events", _target, needs="target_id", within="aws_cloudwatch_event_rule"
    ),
    "aws_sns_topic": Lookup("sns", _topic),
    "aws_batch_compute_environment": Lookup("batch", _environment, needs="compute_environment_name_prefix"),
    "aws_batch_job_queue": Lookup("batch", _queue, within="aws_batch_compute_environment"),
    "aws_batch_scheduling_policy": Lookup("batch", _scheduling_policy),
    "aws_batch_job_definition": Lookup("batch", _definition, within="aws_iam_role"),
}
"""Every type of the stack that a second creation would refuse or make twice.

The others, a bucket's policy for one, are written anew without harm. So are the log policy and the rule's
target: they are here for `down`, which has to find them.
"""
