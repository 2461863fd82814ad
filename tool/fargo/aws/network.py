"""EC2's answers → the network of a compute environment, and what is missing in it."""

from collections.abc import Iterable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, Any

from fargo.aws.calls import THREADS, pages
from fargo.aws.errors import translated
from fargo.model import hops
from fargo.model.network import (
    Acl,
    Endpoint,
    Entry,
    Group,
    Network,
    Peers,
    Route,
    Subnet,
    Table,
    lets_https,
    ports_of,
    service_of,
)

if TYPE_CHECKING:
    from fargo.aws.batch_answers import Environment

_LISTS = {
    "describe_subnets": "Subnets",
    "describe_route_tables": "RouteTables",
    "describe_network_acls": "NetworkAcls",
    "describe_security_groups": "SecurityGroups",
    "describe_vpc_endpoints": "VpcEndpoints",
}
"""What is read of a VPC: the call, and where its answer holds them."""
_ATTRIBUTES = ("enableDnsSupport", "enableDnsHostnames")

Item = Mapping[str, Any]


def read(client: Any, subnets: Iterable[str]) -> Network | None:
    """The VPC of some subnets. Nine calls, all but the first at once.

    Args:
        client: a boto3 client for `ec2`.
        subnets: by id; the first that is there names the VPC.

    Returns:
        None where none of them is there.

    Raises:
        AwsError: something cannot be read.
    """
    # By a filter: an id that is not there would be an error.
    of_ids = [{"Name": "subnet-id", "Values": list(subnets)}]
    found = next(iter(_all(client, "describe_subnets", of_ids)), None)
    if found is None:
        return None
    vpc = found["VpcId"]
    in_vpc = [{"Name": "vpc-id", "Values": [vpc]}]
    with ThreadPoolExecutor(THREADS) as pool:
        attributes = pool.map(lambda name: _attribute(client, vpc, name), _ATTRIBUTES)
        answers = pool.map(lambda call: _all(client, call, in_vpc), _LISTS)
        prefixes = pool.submit(_prefix_lists, client)
        support, hostnames = attributes
        lists = dict(zip(_LISTS, answers, strict=True))
    tables, acls = lists["describe_route_tables"], lists["describe_network_acls"]
    groups = map(_group, lists["describe_security_groups"])
    endpoints = map(_endpoint, lists["describe_vpc_endpoints"])
    # A subnet of IPv6 alone has no such block, and takes no task of Fargate.
    subnets_v4 = [item for item in lists["describe_subnets"] if item.get("CidrBlock")]
    return Network(
        vpc=vpc,
        dns_support=support,
        dns_hostnames=hostnames,
        subnets={item["SubnetId"]: _subnet(item, tables, acls) for item in subnets_v4},
        endpoints=tuple(each for each in endpoints if each.state != "deleted"),
        groups={group.id: group for group in groups},
        prefix_lists=prefixes.result(),
    )


def missing_in(
    network: Network | None, environment: "Environment", services: Iterable[str], *, public: bool = False
) -> tuple[hops.Hop, ...]:
    """The first hop that is missing on every way from a compute environment's subnets to these services.

    Args:
        network: that was read; None: none of the subnets is there.
        environment: whose subnets and security groups.
        services: such as `ecr.api`; `hops.services` says which a task needs to start.
        public: its tasks have public addresses.
    """
    if network is None:
        return tuple(
            hops.Hop(service, subnet, hops.Where.SUBNET, f"{subnet} is not there")
            for service in services
            for subnet in environment.subnets
        )
    return hops.missing(network, environment.subnets, environment.groups, services, public=public)


def _all(client: Any, call: str, filters: Sequence[Item]) -> list[Item]:
    return [item for page in pages(client, call, Filters=filters) for item in page[_LISTS[call]]]


def _attribute(client: Any, vpc: str, name: str) -> bool:
    with translated("DescribeVpcAttribute"):
        answer = client.describe_vpc_attribute(VpcId=vpc, Attribute=name)
    return bool(answer[f"{name[0].upper()}{name[1:]}"]["Value"])


def _prefix_lists(client: Any) -> dict[str, str]:
    return {
        item["PrefixListId"]: service_of(item["PrefixListName"])
        for page in pages(client, "describe_prefix_lists")
        for item in page["PrefixLists"]
    }


def _subnet(item: Item, tables: Sequence[Item], acls: Sequence[Item]) -> Subnet:
    acl = next((each for each in acls if _associated(each, item["SubnetId"])), None)
    return Subnet(
        id=item["SubnetId"],
        zone=item["AvailabilityZone"],
        cidr=item["CidrBlock"],
        table=_table(item["SubnetId"], tables),
        free=item["AvailableIpAddressCount"],
        acl=_acl(acl) if acl else None,
    )


def _associated(item: Item, subnet: str) -> bool:
    return any(each.get("SubnetId") == subnet for each in item["Associations"])


def _table(subnet: str, tables: Sequence[Item]) -> Table:
    """A subnet's own route table, or the VPC's main one where it has none."""
    own = [each for each in tables if _associated(each, subnet)]
    main = [each for each in tables if any(link.get("Main") for link in each["Associations"])]
    item = next(iter(own + main), {})
    return Table(item.get("RouteTableId", ""), tuple(map(_route, item.get("Routes", ()))))


def _route(item: Item) -> Route:
    """Its target stands under a key that says its kind: `GatewayId`, `NatGatewayId`, `TransitGatewayId`, ….

    An instance's has two, of which the interface's is as good.
    """
    targets = [value for key, value in item.items() if key.endswith("Id") and not key.startswith("Dest")]
    destination = item.get("DestinationCidrBlock") or item.get("DestinationPrefixListId", "")
    return Route(destination, next(iter(targets), ""), item.get("State", "active") == "active")


def _acl(item: Item) -> Acl:
    entries = [(entry["Egress"], _entry(entry)) for entry in item["Entries"] if entry.get("CidrBlock")]
    return Acl(
        item["NetworkAclId"],
        outward=tuple(entry for egress, entry in entries if egress and entry),
        inward=tuple(entry for egress, entry in entries if not egress and entry),
    )


def _entry(item: Item) -> Entry | None:
    span = item.get("PortRange", {})
    ports = ports_of(item["Protocol"], span.get("From"), span.get("To"))
    if ports is None:
        return None
    return Entry(item["RuleNumber"], item["RuleAction"] == "allow", item["CidrBlock"], ports)


def _group(item: Item) -> Group:
    return Group(
        item["GroupId"],
        outward=_peers(item.get("IpPermissionsEgress", ())),
        inward=_peers(item.get("IpPermissions", ())),
    )


def _peers(rules: Iterable[Item]) -> tuple[Peers, ...]:
    return tuple(
        Peers(
            cidrs=tuple(each["CidrIp"] for each in rule.get("IpRanges", ())),
            groups=tuple(each["GroupId"] for each in rule.get("UserIdGroupPairs", ())),
            prefix_lists=tuple(each["PrefixListId"] for each in rule.get("PrefixListIds", ())),
        )
        for rule in rules
        if lets_https(rule["IpProtocol"], rule.get("FromPort"), rule.get("ToPort"))
    )


def _endpoint(item: Item) -> Endpoint:
    return Endpoint(
        id=item["VpcEndpointId"],
        # Those of resources and of service networks name none.
        service=service_of(item.get("ServiceName", "")),
        gateway=item["VpcEndpointType"] == "Gateway",
        state=item["State"].lower(),
        private_dns=bool(item.get("PrivateDnsEnabled")),
        subnets=tuple(item.get("SubnetIds", ())),
        tables=tuple(item.get("RouteTableIds", ())),
        groups=tuple(each["GroupId"] for each in item.get("Groups", ())),
    )
