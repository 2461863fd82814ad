"""What the local AWS says where a hop is missing is what `explain` knows, and asks the walk about."""

from collections.abc import Iterable
from dataclasses import replace

import pytest

from fargo.explain.failing import seen
from fargo.explain.rule import first
from fargo.explain.rules import RULES
from fargo.local.ways import Start, Ways
from fargo.model.hops import services
from fargo.model.job import Job, JobState
from fargo.model.network import Endpoint, Network, Subnet, Table

SUBNET = Subnet(id="subnet-a", zone="z", cidr="10.0.0.0/24", table=Table("rtb-1"))
SECRETS = ("arn:aws:secretsmanager:eu-west-1:1:secret:x", "arn:aws:ssm:eu-west-1:1:parameter/x")
START = Start(
    task_id="f" * 32,
    region="eu-west-1",
    subnets=("subnet-a",),
    groups=(),
    public=False,
    image="123456789012.dkr.ecr.eu-west-1.amazonaws.com/x@sha256:1",
    secrets=SECRETS,
    log_driver="awslogs",
)
ALL = services(START.image, SECRETS)


def lacking(service: str) -> Ways:
    """A network whose endpoint for one service is missing."""
    there = tuple(
        Endpoint(id=f"vpce-{each}", service=each, gateway=False, private_dns=True)
        for each in ALL
        if each != service
    )
    network = Network(vpc="vpc-1", subnets={"subnet-a": SUBNET}, endpoints=there)
    return Ways(lambda _region, _subnets: network)


@pytest.mark.parametrize("service", ALL)
def test_the_rule_that_knows_the_words_walks_to_the_service(service: str) -> None:
    job = Job(id="a", name="x", state=JobState.FAILED, reason=lacking(service).blocked(START))
    match = first(RULES, seen(job))
    assert match is not None
    assert service in match.rule.services


def test_a_network_that_cannot_be_read_lets_tasks_start() -> None:
    def broken(_region: str, _subnets: Iterable[str]) -> Network:
        raise KeyError("vpc")

    assert Ways(broken).blocked(START) == ""
    assert Ways(lambda _region, _subnets: None).blocked(START) == ""


def test_tasks_that_start_alike_are_one_walk_until_the_network_changes() -> None:
    walks = []

    def read(region: str, _subnets: Iterable[str]) -> None:
        walks.append(region)

    ways = Ways(read)
    for number in range(100):
        assert ways.blocked(replace(START, task_id=f"{number:032x}")) == ""
    assert len(walks) == 1
    call = ways.watching(lambda _environ, _start: [b""])
    signed = "AWS4-HMAC-SHA256 Credential=x/20261125/eu-west-1/{}/aws4_request"
    call({"HTTP_AUTHORIZATION": signed.format("s3")}, lambda *_: None)
    ways.blocked(START)
    assert len(walks) == 1
    call({"HTTP_AUTHORIZATION": signed.format("ec2")}, lambda *_: None)
    ways.blocked(START)
    assert len(walks) == 2
