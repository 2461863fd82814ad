"""What of a plan would let a job reach something beside the endpoints, or be reached."""

from collections.abc import Iterator, Mapping
from typing import Any

from needs import Job, jobs
from network import DOORS, Network
from stack_plan import StackPlan


def ways_out(plan: StackPlan) -> list[str]:
    """Every way out of the network, or into a job, in words; none where the promise holds."""
    network = Network.read(plan)
    found = [f"{door.address} is a way out of the VPC" for door in plan.of(*DOORS)]
    for job in jobs(plan):
        found += [*_addresses(plan, job), *_routes(network, job), *_groups(plan, network, job)]
    return list(dict.fromkeys(found))


def _addresses(plan: StackPlan, job: Job) -> Iterator[str]:
    if job.container["networkConfiguration"]["assignPublicIp"] != "DISABLED":
        yield f"{job.name} has a public address"
    for subnet in plan.of("aws_subnet"):
        if subnet.values["map_public_ip_on_launch"] or subnet.values["ipv6_cidr_block"]:
            yield f"{subnet.address} gives public addresses"


def _routes(network: Network, job: Job) -> Iterator[str]:
    for table in (network.subnets[each].table for each in job.subnets):
        # Neither the VPC's own route nor the gateway endpoints' are in this list.
        for route in table.values["route"]:
            targets = [
                value for key, value in route.items() if value and not key.endswith(("cidr_block", "list_id"))
            ]
            yield f"{table.address} sends {route['cidr_block'] or route['ipv6_cidr_block']} to {', '.join(targets)}"
        if table.values["propagating_vgws"]:
            yield f"{table.address} takes routes from a VPN gateway"


def _groups(plan: StackPlan, network: Network, job: Job) -> Iterator[str]:
    endpoints = [each.values for each in plan.of("aws_vpc_endpoint")]
    groups = {group for each in endpoints for group in each["security_group_ids"]}
    lists = {each["prefix_list_id"] for each in endpoints} - {None}
    for group in (network.groups[each] for each in job.groups):
        if group.values["ingress"]:
            yield f"{group.address} lets something in to jobs"
        if group.values["id"] in groups:
            yield f"{group.address} is the endpoints' too"
        for rule in group.values["egress"]:
            if (rule["protocol"], rule["from_port"], rule["to_port"]) != ("tcp", 443, 443):
                yield f"{group.address} lets more out than HTTPS: {rule['protocol']} {rule['from_port']}-{rule['to_port']}"
            for target in _beyond(rule, groups, lists):
                yield f"{group.address} lets out to {target}"


def _beyond(rule: Mapping[str, Any], groups: set[str], lists: set[str]) -> Iterator[str]:
    """The rule's targets that are no endpoint."""
    yield from rule["cidr_blocks"]
    yield from rule["ipv6_cidr_blocks"]
    yield from set(rule["security_groups"]) - groups
    yield from set(rule["prefix_list_ids"]) - lists
    if rule["self"]:
        yield "other jobs"
