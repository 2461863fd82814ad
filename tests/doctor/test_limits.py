"""Quotas of a local AWS against what a project asks for."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from local_aws import client, local_aws, make_queue
from projects import REGION, write_project

from fargo import config
from fargo.aws.session import Session, Target
from fargo.config import Project
from fargo.doctor import limits
from fargo.doctor.check import Check, Verdict

_regions = iter(("eu-west-1", "eu-west-2", "eu-central-1", "us-west-2", "us-east-2"))


@pytest.fixture(scope="module")
def endpoint() -> Iterator[str]:
    with local_aws() as started:
        yield started


@pytest.fixture
def region() -> str:
    """A region that nothing was made in: quotas and what is in use are each region's own."""
    return next(_regions)


@pytest.fixture
def session(endpoint: str, region: str) -> Session:
    return Session(Target.LOCAL, region, endpoint=endpoint)


def found(project: Project, session: Session, *, deployed: bool = False) -> dict[str, Check]:
    return {check.name: check for check in limits.checks(project, session, deployed=deployed)}


def allow(session: Session, service: str, code: str, value: int) -> None:
    client("service-quotas", session.endpoint, session.region).request_service_quota_increase(
        ServiceCode=service, QuotaCode=code, DesiredValue=value
    )


def test_everything_has_room_in_an_empty_account(project: Project, session: Session) -> None:
    checks = found(project, session)
    assert {check.verdict for check in checks.values()} == {Verdict.OK}, checks
    assert "jobs of work (0.25 vCPU) run 1,024 at a time" in checks["Fargate vCPUs"].found
    assert "jobs of other (1 vCPU) run 256 at a time" in checks["Fargate Spot vCPUs"].found
    assert (checks["VPCs"].found, checks["VPCs"].needed) == ("1 of 5 in use", "1 more")
    assert checks["interface endpoints of the VPC"].needed == "3 more"


def test_a_new_accounts_vcpus_are_fewer_than_the_project_may_use(
    project: Project, session: Session, region: str
) -> None:
    allow(session, "fargate", "L-36FBB829", 6)
    check = found(project, session)["Fargate Spot vCPUs"]
    assert check.verdict is Verdict.WARNING
    assert (
        check.found == "6; the project may use 256: jobs of other (1 vCPU) run 6 at a time, the others wait"
    )
    assert check.hint == (
        "aws service-quotas request-service-quota-increase --service-code fargate --quota-code L-36FBB829 "
        f"--desired-value 256 --region {region}"
    )


def test_before_the_first_up_what_is_in_use_counts_and_after_it_no_more(
    project: Project, session: Session, endpoint: str, region: str
) -> None:
    ec2 = client("ec2", endpoint, region)
    vpc = ec2.create_vpc(CidrBlock="10.0.0.0/16")["Vpc"]["VpcId"]
    ec2.create_vpc_endpoint(VpcId=vpc, ServiceName=f"com.amazonaws.{region}.s3", VpcEndpointType="Gateway")
    make_queue(client("batch", endpoint, region), "theirs")
    allow(session, "vpc", "L-F678F1CE", 2)
    checks = found(project, session)
    assert (checks["VPCs"].verdict, checks["VPCs"].found) == (Verdict.WARNING, "2 of 2 in use")
    assert "--desired-value 3" in checks["VPCs"].hint
    assert checks["gateway endpoints"].found == "1 of 20 in use"
    assert checks["job queues"].found == checks["compute environments"].found == "1 of 50 in use"
    assert set(found(project, session, deployed=True)) == {"Fargate vCPUs", "Fargate Spot vCPUs"}


def test_what_cannot_be_read_is_said_and_nothing_else_is_lost(project: Project) -> None:
    dead = Session(Target.LOCAL, REGION, endpoint="http://127.0.0.1:9")
    checks = found(project, dead)
    assert {check.verdict for name, check in checks.items() if "interface" not in name} == {Verdict.UNKNOWN}
    assert all("could not be asked" in check.found for check in checks.values())


def test_a_vpc_that_is_there_needs_no_room(tmp_path: Path, session: Session) -> None:
    more = '\n[network]\nvpc = "vpc-0a1b2c3d"\nsubnets = ["subnet-0a1b2c3d"]\nvpc_has_endpoints = true\n'
    folder = write_project(tmp_path / "theirs", more=more)
    theirs = config.load(folder / "fargo.toml", environ={"AWS_REGION": REGION})
    assert not {"VPCs", "gateway endpoints", "interface endpoints of the VPC"} & set(found(theirs, session))
