"""The walk through a network: every hop taken away in turn, and what it says then."""

from collections.abc import Callable
from dataclasses import replace

import pytest

from fargo.model.hops import Origin, Where, first_missing, missing, services
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
    passes,
    ports_of,
    service_of,
)

TABLE = Table("rtb-jobs", (Route("10.0.0.0/16", "local"), Route("pl-s3", "vpce-s3")))
OPEN = Acl("acl-open", (Entry(100, True, "0.0.0.0/0"),), (Entry(100, True, "0.0.0.0/0"),))
A = Subnet(id="subnet-a", zone="z-a", cidr="10.0.0.0/24", table=TABLE, free=200, acl=OPEN)
B = Subnet(id="subnet-b", zone="z-b", cidr="10.0.1.0/24", table=TABLE, free=100, acl=OPEN)
DKR = Endpoint(
    id="vpce-dkr",
    service="ecr.dkr",
    gateway=False,
    private_dns=True,
    subnets=("subnet-a", "subnet-b"),
    groups=("sg-endpoints",),
)
S3 = Endpoint(id="vpce-s3", service="s3", gateway=True, tables=("rtb-jobs",))
JOBS = Group("sg-jobs", outward=(Peers(groups=("sg-endpoints",)), Peers(prefix_lists=("pl-s3",))))
OUT = Group("sg-jobs", outward=(Peers(cidrs=("0.0.0.0/0",)),))
ENDPOINTS = Group("sg-endpoints", inward=(Peers(cidrs=("10.0.0.0/23",)),))
NETWORK = Network(
    vpc="vpc-1",
    subnets={"subnet-a": A, "subnet-b": B},
    endpoints=(DKR, S3),
    groups={"sg-jobs": JOBS, "sg-endpoints": ENDPOINTS},
    prefix_lists={"pl-s3": "s3", "pl-ddb": "dynamodb"},
)
ORIGIN = Origin(subnet="subnet-a", groups=("sg-jobs",))

Change = Callable[[Network], Network]


def endpoint(id_: str, **change: object) -> Change:
    """The network with another endpoint in place of one."""
    return lambda net: replace(
        net,
        endpoints=tuple(
            replace(each, **change) if each.id == id_ else each  # type: ignore[arg-type] # of the test
            for each in net.endpoints
        ),
    )


def without(id_: str) -> Change:
    return lambda net: replace(net, endpoints=tuple(each for each in net.endpoints if each.id != id_))


def group(changed: Group) -> Change:
    return lambda net: replace(net, groups={**net.groups, changed.id: changed})


def subnet(**change: object) -> Change:
    changed = replace(A, **change)  # type: ignore[arg-type] # of the test
    return lambda net: replace(net, subnets={**net.subnets, "subnet-a": changed})


def routed(*routes: Route) -> Change:
    return subnet(table=Table("rtb-x", routes))


def both(*changes: Change) -> Change:
    def change(net: Network) -> Network:
        for each in changes:
            net = each(net)
        return net

    return change


def test_a_network_with_every_hop_misses_none() -> None:
    assert missing(NETWORK, ["subnet-a", "subnet-b"], ["sg-jobs"], ["ecr.dkr", "s3"]) == ()


@pytest.mark.parametrize(
    ("change", "service", "where", "words"),
    [
        (
            lambda net: replace(net, dns_support=False),
            "s3",
            Where.DNS,
            "DNS support of vpc-1 is off: no name is answered",
        ),
        (
            lambda net: replace(net, dns_hostnames=False),
            "ecr.dkr",
            Where.DNS,
            (
                "DNS hostnames of vpc-1 are off: the private name of vpce-dkr, the endpoint for ecr.dkr, is not "
                "answered"
            ),
        ),
        (
            without("vpce-dkr"),
            "ecr.dkr",
            Where.ENDPOINT,
            "no endpoint for ecr.dkr in vpc-1, and no way out of subnet-a",
        ),
        (
            both(without("vpce-dkr"), routed(Route("0.0.0.0/0", "igw-1"))),
            "ecr.dkr",
            Where.ENDPOINT,
            (
                "no endpoint for ecr.dkr in vpc-1, and a task without a public address does not pass igw-1 of "
                "subnet-a"
            ),
        ),
        (
            endpoint("vpce-dkr", state="pending"),
            "ecr.dkr",
            Where.ENDPOINT,
            "vpce-dkr, the endpoint for ecr.dkr, is pending",
        ),
        (
            endpoint("vpce-dkr", private_dns=False),
            "ecr.dkr",
            Where.PRIVATE_DNS,
            "private DNS of vpce-dkr, the endpoint for ecr.dkr, is off",
        ),
        (
            group(replace(JOBS, outward=(Peers(prefix_lists=("pl-s3",)),))),
            "ecr.dkr",
            Where.GROUP_OUT,
            "sg-jobs lets nothing out on 443 to vpce-dkr, the endpoint for ecr.dkr",
        ),
        (
            group(replace(JOBS, outward=(Peers(groups=("sg-endpoints",)), Peers(cidrs=("10.0.0.0/16",))))),
            "s3",
            Where.GROUP_OUT,
            "sg-jobs lets nothing out on 443 to s3",
        ),
        (
            group(replace(ENDPOINTS, inward=(Peers(cidrs=("10.0.1.0/24",), groups=("sg-others",)),))),
            "ecr.dkr",
            Where.GROUP_IN,
            (
                "sg-endpoints of vpce-dkr, the endpoint for ecr.dkr, lets nothing in on 443 from sg-jobs in "
                "subnet-a"
            ),
        ),
        (
            routed(Route("10.0.0.0/16", "local")),
            "s3",
            Where.ROUTE,
            "rtb-x of subnet-a has no route to vpce-s3, the endpoint for s3",
        ),
        (
            subnet(acl=Acl("acl-1", (), OPEN.inward)),
            "s3",
            Where.ACL,
            "acl-1 of subnet-a lets nothing out on 443 to 0.0.0.0/0",
        ),
        (
            subnet(acl=Acl("acl-1", OPEN.outward, (Entry(1, True, "0.0.0.0/0", (443, 443)),))),
            "s3",
            Where.ACL,
            "acl-1 of subnet-a lets no answer in from 0.0.0.0/0",
        ),
        (
            both(endpoint("vpce-dkr", subnets=("subnet-b",)), subnet(acl=Acl("acl-1"))),
            "ecr.dkr",
            Where.ACL,
            "acl-1 of subnet-a lets nothing out on 443 to 10.0.1.0/24",
        ),
        (
            lambda net: replace(net, subnets={"subnet-b": B}),
            "s3",
            Where.SUBNET,
            "subnet-a is not in vpc-1",
        ),
    ],
)
def test_the_first_hop_that_is_missing_is_named(
    change: Change, service: str, where: Where, words: str
) -> None:
    hop = first_missing(change(NETWORK), ORIGIN, service)
    assert hop is not None
    assert (hop.where, str(hop)) == (where, words)
    assert (hop.service, hop.subnet) == (service, "subnet-a")


@pytest.mark.parametrize(
    ("change", "service", "public"),
    [
        # An endpoint with an address in another zone alone is reached across the zones.
        (endpoint("vpce-dkr", subnets=("subnet-b",)), "ecr.dkr", False),
        # A NAT, a transit gateway or a firewall is a way out; an internet gateway with a public address.
        (both(without("vpce-s3"), routed(Route("0.0.0.0/0", "nat-1"))), "s3", False),
        (both(without("vpce-s3"), routed(Route("0.0.0.0/0", "igw-1"))), "s3", True),
        # A rule that names an own prefix list may hold whatever is in it.
        (group(replace(JOBS, outward=(Peers(prefix_lists=("pl-own",)),))), "s3", False),
        (group(replace(JOBS, outward=(Peers(prefix_lists=("pl-own",)),))), "ecr.dkr", False),
        # A rule by the jobs' group, or by any address.
        (group(replace(ENDPOINTS, inward=(Peers(groups=("sg-jobs",)),))), "ecr.dkr", False),
        (group(OUT), "s3", False),
        # A group of another account cannot be seen.
        (both(endpoint("vpce-dkr", groups=("sg-foreign",)), group(OUT)), "ecr.dkr", False),
        # Within the endpoint's own subnet no network ACL is asked.
        (subnet(acl=Acl("acl-1")), "ecr.dkr", False),
    ],
)
def test_another_way_or_what_cannot_be_known_counts_as_there(
    change: Change, service: str, public: bool
) -> None:
    assert first_missing(change(NETWORK), replace(ORIGIN, public=public), service) is None


@pytest.mark.parametrize(
    "routes",
    [
        (Route("10.0.0.0/8", "tgw-1"),),
        (Route("0.0.0.0/1", "nat-1"), Route("128.0.0.0/1", "nat-1")),
        (Route("pl-own", "tgw-1"),),
        (Route("::/0", "eigw-1"),),
        (Route("10.9.0.0/16", "vpce-firewall"),),
    ],
)
def test_what_leads_beyond_the_vpc_may_lead_to_a_service(routes: tuple[Route, ...]) -> None:
    net = both(without("vpce-dkr"), routed(Route("10.0.0.0/16", "local"), *routes))(NETWORK)
    assert first_missing(net, ORIGIN, "ecr.dkr") is None


def test_a_black_hole_is_no_way_out() -> None:
    net = both(without("vpce-s3"), routed(Route("0.0.0.0/0", "nat-1", active=False)))(NETWORK)
    hop = first_missing(net, ORIGIN, "s3")
    assert hop is not None
    assert hop.where == Where.ENDPOINT


def test_an_endpoint_without_private_dns_is_passed_by_a_way_out() -> None:
    nat = routed(Route("0.0.0.0/0", "nat-1"))
    net = both(endpoint("vpce-dkr", private_dns=False), nat, group(OUT))(NETWORK)
    assert first_missing(net, ORIGIN, "ecr.dkr") is None


def test_every_way_is_walked_from_every_subnet() -> None:
    found = missing(without("vpce-dkr")(NETWORK), ["subnet-a", "subnet-b"], ["sg-jobs"], ["s3", "ecr.dkr"])
    assert [(hop.service, hop.subnet) for hop in found] == [("ecr.dkr", "subnet-a"), ("ecr.dkr", "subnet-b")]


def test_what_fargate_fetches_follows_from_the_job_definition() -> None:
    assert services() == ("ecr.api", "ecr.dkr", "s3", "logs")
    ecr = "123456789012.dkr.ecr.eu-west-1.amazonaws.com/x:1"
    assert services(ecr, ["arn:aws:ssm:r:1:parameter/x", "name"]) == ("ssm", *services())
    assert services("busybox", ["arn:aws:secretsmanager:r:1:secret:x"]) == ("secretsmanager", "logs")
    assert services("busybox", log_driver="splunk") == ()


def test_addresses_left_are_those_of_the_named_subnets() -> None:
    assert NETWORK.free(["subnet-a", "subnet-b", "subnet-gone"]) == 300


@pytest.mark.parametrize(
    ("name", "service"),
    [
        ("com.amazonaws.eu-west-1.ecr.api", "ecr.api"),
        ("cn.com.amazonaws.cn-north-1.ecr.dkr", "ecr.dkr"),
        ("com.amazonaws.eu-west-1.s3", "s3"),
        ("vpc.private", ""),
    ],
)
def test_the_service_of_an_endpoint_is_its_name_without_the_region(name: str, service: str) -> None:
    assert service_of(name) == service


def test_rules_as_ec2_writes_them() -> None:
    assert lets_https("-1", None, None)
    assert lets_https("tcp", 0, 1024)
    assert not lets_https("tcp", 80, 80)
    assert not lets_https("udp", 443, 443)
    assert ports_of("6", 443, 443) == (443, 443)


def test_the_lowest_number_of_a_network_acl_decides() -> None:
    deny = Entry(50, False, "0.0.0.0/0")
    allow = Entry(100, True, "10.0.0.0/8", (443, 443))
    assert not passes([allow, deny], (443, 443), "10.0.0.0/24")
    assert passes([allow, replace(deny, number=200)], (443, 443), "10.0.0.0/24")
    assert not passes([allow], (443, 443), "192.168.0.0/24")
    assert not passes([allow], (1024, 2048), "10.0.0.0/24")
    # A denial of a part leaves the rest.
    assert passes([replace(deny, cidr="10.0.0.128/25"), allow], (443, 443), "10.0.0.0/24")
