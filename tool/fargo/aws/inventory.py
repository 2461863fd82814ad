"""List what exists in an account under a project's name: the proof that `down` left nothing."""

import hashlib
import re
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from fargo.aws import keys
from fargo.aws.calls import ENDED, THREADS, pages
from fargo.model import naming

if TYPE_CHECKING:
    from fargo.aws.session import Session


@dataclass(frozen=True, slots=True)
class Thing:
    """Something in the account: its kind in words, and its name, or its id where it has no name."""

    kind: str
    name: str

    def __str__(self) -> str:
        return f"{self.kind} {self.name}"


def listing(session: "Session", project: str) -> tuple[Thing, ...]:
    """What of a project's stack is there.

    Args:
        session: where to look.
        project: the project's name.

    Raises:
        AwsError: something cannot be listed, so nothing is proved.
    """
    # A boto3 session makes its clients in one thread; the clients serve them all.
    work = [(lister, session.client(lister.service)) for lister in _LISTERS]

    def names(item: "tuple[_Lister, Any]") -> list[Thing]:
        lister, client = item
        pattern = lister.pattern(project)
        found = (name for name in lister.names(client, project) if re.fullmatch(pattern, name))
        return [Thing(lister.kind, name) for name in dict.fromkeys(found)]

    with ThreadPoolExecutor(THREADS) as pool:
        return tuple(thing for things in pool.map(names, work) for thing in things)


Names = Callable[[Any, str], Iterator[str]]


@dataclass(frozen=True, slots=True)
class _Lister:
    """One kind of resource: how to list it, and which names are this project's.

    The patterns are whole names: `fargo-x` must not claim what belongs to the project `x-y`.
    """

    kind: str
    service: str
    names: Names
    pattern: Callable[[str], str]


def _any(_project: str) -> str:
    return ".*"


def _named(*endings: str) -> Callable[[str], str]:
    return lambda project: re.escape(naming.resource_prefix(project)) + f"(?:{'|'.join(endings)})"


def _bucket(project: str) -> str:
    """`terraform/modules/storage` shortens a long prefix to a hash of it."""
    prefix = naming.resource_prefix(project)
    digest = hashlib.sha256(prefix.encode()).hexdigest()[:8]
    return rf"(?:{re.escape(prefix)}|fargo-.*-{digest})-\d{{12}}-.*"


def _paged(call: str, key: str, name: str, **arguments: Any) -> Names:
    def names(client: Any, _project: str) -> Iterator[str]:
        for page in pages(client, call, **arguments):
            yield from (item[name] for item in page[key])

    return names


def _tagged(call: str, key: str, name: str, filters: str = "Filters") -> _Lister:
    """Things of EC2 with the project's tag. An endpoint is still listed for a while after it was deleted.

    The network ACL that a VPC is born with cannot be without it, and the local AWS forgets to remove it.
    """

    def names(client: Any, project: str) -> Iterator[str]:
        tagged = [{"Name": f"tag:{naming.TAG_PROJECT}", "Values": [project]}]
        for page in pages(client, call, **{filters: tagged}):
            there = (item for item in page[key] if item.get("State", "").lower() not in ENDED)
            yield from (item[name] for item in there if not item.get("IsDefault"))

    return _Lister(_KINDS[call], "ec2", names, _any)


def _interfaces(client: Any, project: str) -> Iterator[str]:
    """They carry no tag of ours, but one of our security groups, which they keep from being deleted."""
    tagged = [{"Name": f"tag:{naming.TAG_PROJECT}", "Values": [project]}]
    found = pages(client, "describe_security_groups", Filters=tagged)
    groups = [group["GroupId"] for page in found for group in page["SecurityGroups"]]
    if groups:
        in_group = [{"Name": "group-id", "Values": groups}]
        for page in pages(client, "describe_network_interfaces", Filters=in_group):
            yield from (item["NetworkInterfaceId"] for item in page["NetworkInterfaces"])


def _log_groups(client: Any, project: str) -> Iterator[str]:
    for page in pages(client, "describe_log_groups", logGroupNamePrefix=f"/fargo/{project}/"):
        yield from (group["logGroupName"] for group in page["logGroups"])


def _topics(client: Any, _project: str) -> Iterator[str]:
    for page in pages(client, "list_topics"):
        yield from (topic["TopicArn"].rpartition(":")[2] for topic in page["Topics"])


def _policies(client: Any, _project: str) -> Iterator[str]:
    for page in pages(client, "list_scheduling_policies"):
        yield from (policy["arn"].rpartition("/")[2] for policy in page["schedulingPolicies"])


def _aliases(client: Any, _project: str) -> Iterator[str]:
    yield from (alias.removeprefix("alias/") for alias in keys.aliases(client))


def _keys(client: Any, project: str) -> Iterator[str]:
    yield from keys.of_project(client, project)


_KINDS = {
    "describe_vpcs": "VPC",
    "describe_subnets": "subnet",
    "describe_route_tables": "route table",
    "describe_network_acls": "network ACL",
    "describe_security_groups": "security group",
    "describe_vpc_endpoints": "VPC endpoint",
    "describe_flow_logs": "flow log",
}
BUCKET, ALIAS, KEY, LOG_GROUP = "bucket", "key alias", "encryption key", "log group"
INTERFACE, DEFINITION = "network interface", "job definition"

_LISTERS = (
    _tagged("describe_vpcs", "Vpcs", "VpcId"),
    _tagged("describe_subnets", "Subnets", "SubnetId"),
    _tagged("describe_route_tables", "RouteTables", "RouteTableId"),
    _tagged("describe_network_acls", "NetworkAcls", "NetworkAclId"),
    _tagged("describe_security_groups", "SecurityGroups", "GroupId"),
    _tagged("describe_vpc_endpoints", "VpcEndpoints", "VpcEndpointId"),
    _tagged("describe_flow_logs", "FlowLogs", "FlowLogId", filters="Filter"),
    _Lister(INTERFACE, "ec2", _interfaces, _any),
    _Lister(
        "job queue",
        "batch",
        _paged("describe_job_queues", "jobQueues", "jobQueueName"),
        _named("-on-demand", "-spot"),
    ),
    _Lister(
        "compute environment",
        "batch",
        _paged("describe_compute_environments", "computeEnvironments", "computeEnvironmentName"),
        _named("-on-demand-[0-9a-f]+", "-spot-[0-9a-f]+"),
    ),
    _Lister("scheduling policy", "batch", _policies, _named("")),
    _Lister(
        DEFINITION,
        "batch",
        _paged("describe_job_definitions", "jobDefinitions", "jobDefinitionName", status="ACTIVE"),
        _named("_.*"),
    ),
    _Lister(
        "repository", "ecr", _paged("describe_repositories", "repositories", "repositoryName"), _named("")
    ),
    _Lister(BUCKET, "s3", _paged("list_buckets", "Buckets", "Name"), _bucket),
    _Lister(LOG_GROUP, "logs", _log_groups, _any),
    _Lister(
        "log policy",
        "logs",
        _paged("describe_resource_policies", "resourcePolicies", "policyName"),
        _named("-events"),
    ),
    _Lister(
        "role", "iam", _paged("list_roles", "Roles", "RoleName"), _named("-execution", "-job", "-flow-logs")
    ),
    _Lister(ALIAS, "kms", _aliases, _named("")),
    _Lister(KEY, "kms", _keys, _any),
    _Lister("event rule", "events", _paged("list_rules", "Rules", "Name"), _named("-job-state", "-notify")),
    _Lister("topic", "sns", _topics, _named("-jobs")),
)
