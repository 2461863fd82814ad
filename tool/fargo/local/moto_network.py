"""What moto's EC2 holds of a VPC → the picture that `model.hops` walks."""

from collections.abc import Iterable, Sequence
from typing import Any

from fargo.local.moto_side import backend_of
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


def read(region: str, subnets: Iterable[str]) -> Network | None:
    """The VPC of some subnets.

    Returns:
        None where EC2 does not know one of them, or where they are in the region's default VPC: moto's has
        no internet gateway, as AWS's has, and what runs there runs.
    """
    ec2 = backend_of("ec2", region)
    known = {subnet.id: subnet for zone in list(ec2.subnets.values()) for subnet in list(zone.values())}
    vpcs = {known[each].vpc_id if each in known else None for each in subnets}
    if len(vpcs) != 1 or None in vpcs:
        return None
    vpc = ec2.vpcs[vpcs.pop()]
    if vpc.is_default:
        return None
    tables = [each for each in list(ec2.route_tables.values()) if each.vpc_id == vpc.id]
    acls = [each for each in list(ec2.network_acls.values()) if each.vpc_id == vpc.id]
    endpoints = [each for each in list(ec2.vpc_end_points.values()) if each.vpc_id == vpc.id]
    return Network(
        vpc=vpc.id,
        dns_support=_is_on(vpc.enable_dns_support),
        dns_hostnames=_is_on(vpc.enable_dns_hostnames),
        subnets={
            each.id: _subnet(each, tables, acls)
            for each in known.values()
            if each.vpc_id == vpc.id and each.cidr_block
        },
        endpoints=tuple(_endpoint(each) for each in endpoints if each.state != "deleted"),
        groups={id_: _group(each) for id_, each in list(ec2.groups[vpc.id].items())},
        prefix_lists={
            each.id: service_of(each.prefix_list_name)
            for each in list(ec2.managed_prefix_lists.values())
            if each.owner_id == "AWS"
        },
    )


def _is_on(value: object) -> bool:
    """An attribute of a VPC as it was born, or as a request wrote it."""
    return str(value).lower() == "true"


def _subnet(subnet: Any, tables: Sequence[Any], acls: Sequence[Any]) -> Subnet:
    own = [each for each in tables if _associated(each.associations, subnet.id)]
    main = [each for each in tables if each.main_association_id]
    acl = next((each for each in acls if any(a.subnet_id == subnet.id for a in each.associations)), None)
    return Subnet(
        id=subnet.id,
        zone=subnet.availability_zone,
        cidr=subnet.cidr_block,
        table=next((Table(each.id, tuple(map(_route, each.routes))) for each in own + main), Table("")),
        acl=_acl(acl) if acl else None,
    )


def _associated(associations: Iterable[dict[str, Any]], subnet: str) -> bool:
    return any(each.get("SubnetId") == subnet for each in associations)


def _route(route: Any) -> Route:
    target = (
        route.gateway_id
        or route.nat_gateway_id
        or route.transit_gateway_id
        or route.vpc_peering_connection_id
        or route.network_interface_id
        or route.instance_id
        or ""
    )
    # On AWS it is a black hole then; moto's routes are active for ever.
    gone = route.nat_gateway is not None and route.nat_gateway.state == "deleted"
    return Route(
        route.destination_cidr_block or route.destination_prefix_list_id or "", target, active=not gone
    )


def _acl(acl: Any) -> Acl:
    outward: list[Entry] = []
    inward: list[Entry] = []
    for each in list(acl.network_acl_entries):
        ports = ports_of(str(each.protocol), _number(each.port_range_from), _number(each.port_range_to))
        if ports and each.cidr_block:
            entry = Entry(int(each.rule_number), each.rule_action == "allow", each.cidr_block, ports)
            (outward if _is_on(each.egress) else inward).append(entry)
    return Acl(acl.id, tuple(outward), tuple(inward))


def _number(value: Any) -> int | None:
    return int(value) if value not in (None, "") else None


def _group(group: Any) -> Group:
    return Group(group.id, outward=_peers(group.egress_rules), inward=_peers(group.ingress_rules))


def _peers(rules: Iterable[Any]) -> tuple[Peers, ...]:
    return tuple(
        Peers(
            cidrs=_given(rule.cidr_ipv4),
            groups=_given(rule.source_group.get("GroupId")),
            prefix_lists=_given(rule.prefix_list_id),
        )
        for rule in list(rules)
        if lets_https(rule.ip_protocol or "-1", rule.from_port, rule.to_port)
    )


def _given(value: Any) -> tuple[str, ...]:
    return (value,) if value else ()


def _endpoint(endpoint: Any) -> Endpoint:
    return Endpoint(
        id=endpoint.id,
        service=service_of(endpoint.service_name),
        # moto, as AWS, takes an endpoint without a type for a gateway.
        gateway=(endpoint.vpc_endpoint_type or "gateway").lower() == "gateway",
        state=endpoint.state,
        private_dns=_is_on(endpoint.private_dns_enabled),
        subnets=tuple(endpoint.subnet_ids or ()),
        tables=tuple(endpoint.route_table_ids or ()),
        groups=tuple(endpoint.security_group_ids or ()),
    )
