"""The walk from a task to the services of AWS that it needs: which hop is missing. Pure.

Where it cannot be known, as with the addresses of a prefix list of the user's own, or with what lies beyond
a transit gateway, a hop counts as there: what is said to be missing is missing. What an endpoint's policy
lets through is not looked at.

Source: Amazon ECR user guide, “Amazon ECR interface VPC endpoints”; PrivateLink guide, “Access an AWS service
using an interface VPC endpoint”; Batch user guide, “AWS Batch interface VPC endpoints”.
"""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum

from fargo.model.network import (
    ANYWHERE,
    HTTPS,
    Endpoint,
    Group,
    Network,
    Peers,
    Subnet,
    is_public,
    overlap,
    passes,
)

EPHEMERAL = (32768, 60999)
"""Where the answers go: the ports that Linux calls from (net.ipv4.ip_local_port_range)."""

_PULL = ("ecr.api", "ecr.dkr", "s3")
"""Token, manifest, and the layers, which lie in S3."""
_ECR = re.compile(r"\d{12}\.dkr[.-]ecr\.")


class Where(StrEnum):
    """The hops, in the order in which a packet meets them."""

    SUBNET = "subnet"
    DNS = "dns"
    ENDPOINT = "endpoint"
    PRIVATE_DNS = "private-dns"
    GROUP_OUT = "group-out"
    GROUP_IN = "group-in"
    ROUTE = "route"
    ACL = "acl"


@dataclass(frozen=True, slots=True)
class Hop:
    """A hop that is missing on the way from a subnet to a service; `words` say which."""

    service: str
    subnet: str
    where: Where
    words: str

    def __str__(self) -> str:
        return self.words


@dataclass(frozen=True, slots=True, kw_only=True)
class Origin:
    """Where a task starts: `public` with a public address of its own (`assignPublicIp`)."""

    subnet: str
    groups: tuple[str, ...]
    public: bool = False


def services(image: str = "", secrets: Iterable[str] = (), log_driver: str = "awslogs") -> tuple[str, ...]:
    """What Fargate itself must reach to start a task, in the order in which it asks.

    Args:
        image: of another registry than ECR nothing is asked; empty for one of ECR.
        secrets: `valueFrom` of the job definition's.
        log_driver: `awslogs` asks CloudWatch Logs.
    """
    stores = ("secretsmanager" if ":secretsmanager:" in each else "ssm" for each in secrets)
    pull = _PULL if not image or _ECR.match(image) else ()
    return (*dict.fromkeys(stores), *pull, *(("logs",) if log_driver == "awslogs" else ()))


def missing(
    network: Network,
    subnets: Sequence[str],
    groups: Sequence[str],
    wanted: Iterable[str],
    *,
    public: bool = False,
) -> tuple[Hop, ...]:
    """The first hop that is missing on every way: from each of the subnets to each wanted service."""
    origins = [Origin(subnet=subnet, groups=tuple(groups), public=public) for subnet in subnets]
    found = [first_missing(network, origin, service) for service in wanted for origin in origins]
    return tuple(hop for hop in found if hop)


def first_missing(network: Network, origin: Origin, service: str) -> Hop | None:
    """The first hop that is missing from an origin to a service, such as `ecr.api`; None: it is reached."""
    found = _missing(network, origin, service)
    return Hop(service, origin.subnet, *found) if found else None


_Missing = tuple[Where, str] | None


def _missing(network: Network, origin: Origin, service: str) -> _Missing:
    subnet = network.subnets.get(origin.subnet)
    if subnet is None:
        return Where.SUBNET, f"{origin.subnet} is not in {network.vpc}"
    if not network.dns_support:
        return Where.DNS, f"DNS support of {network.vpc} is off: no name is answered"
    there = [each for each in network.endpoints if each.service == service]
    usable = [each for each in there if each.state == "available"]
    if any(each.gateway and subnet.table.id in each.tables for each in usable):
        return _to_public(network, origin, subnet, service)
    for each in usable:
        if not each.gateway and each.private_dns and network.dns_hostnames:
            return _by_interface(network, origin, subnet, each)
    way_out = subnet.table.way_out
    if way_out and (origin.public or not way_out.startswith("igw-")):
        return _to_public(network, origin, subnet, service)
    return None if _may_lead_on(origin, subnet) else _no_way(network, subnet, service, there)


def _may_lead_on(origin: Origin, subnet: Subnet) -> bool:
    """Whether a way may lie beyond the VPC, such as by the endpoints of a network that many VPCs share."""
    return any(origin.public or not each.startswith("igw-") for each in subnet.table.beyond)


def _no_way(network: Network, subnet: Subnet, service: str, there: Sequence[Endpoint]) -> _Missing:
    """What is missing at the endpoint, where nothing else leads out."""
    if not there:
        way_out = subnet.table.way_out
        no_way = f"a task without a public address does not pass {way_out}" if way_out else "no way out"
        return Where.ENDPOINT, f"no endpoint for {service} in {network.vpc}, and {no_way} of {subnet.id}"
    endpoint = next((each for each in there if each.state == "available"), there[0])
    name = f"{endpoint.id}, the endpoint for {service},"
    if endpoint.state != "available":
        return Where.ENDPOINT, f"{name} is {endpoint.state}"
    if endpoint.gateway:
        return Where.ROUTE, f"{subnet.table.id} of {subnet.id} has no route to {name.rstrip(',')}"
    if not endpoint.private_dns:
        return Where.PRIVATE_DNS, f"private DNS of {name} is off"
    return Where.DNS, f"DNS hostnames of {network.vpc} are off: the private name of {name} is not answered"


def _by_interface(network: Network, origin: Origin, subnet: Subnet, endpoint: Endpoint) -> _Missing:
    """By an interface endpoint's private name: its addresses are in the VPC, where a route always leads."""
    inside = [network.subnets[each] for each in endpoint.subnets if each in network.subnets]
    cidrs = tuple(each.cidr for each in inside)
    name = f"{endpoint.id}, the endpoint for {endpoint.service}"
    target = Peers(cidrs=cidrs, groups=endpoint.groups)
    if not _passes(network, origin.groups, target, outward=True):
        return Where.GROUP_OUT, f"{_named(origin.groups)} lets nothing out on 443 to {name}"
    source = Peers(cidrs=(subnet.cidr,), groups=origin.groups)
    if not _passes(network, endpoint.groups, source, outward=False):
        whom = f"{_named(origin.groups)} in {subnet.id}"
        return Where.GROUP_IN, f"{_named(endpoint.groups)} of {name}, lets nothing in on 443 from {whom}"
    # Within its own subnet, no network ACL is asked.
    if subnet in inside or not inside:
        return None
    blocks = [_acl_blocks(subnet, cidr) for cidr in cidrs]
    return blocks[0] if all(blocks) else None


def _to_public(network: Network, origin: Origin, subnet: Subnet, service: str) -> _Missing:
    """By a gateway endpoint or a way out, to the service's public addresses."""
    lists = tuple(each for each, of in network.prefix_lists.items() if of == service)
    target = Peers(cidrs=(ANYWHERE,), prefix_lists=lists)
    if not _passes(network, origin.groups, target, outward=True):
        return Where.GROUP_OUT, f"{_named(origin.groups)} lets nothing out on 443 to {service}"
    return _acl_blocks(subnet, ANYWHERE)


def _acl_blocks(subnet: Subnet, cidr: str) -> _Missing:
    acl = subnet.acl
    if acl is None:
        return None
    if not passes(acl.outward, (HTTPS, HTTPS), cidr):
        return Where.ACL, f"{acl.id} of {subnet.id} lets nothing out on 443 to {cidr}"
    if not passes(acl.inward, EPHEMERAL, cidr):
        return Where.ACL, f"{acl.id} of {subnet.id} lets no answer in from {cidr}"
    return None


def _passes(network: Network, groups: Iterable[str], peers: Peers, *, outward: bool) -> bool:
    """Whether any of the security groups lets HTTPS through; those that cannot be seen count as if."""
    found = [network.groups.get(each) for each in groups]
    if not found or None in found:
        return True
    rules = (rule for group in found if group for rule in _rules(group, outward=outward))
    return any(_fits(network, rule, peers) for rule in rules)


def _rules(group: Group, *, outward: bool) -> tuple[Peers, ...]:
    return group.outward if outward else group.inward


def _fits(network: Network, rule: Peers, peers: Peers) -> bool:
    if set(rule.groups) & set(peers.groups):
        return True
    unknown = (each for each in rule.prefix_lists if each not in network.prefix_lists)
    if set(rule.prefix_lists) & set(peers.prefix_lists) or any(unknown):
        return True
    if ANYWHERE in peers.cidrs:
        return any(map(is_public, rule.cidrs))
    return any(overlap(own, cidr) for own in rule.cidrs for cidr in peers.cidrs)


def _named(groups: Sequence[str]) -> str:
    return " and ".join(groups)
