"""The network that a compute environment's tasks start in, as plain data. `hops` walks it.

Of all rules only those are kept that let HTTPS through or keep it out: it is all that a task needs.
"""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from ipaddress import IPv4Network

HTTPS = 443
ANYWHERE = "0.0.0.0/0"
EVERY_PORT = (0, 65535)
_TCP = ("tcp", "6", "-1", "all")
_PRIVATE = tuple(map(IPv4Network, ("10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "100.64.0.0/10")))


@dataclass(frozen=True, slots=True, kw_only=True)
class Peers:
    """Who is at the other end of a rule: any of these."""

    cidrs: tuple[str, ...] = ()
    groups: tuple[str, ...] = ()
    prefix_lists: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Group:
    """A security group: to whom it lets HTTPS out, and from whom in."""

    id: str
    outward: tuple[Peers, ...] = ()
    inward: tuple[Peers, ...] = ()


@dataclass(frozen=True, slots=True)
class Entry:
    """One line of a network ACL that is about TCP; `ports` are the first and the last."""

    number: int
    allow: bool
    cidr: str
    ports: tuple[int, int] = EVERY_PORT


@dataclass(frozen=True, slots=True)
class Acl:
    """A network ACL, by the numbers of its entries."""

    id: str
    outward: tuple[Entry, ...] = ()
    inward: tuple[Entry, ...] = ()


@dataclass(frozen=True, slots=True)
class Route:
    """A route: where to, and by what, such as `nat-…` or `local`; `active` or a black hole."""

    destination: str
    target: str
    active: bool = True


@dataclass(frozen=True, slots=True)
class Table:
    """A route table."""

    id: str
    routes: tuple[Route, ...] = ()

    @property
    def way_out(self) -> str:
        """By what it sends to everywhere; empty where it does not."""
        return next((each.target for each in self.routes if each.active and each.destination == ANYWHERE), "")

    @property
    def beyond(self) -> tuple[str, ...]:
        """By what it sends out of the VPC at all: a part of the internet, another network, a firewall.

        What a gateway endpoint adds is a prefix list by a `vpce-…`, and leads to that service alone.
        """
        return tuple(
            each.target
            for each in self.routes
            if each.active
            and each.target != "local"
            and not (each.target.startswith("vpce-") and each.destination.startswith("pl-"))
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Subnet:
    """A subnet, with the route table that applies to it: its own, or the VPC's main one.

    Attributes:
        free: how many addresses nobody has.
    """

    id: str
    zone: str
    cidr: str
    table: Table
    free: int = 0
    acl: Acl | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Endpoint:
    """A VPC endpoint.

    Attributes:
        service: such as `ecr.api`: the service's name without the region's.
        gateway: it is reached by a route, and not by a name.
        state: `available`, or what it is instead.
        subnets: where an interface endpoint has an address.
        tables: the route tables that lead to a gateway endpoint.
    """

    id: str
    service: str
    gateway: bool
    state: str = "available"
    private_dns: bool = False
    subnets: tuple[str, ...] = ()
    tables: tuple[str, ...] = ()
    groups: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Network:
    """A VPC.

    Attributes:
        subnets: all of them, by id.
        groups: the security groups that can be seen, by id.
        prefix_lists: AWS's own, by id: the service whose addresses they are.
    """

    vpc: str
    dns_support: bool = True
    dns_hostnames: bool = True
    subnets: Mapping[str, Subnet] = field(default_factory=dict)
    endpoints: tuple[Endpoint, ...] = ()
    groups: Mapping[str, Group] = field(default_factory=dict)
    prefix_lists: Mapping[str, str] = field(default_factory=dict)

    def free(self, subnets: Iterable[str]) -> int:
        """How many addresses are left in these subnets together."""
        return sum(self.subnets[each].free for each in subnets if each in self.subnets)


def service_of(name: str) -> str:
    """The service of an endpoint or prefix list of AWS: `com.amazonaws.eu-west-1.ecr.api` → `ecr.api`."""
    return name.partition("amazonaws.")[2].partition(".")[2]


def ports_of(protocol: str, first: int | None, last: int | None) -> tuple[int, int] | None:
    """The TCP ports of a rule or an entry as EC2 writes them; None where it is not about TCP."""
    if protocol not in _TCP:
        return None
    if protocol in ("-1", "all") or first is None or last is None:
        return EVERY_PORT
    return first, last


def lets_https(protocol: str, first: int | None, last: int | None) -> bool:
    """Whether a rule of a security group, as EC2 writes it, is about HTTPS."""
    ports = ports_of(protocol, first, last)
    return ports is not None and ports[0] <= HTTPS <= ports[1]


def overlap(one: str, other: str) -> bool:
    """Whether two blocks of IPv4 addresses have any in common."""
    return IPv4Network(one, strict=False).overlaps(IPv4Network(other, strict=False))


def is_public(cidr: str) -> bool:
    """Whether a block holds addresses of the internet, as those of AWS's services are."""
    block = IPv4Network(cidr, strict=False)
    return not any(block.subnet_of(private) for private in _PRIVATE)


def passes(entries: Collection[Entry], ports: tuple[int, int], cidr: str) -> bool:
    """Whether a network ACL lets anything of these ports and addresses pass; only a sure no is a no.

    The lowest number that fits decides.
    Source: VPC user guide, “Network ACL rules”.
    """
    block = IPv4Network(cidr)
    for entry in sorted(entries, key=lambda each: each.number):
        own = IPv4Network(entry.cidr, strict=False)
        if not own.overlaps(block) or entry.ports[1] < ports[0] or ports[1] < entry.ports[0]:
            continue
        if entry.allow:
            return True
        if block.subnet_of(own) and entry.ports[0] <= ports[0] and ports[1] <= entry.ports[1]:
            return False
    return False
