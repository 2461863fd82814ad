"""Causes of waiting as AWS tells them: each is produced on the local AWS, asked for, and named."""

import itertools
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pytest
from fakes import NOW
from local_aws import (
    LOG_GROUP,
    REGION,
    client,
    local_aws,
    make_definition,
    make_queue,
    script,
    settled,
    wait_for_job,
)
from private_network import private_network

from fargo.aws.batch import Batch
from fargo.aws.session import Session, Target
from fargo.errors import AwsDenied
from fargo.explain.finding import Finding
from fargo.explain.surroundings import Surroundings, look
from fargo.explain.waiting import waiting
from fargo.model.run import Chunk, Run, RunSnapshot, Wave
from fargo.watch import snapshot

_numbers = itertools.count()
LONG = script({"sleep": 60})


@dataclass(frozen=True)
class World:
    """A local AWS with a queue of four vCPUs."""

    session: Session
    batch: Any
    queue: str
    name: str

    def submit(self, *, vcpu: float = 1, **more: Any) -> str:
        made = make_definition(self.batch, self.name, vcpu="1", memory="2048")
        size = [{"type": "VCPU", "value": f"{vcpu:g}"}, {"type": "MEMORY", "value": f"{vcpu * 2048:g}"}]
        request = {"jobName": self.name, "jobQueue": self.queue, "jobDefinition": made, **more}
        overrides = {**LONG, "resourceRequirements": size}
        return str(self.batch.submit_job(containerOverrides=overrides, **request)["jobId"])

    def why(self, *job_ids: str, vcpu: float = 1, after: tuple[str, ...] = ()) -> tuple[Finding, ...]:
        """Why a run of these jobs waits."""
        state = self.state(*job_ids, vcpu=vcpu, after=after)
        return waiting(state, look(self.session, Batch(self.session.client("batch")), state))

    def surroundings(self, *job_ids: str) -> Surroundings:
        return look(self.session, Batch(self.session.client("batch")), self.state(*job_ids))

    def state(self, *job_ids: str, vcpu: float = 1, after: tuple[str, ...] = ()) -> RunSnapshot:
        chunks = tuple(Chunk(number=n, job_name=self.name, job_id=id_) for n, id_ in enumerate(job_ids))
        wave = Wave(
            number=1,
            created=NOW,
            queue=self.queue,
            definition="d",
            image="i",
            vcpu=vcpu,
            memory_mib=2048,
            after=after,
            chunks=chunks,
        )
        run = Run(id="r", project="x", job="work", created=NOW, command=(), waves=(wave,))
        return snapshot(run, Batch(self.session.client("batch")))


@pytest.fixture(scope="module")
def endpoint() -> Iterator[str]:
    with local_aws() as started:
        client("logs", started).create_log_group(logGroupName=LOG_GROUP)
        yield started


@pytest.fixture
def world(endpoint: str) -> World:
    name = f"waits-{next(_numbers)}"
    batch = client("batch", endpoint)
    queue = make_queue(batch, name, max_vcpus=4)
    return World(Session(Target.LOCAL, REGION, endpoint=endpoint), batch, queue, name)


def test_a_disabled_environment(world: World) -> None:
    world.batch.update_compute_environment(computeEnvironment=f"{world.name}-ce", state="DISABLED")
    settled(world.batch, f"{world.name}-ce")
    job = world.submit()
    wait_for_job(world.batch, job, "RUNNABLE")
    (finding,) = world.why(job)
    assert finding.rule == "environment-disabled"
    assert finding.cause == f"The compute environment {world.name}-ce is disabled"
    assert finding.fixes[0].command == "up"


def test_a_full_environment_says_how_many_run_at_once_and_which_is_next(world: World) -> None:
    other = world.submit(vcpu=2)
    mine = [world.submit(), world.submit(), world.submit()]
    for job in (other, *mine[:2]):
        wait_for_job(world.batch, job, "RUNNING")
    wait_for_job(world.batch, mine[2], "RUNNABLE")
    (finding,) = world.why(*mine)
    assert finding.rule == "max-vcpus"
    assert finding.cause == (
        "The compute environment is full: 4 of 4 vCPUs are taken, 2 of them by other jobs; 4 containers of this "
        "size run at once"
    )
    assert finding.evidence == (f"place 1 in the queue {world.name}",)
    assert finding.jobs == 1


def test_an_array_counts_all_children_that_wait(world: World) -> None:
    array = world.submit(arrayProperties={"size": 30})
    wait_for_job(world.batch, f"{array}:3", "RUNNING")
    (finding,) = world.why(array)
    assert (finding.rule, finding.jobs) == ("max-vcpus", 26)
    assert [example.id for example in finding.examples] == [f"{array}:4"]


def test_what_never_fits_is_said_to(world: World) -> None:
    job = world.submit(vcpu=8)
    wait_for_job(world.batch, job, "RUNNABLE")
    (finding,) = world.why(job, vcpu=8)
    assert finding.rule == "never-fits"
    assert "takes 8 vCPUs, and the compute environment has 4" in finding.cause


def test_a_dependency_is_named_with_how_it_stands(world: World) -> None:
    before = world.submit(arrayProperties={"size": 2})
    job = world.submit(dependsOn=[{"jobId": before}])
    wait_for_job(world.batch, f"{before}:1", "RUNNING")
    wait_for_job(world.batch, job, "PENDING")
    (finding,) = world.why(job, after=(before,))
    assert finding.rule == "dependency"
    assert finding.evidence == (f"{world.name} is RUNNING: 2 RUNNING",)


def test_a_disabled_queue_keeps_no_job_waiting(world: World) -> None:
    filling = world.submit(vcpu=4)
    wait_for_job(world.batch, filling, "RUNNING")
    job = world.submit()
    wait_for_job(world.batch, job, "RUNNABLE")
    world.batch.update_job_queue(jobQueue=world.name, state="DISABLED")
    settled(world.batch, world.name)
    (finding,) = world.why(job)
    assert finding.rule == "max-vcpus"
    assert finding.evidence[-1].endswith("is disabled: it takes no new jobs, and those that are in it go on")
    world.batch.terminate_job(jobId=filling, reason="make room")
    wait_for_job(world.batch, job, "RUNNING")


def test_quota_addresses_and_the_missing_hop_are_read(endpoint: str, world: World) -> None:
    ec2 = client("ec2", endpoint)
    net = private_network(ec2)
    queue = make_queue(world.batch, f"{world.name}-net", max_vcpus=4, subnets=net.subnets, groups=[net.jobs])
    here = World(world.session, world.batch, queue, world.name)
    filling = here.submit(vcpu=4)
    wait_for_job(world.batch, filling, "RUNNING")
    job = here.submit()
    wait_for_job(world.batch, job, "RUNNABLE")
    place = here.surroundings(job).places[queue]
    quotas = client("service-quotas", endpoint)
    allowed = quotas.get_service_quota(ServiceCode="fargate", QuotaCode="L-3032A538")["Quota"]["Value"]
    assert place.quota == allowed
    subnets = ec2.describe_subnets(SubnetIds=list(net.subnets))["Subnets"]
    assert place.free == sum(each["AvailableIpAddressCount"] for each in subnets)
    assert [finding.rule for finding in here.why(job)] == ["max-vcpus"]
    ec2.delete_vpc_endpoints(VpcEndpointIds=[net.endpoints["logs"]])
    (blocked,) = here.why(job)
    assert blocked.rule == "no-way"
    assert blocked.evidence == tuple(
        f"no endpoint for logs in {net.vpc}, and no way out of {subnet}" for subnet in net.subnets
    )


def test_where_nothing_waits_nothing_is_asked(world: World) -> None:
    job = world.submit()
    wait_for_job(world.batch, job, "RUNNING")
    assert world.why(job) == ()


def test_what_cannot_be_read_is_said_and_nothing_fails(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: Any) -> None:
        raise AwsDenied("AWS refused DescribeSubnets: no", "ask", operation="DescribeSubnets", code="403")

    monkeypatch.setattr("fargo.aws.network.read", refuse)
    job = world.submit(vcpu=8)
    wait_for_job(world.batch, job, "RUNNABLE")
    around = world.surroundings(job)
    assert around.unread == ("AWS refused DescribeSubnets: no",)
    place = around.places[world.queue]
    assert (place.free, place.hops) == (None, ())
