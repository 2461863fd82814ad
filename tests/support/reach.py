"""The walk: hop by hop from a job to what it needs, through the network and the policies of a plan.

A walk ends at the first hop that does not hold, and says in words what is missing there.
https://docs.aws.amazon.com/AmazonECR/latest/userguide/vpc-endpoints.html says what Fargate needs for an image.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum

from iam import Call, Effect, effect, judge
from needs import Job, Need
from network import ANYWHERE, EPHEMERAL, HTTPS, Network, Subnet, passes
from stack_plan import Resource, StackPlan


class Hop(StrEnum):
    """Where a walk can end."""

    THING = "the thing itself"
    TRUST = "the role's trust"
    ENDPOINT = "the endpoint"
    DNS = "the VPC's DNS"
    PRIVATE_NAME = "the endpoint's private name"
    INTERFACE = "the endpoint's interfaces"
    ROUTE = "the route"
    JOBS_GROUP = "the jobs' security group"
    ENDPOINT_GROUP = "the endpoint's security group"
    ACL_REQUEST = "the network ACL, request"
    ACL_ANSWER = "the network ACL, answer"
    ENDPOINT_POLICY = "the endpoint's policy"
    PERMISSION = "the permission"


@dataclass(frozen=True, slots=True)
class Step:
    """One hop of a walk; `missing` is empty where it holds."""

    hop: Hop
    missing: str = ""


@dataclass(frozen=True, slots=True)
class Walk:
    """A job's way to one of its needs."""

    job: Job
    need: Need
    steps: tuple[Step, ...]

    @property
    def broken(self) -> Step | None:
        """The hop that does not hold, if one."""
        return self.steps[-1] if self.steps[-1].missing else None

    def __str__(self) -> str:
        lines = [f"  {step.hop}: {step.missing or 'ok'}" for step in self.steps]
        return "\n".join([f"{self.job.name} on {self.job.environment}: {self.need.what}", *lines])


def walk(plan: StackPlan, job: Job, need: Need) -> Walk:
    """Go from the job to what it needs, to the end or to the first hop that does not hold."""
    steps = []
    for hop, missing in _hops(plan, job, need):
        steps.append(Step(hop, missing))
        if missing:
            break
    return Walk(job, need, tuple(steps))


def _hops(plan: StackPlan, job: Job, need: Need) -> Iterator[tuple[Hop, str]]:
    yield Hop.THING, need.missing
    if need.role:
        yield Hop.TRUST, _trust(plan, job, need.role)
    endpoint = None
    if need.service:
        endpoint = plan.endpoint(need.service)
        yield Hop.ENDPOINT, "" if endpoint else f"the VPC has no endpoint for {need.service}"
        assert endpoint is not None  # a walk ends at the first hop that does not hold
        way = _gateway if endpoint.values["vpc_endpoint_type"] == "Gateway" else _interface
        yield from way(Network.read(plan), job, endpoint)
        said = effect(plan.documents().get(endpoint.address, _OPEN), need.call)
        refused = f"the policy of the {need.service} endpoint does not allow {need.call.action} on {need.call.resource}"
        yield Hop.ENDPOINT_POLICY, "" if said in (Effect.ALLOW, Effect.DELEGATE) else refused
    if need.permission:
        identity = plan.identity(need.role) if need.role else ()
        answer = judge(need.call, identity=identity, resource=need.resource_policy)
        yield Hop.PERMISSION, "" if answer.allowed else answer.why


# What AWS gives an endpoint that is made without a policy.
_OPEN = {"Statement": [{"Effect": "Allow", "Principal": "*", "Action": "*", "Resource": "*"}]}


def _trust(plan: StackPlan, job: Job, role: str) -> str:
    trust = plan.trust(role)
    if trust is None:
        return f"{role} is not a role of this stack"
    account = role.split(":")[4]
    context = {"aws:SourceAccount": account, "aws:SourceArn": job.cluster}
    call = Call(action="sts:AssumeRole", resource=role, principal="ecs-tasks.amazonaws.com", context=context)
    return (
        "" if judge(call, resource=trust).allowed else f"ECS may not take {role} for tasks of {job.cluster}"
    )


def _interface(network: Network, job: Job, endpoint: Resource) -> Iterator[tuple[Hop, str]]:
    found, service = endpoint.values, endpoint.values["service_name"]
    vpc, members = network.vpc, found["security_group_ids"]
    lacks = [what for what in ("enable_dns_support", "enable_dns_hostnames") if not vpc[what]]
    yield Hop.DNS, f"the VPC has {lacks[0]} off: private names are not answered" if lacks else ""
    yield (
        Hop.PRIVATE_NAME,
        "" if found["private_dns_enabled"] else f"the name of {service} leads to the internet",
    )
    subnets = [network.subnets[each] for each in found["subnet_ids"] if each in network.subnets]
    here = found["vpc_id"] == vpc["id"] and bool(subnets)
    yield Hop.INTERFACE, "" if here else f"the endpoint for {service} has no interface in a subnet of the VPC"
    callers = [network.subnets[each] for each in job.subnets]
    # The name is answered with the addresses in all subnets: each must be in reach from each.
    for caller in callers:
        for subnet in subnets:
            yield from _to_interface(network, job.groups, members, caller, subnet)


def _to_interface(
    network: Network, groups: Sequence[str], members: Sequence[str], caller: Subnet, subnet: Subnet
) -> Iterator[tuple[Hop, str]]:
    out = network.leaves(groups, to=subnet.cidr, members=members)
    yield (
        Hop.JOBS_GROUP,
        "" if out else f"the jobs' security group lets no HTTPS out to the endpoints in {subnet.id}",
    )
    let_in = network.enters(members, source=caller.cidr, members=groups)
    yield (
        Hop.ENDPOINT_GROUP,
        "" if let_in else f"the endpoints' security group lets nothing in from subnet {caller.id}",
    )
    if caller.id == subnet.id:
        return  # a network ACL stands at a subnet's edge
    ask = passes(caller.leaving, HTTPS, subnet.cidr) and passes(subnet.entering, HTTPS, caller.cidr)
    yield Hop.ACL_REQUEST, "" if ask else f"no HTTPS passes from {caller.id} to {subnet.id}"
    answer = passes(subnet.leaving, EPHEMERAL, caller.cidr) and passes(
        caller.entering, EPHEMERAL, subnet.cidr
    )
    yield Hop.ACL_ANSWER, "" if answer else f"no answer passes from {subnet.id} back to {caller.id}"


def _gateway(network: Network, job: Job, endpoint: Resource) -> Iterator[tuple[Hop, str]]:
    found, service = endpoint.values, endpoint.values["service_name"]
    # The name is a public one: Amazon's resolver answers it without hostnames of the VPC's own.
    yield (
        Hop.DNS,
        ""
        if network.vpc["enable_dns_support"]
        else "the VPC has enable_dns_support off: no name is answered",
    )
    for subnet in (network.subnets[each] for each in job.subnets):
        routed = subnet.table.values["id"] in found["route_table_ids"]
        yield Hop.ROUTE, "" if routed else f"the route table of {subnet.id} has no route to {service}"
        out = network.leaves(job.groups, to=ANYWHERE, prefix=found["prefix_list_id"])
        yield (
            Hop.JOBS_GROUP,
            "" if out else f"the jobs' security group lets nothing out to the prefix list of {service}",
        )
        # The prefix list's addresses are AWS's to change: any of them may be asked, any may answer.
        ask = passes(subnet.leaving, HTTPS, ANYWHERE)
        yield Hop.ACL_REQUEST, "" if ask else f"no HTTPS passes from {subnet.id} to {service}"
        answer = passes(subnet.entering, EPHEMERAL, ANYWHERE)
        yield Hop.ACL_ANSWER, "" if answer else f"no answer passes from {service} back to {subnet.id}"
