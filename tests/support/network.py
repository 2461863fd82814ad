"""A VPC as a plan describes it, and whether a packet gets from one place in it to another."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from ipaddress import IPv4Network
from typing import Any

from iam import Unknown
from stack_plan import Resource, StackPlan

HTTPS = (443, 443)
# The ports that a Linux kernel calls from: net.ipv4.ip_local_port_range.
EPHEMERAL = (32768, 60999)
ANYWHERE = "0.0.0.0/0"

# Any of these is a way out of a VPC, or into it.
DOORS = (
    "aws_internet_gateway",
    "aws_egress_only_internet_gateway",
    "aws_nat_gateway",
    "aws_vpn_gateway",
    "aws_vpn_gateway_attachment",
    "aws_vpc_peering_connection",
    "aws_vpc_peering_connection_accepter",
    "aws_ec2_transit_gateway_vpc_attachment",
    "aws_networkmanager_vpc_attachment",
    "aws_ec2_carrier_gateway",
)
# Rules that stand outside of their list: the stack has none, and this model would not see them.
_UNSEEN = (
    "aws_network_acl_association",
    "aws_network_acl_rule",
    "aws_route",
    "aws_security_group_rule",
    "aws_vpc_endpoint_policy",
    "aws_vpc_endpoint_route_table_association",
    "aws_vpc_endpoint_security_group_association",
    "aws_vpc_endpoint_subnet_association",
    "aws_vpc_security_group_egress_rule",
    "aws_vpc_security_group_ingress_rule",
    "aws_vpc_ipv4_cidr_block_association",
)

Entry = Mapping[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Subnet:
    """A subnet, the route table that it uses, and the lists at its edge."""

    id: str
    cidr: str
    table: Resource
    entering: tuple[Entry, ...]
    leaving: tuple[Entry, ...]


@dataclass(frozen=True, slots=True)
class Network:
    """The VPC of a plan."""

    vpc: Mapping[str, Any]
    subnets: Mapping[str, Subnet]
    groups: Mapping[str, Resource]

    @classmethod
    def read(cls, plan: StackPlan) -> "Network":
        """From a plan that makes the VPC itself.

        Raises:
            Unknown: the plan holds rules that are not read here.
        """
        if unseen := plan.of(*_UNSEEN):
            raise Unknown(f"{unseen[0].address} is a rule outside of its list")
        (vpc,) = plan.of("aws_vpc")
        groups = plan.of("aws_security_group", "aws_default_security_group")
        subnets = [_subnet(each.values, vpc.values, plan) for each in plan.of("aws_subnet")]
        return cls(
            vpc.values, {each.id: each for each in subnets}, {each.values["id"]: each for each in groups}
        )

    def leaves(
        self, groups: Iterable[str], *, to: str = "", members: Sequence[str] = (), prefix: str = ""
    ) -> bool:
        """Whether one of the security groups lets HTTPS out to a place.

        Args:
            groups: the caller's.
            to: the place's addresses.
            members: the security groups that the place has.
            prefix: the prefix list that holds it.
        """
        rules = [rule for each in groups for rule in self.groups[each].values["egress"]]
        return any(_fits(rule, to=to, members=members, prefix=prefix) for rule in rules)

    def enters(self, groups: Iterable[str], *, source: str, members: Sequence[str]) -> bool:
        """Whether one of the security groups lets HTTPS in from a subnet, or from members of a group."""
        rules = [rule for each in groups for rule in self.groups[each].values["ingress"]]
        return any(_fits(rule, to=source, members=members) for rule in rules)


def passes(entries: Iterable[Entry], ports: tuple[int, int], cidr: str) -> bool:
    """Whether a network ACL's entries, the lowest number first, let TCP to all these ports and addresses pass.

    https://docs.aws.amazon.com/vpc/latest/userguide/nacl-rules.html
    """
    for entry in sorted(entries, key=lambda each: each["rule_no"]):
        if entry["protocol"] not in ("-1", "6", "tcp", "all") or not entry["cidr_block"]:
            continue
        network, peer = IPv4Network(entry["cidr_block"]), IPv4Network(cidr)
        every = entry["protocol"] in ("-1", "all")
        low, high = (0, 65535) if every else (entry["from_port"], entry["to_port"])
        if not network.overlaps(peer) or high < ports[0] or low > ports[1]:
            continue
        if entry["action"] == "deny":
            return False
        if peer.subnet_of(network) and low <= ports[0] and ports[1] <= high:
            return True
    return False


def _fits(rule: Entry, *, to: str = "", members: Sequence[str] = (), prefix: str = "") -> bool:
    every = rule["protocol"] == "-1"
    if not every and not (rule["protocol"] == "tcp" and rule["from_port"] <= HTTPS[0] <= rule["to_port"]):
        return False
    inside = bool(to) and any(IPv4Network(to).subnet_of(IPv4Network(each)) for each in rule["cidr_blocks"])
    return inside or prefix in rule["prefix_list_ids"] or bool(set(members) & set(rule["security_groups"]))


def _subnet(subnet: Entry, vpc: Entry, plan: StackPlan) -> Subnet:
    own = plan.find("aws_route_table_association", subnet_id=subnet["id"])
    table = own.values["route_table_id"] if own else vpc["main_route_table_id"]
    tables = plan.of("aws_route_table", "aws_default_route_table")
    lists = plan.of("aws_network_acl", "aws_default_network_acl")
    found = [each for each in lists if subnet["id"] in each.values["subnet_ids"]]
    (acl,) = found or [each for each in lists if each.values["id"] == vpc["default_network_acl_id"]]
    return Subnet(
        id=subnet["id"],
        cidr=subnet["cidr_block"],
        table=next(each for each in tables if each.values["id"] == table),
        entering=tuple(acl.values["ingress"]),
        leaving=tuple(acl.values["egress"]),
    )
