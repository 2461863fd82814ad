"""List what exists in an account under a project's name: the proof that `down` left nothing."""

import hashlib
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from fargo.aws.errors import translated
from fargo.model import naming

if TYPE_CHECKING:
    from fargo.aws.session import Session


def leftovers(session: "Session", project: str) -> list[str]:
    """What of a project's stack is still there, each as `kind name`.

    Args:
        session: where to look.
        project: the project's name.

    Raises:
        AwsError: something cannot be listed, so nothing is proved.
    """
    found = []
    for lister in _LISTERS:
        client = session.client(lister.service)
        names = lister.names(client, project)
        found += [f"{lister.kind} {name}" for name in names if re.fullmatch(lister.pattern(project), name)]
    return found


@dataclass(frozen=True, slots=True)
class _Lister:
    """One kind of resource: how to list it, and which names are this project's.

    The patterns are whole names: `fargo-x` must not claim what belongs to the project `x-y`.
    """

    kind: str
    service: str
    names: Callable[[Any, str], Iterator[str]]
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


def _paged(call: str, key: str, name: str, **arguments: Any) -> Callable[[Any, str], Iterator[str]]:
    def names(client: Any, _project: str) -> Iterator[str]:
        for page in _pages(client, call, **arguments):
            yield from (item[name] for item in page[key])

    return names


def _tagged(call: str, key: str, name: str) -> Callable[[Any, str], Iterator[str]]:
    def names(client: Any, project: str) -> Iterator[str]:
        tagged = [{"Name": f"tag:{naming.TAG_PROJECT}", "Values": [project]}]
        for page in _pages(client, call, Filters=tagged):
            # An endpoint is still listed for a while after it was deleted.
            yield from (item[name] for item in page[key] if item.get("State", "").lower() not in _ENDED)

    return names


def _arns(call: str, key: str, member: str, separator: str) -> Callable[[Any, str], Iterator[str]]:
    """Names out of ARNs, where AWS lists nothing else."""

    def names(client: Any, _project: str) -> Iterator[str]:
        for page in _pages(client, call):
            yield from (item[member].rpartition(separator)[2] for item in page[key])

    return names


_ENDED = frozenset({"deleting", "deleted"})


def _log_groups(client: Any, project: str) -> Iterator[str]:
    for page in _pages(client, "describe_log_groups", logGroupNamePrefix=f"/fargo/{project}/"):
        yield from (group["logGroupName"] for group in page["logGroups"])


def _aliases(client: Any, _project: str) -> Iterator[str]:
    for page in _pages(client, "list_aliases"):
        yield from (alias["AliasName"].removeprefix("alias/") for alias in page["Aliases"])


def _pages(client: Any, call: str, **arguments: Any) -> Iterator[dict[str, Any]]:
    operation = client.meta.method_to_api_mapping[call]
    with translated(operation):
        if client.can_paginate(call):
            yield from client.get_paginator(call).paginate(**arguments)
        else:
            yield getattr(client, call)(**arguments)


_LISTERS = (
    _Lister("VPC", "ec2", _tagged("describe_vpcs", "Vpcs", "VpcId"), _any),
    _Lister("VPC endpoint", "ec2", _tagged("describe_vpc_endpoints", "VpcEndpoints", "VpcEndpointId"), _any),
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
    _Lister(
        "scheduling policy",
        "batch",
        _arns("list_scheduling_policies", "schedulingPolicies", "arn", "/"),
        _named(""),
    ),
    _Lister(
        "job definition",
        "batch",
        _paged("describe_job_definitions", "jobDefinitions", "jobDefinitionName", status="ACTIVE"),
        _named("_.*"),
    ),
    _Lister(
        "repository", "ecr", _paged("describe_repositories", "repositories", "repositoryName"), _named("")
    ),
    _Lister("bucket", "s3", _paged("list_buckets", "Buckets", "Name"), _bucket),
    _Lister("log group", "logs", _log_groups, _any),
    _Lister(
        "role", "iam", _paged("list_roles", "Roles", "RoleName"), _named("-execution", "-job", "-flow-logs")
    ),
    _Lister("key alias", "kms", _aliases, _named("")),
    _Lister("event rule", "events", _paged("list_rules", "Rules", "Name"), _named("-job-state", "-notify")),
    _Lister("topic", "sns", _arns("list_topics", "Topics", "TopicArn", ":"), _named("-jobs")),
)
