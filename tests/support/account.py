"""What an account holds, by listing, in boto3's own words: nothing of fargo's is asked."""

from collections.abc import Callable
from typing import Any

Client = Callable[[str], Any]


def things(client: Client) -> dict[str, list[str]]:
    """Kind → names or ids of what somebody made, for the kinds of which there is anything.

    What AWS itself makes or keeps is not counted: the default network, deleted endpoints, its own keys' aliases,
    keys that wait for their deletion, inactive job definitions.

    Args:
        client: a service → its boto3 client.
    """
    found = {**_network(client("ec2")), **_batch(client("batch")), **_named(client), **_keys(client("kms"))}
    return {kind: sorted(names) for kind, names in found.items() if names}


def _network(ec2: Any) -> dict[str, list[str]]:
    vpcs = [vpc["VpcId"] for vpc in ec2.describe_vpcs()["Vpcs"] if not vpc["IsDefault"]]
    endpoints = ec2.describe_vpc_endpoints()["VpcEndpoints"]
    groups = ec2.describe_security_groups()["SecurityGroups"]
    tables = ec2.describe_route_tables()["RouteTables"]
    return {
        "VPCs": vpcs,
        "subnets": [s["SubnetId"] for s in ec2.describe_subnets()["Subnets"] if s["VpcId"] in vpcs],
        "endpoints": [e["VpcEndpointId"] for e in endpoints if e["State"] != "deleted"],
        "security groups": [g["GroupName"] for g in groups if g["GroupName"] != "default"],
        "network ACLs": [
            a["NetworkAclId"] for a in ec2.describe_network_acls()["NetworkAcls"] if not a["IsDefault"]
        ],
        "route tables": [t["RouteTableId"] for t in tables if t["VpcId"] in vpcs],
        "flow logs": [flow["FlowLogId"] for flow in ec2.describe_flow_logs()["FlowLogs"]],
    }


def _batch(batch: Any) -> dict[str, list[str]]:
    environments = batch.describe_compute_environments()["computeEnvironments"]
    definitions = batch.describe_job_definitions(status="ACTIVE")["jobDefinitions"]
    return {
        "queues": [queue["jobQueueName"] for queue in batch.describe_job_queues()["jobQueues"]],
        "environments": [each["computeEnvironmentName"] for each in environments],
        "definitions": [f"{each['jobDefinitionName']}:{each['revision']}" for each in definitions],
    }


def _named(client: Client) -> dict[str, list[str]]:
    logs = client("logs")
    return {
        "roles": [role["RoleName"] for role in client("iam").list_roles()["Roles"]],
        "buckets": [bucket["Name"] for bucket in client("s3").list_buckets()["Buckets"]],
        "repositories": [r["repositoryName"] for r in client("ecr").describe_repositories()["repositories"]],
        "log groups": [group["logGroupName"] for group in logs.describe_log_groups()["logGroups"]],
        "log policies": [p["policyName"] for p in logs.describe_resource_policies()["resourcePolicies"]],
        "rules": [rule["Name"] for rule in client("events").list_rules()["Rules"]],
    }


def _keys(kms: Any) -> dict[str, list[str]]:
    made = [a for a in kms.list_aliases()["Aliases"] if not a["AliasName"].startswith("alias/aws/")]
    aliases = {alias["TargetKeyId"]: alias["AliasName"] for alias in made}
    keys = [key["KeyId"] for key in kms.list_keys()["Keys"]]
    states = {key: kms.describe_key(KeyId=key)["KeyMetadata"]["KeyState"] for key in keys}
    alive = [key for key, state in states.items() if state != "PendingDeletion"]
    return {"keys": [aliases.get(key, key) for key in alive], "aliases": list(aliases.values())}
