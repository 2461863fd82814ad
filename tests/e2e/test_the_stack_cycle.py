"""A stack from its first apply to its end: each test goes on from where the one before it left it."""

import json
import subprocess
import time
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import pytest
from account import things
from iam_actions import actions_of
from local_aws import script, wait_for_job

from fargo import config
from fargo.aws import network
from fargo.aws.batch import Batch
from fargo.doctor import permissions
from fargo.model import hops

if TYPE_CHECKING:
    from conftest import Road, Standing

pytestmark = [pytest.mark.engine, pytest.mark.terraform]

QUEUE, EVERYWHERE = "fargo-cycle-on-demand", "0.0.0.0/0"
ALL = {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "*", "Resource": "*"}]}
BATCH, ENDPOINTS, NETWORK = "module.batch", "module.endpoints", "module.network[0]"
ENVIRONMENT = f"{BATCH}.aws_batch_compute_environment.this"
# Where version 1 of the stack had what has moved since; of many instances, each.
MOVED = {
    NETWORK: "module.network",
    f"{ENDPOINTS}.aws_vpc_endpoint.interface": "module.network.aws_vpc_endpoint.interface",
    f"{ENDPOINTS}.aws_vpc_endpoint.gateway": "module.network.aws_vpc_endpoint.gateway",
    f"{ENDPOINTS}.aws_security_group.jobs": "module.network.aws_security_group.jobs",
    f"{ENDPOINTS}.aws_security_group.endpoints[0]": "module.network.aws_security_group.endpoints",
}


@pytest.fixture
def road(standing: "Standing") -> "Road":
    return standing.road


def environments(batch: Any) -> dict[str, dict[str, Any]]:
    """The environments of the stack by their names."""
    found = batch.describe_compute_environments()["computeEnvironments"]
    return {each["computeEnvironmentName"]: each for each in found}


def behind(batch: Any) -> list[str]:
    """The ARNs of the environments that the queue leads to."""
    (queue,) = batch.describe_job_queues(jobQueues=[QUEUE])["jobQueues"]
    return [each["computeEnvironment"] for each in queue["computeEnvironmentOrder"]]


def submit(batch: Any, definition: str, *steps: dict[str, Any]) -> str:
    sent = batch.submit_job(
        jobName="cycle", jobQueue=QUEUE, jobDefinition=definition, containerOverrides=script(*steps)
    )
    return str(sent["jobId"])


def _outputs(road: "Road") -> dict[str, Any]:
    """What the last `up` put out."""
    kept = road.folder / ".fargo" / "local" / "outputs.json"
    found: dict[str, Any] = json.loads(kept.read_text(encoding="utf-8"))
    return found


def changes(planned: dict[str, Any], kind: str = "changes") -> set[tuple[str, str]]:
    return {(each["address"], each["action"]) for each in planned[kind]}


def needed(road: "Road", command: str) -> set[str]:
    """The actions that the doctor says a command needs."""
    project = config.load(road.folder / "fargo.toml", environ={})
    return {action for grant in permissions.of([command], project) for action in grant.actions}


def asked(calls: list[str]) -> set[str]:
    return {action for call in calls for action in actions_of(call)}


def test_up_called_nothing_that_the_doctor_does_not_name(standing: "Standing") -> None:
    assert asked(standing.called) <= needed(standing.road, "up")


def test_the_doctor_finds_the_stack_in_order_and_calls_what_it_names(road: "Road") -> None:
    road.calls("PUT")
    found = {(each["group"], each["verdict"]) for each in road.json("doctor")}
    assert {verdict for group, verdict in found if group == "deployed stack"} == {"ok"}, found
    assert asked(road.calls("DELETE")) <= needed(road, "doctor")


def test_the_second_plan_is_empty(standing: "Standing") -> None:
    assert standing.plan_exit_code == 0, [
        (each["address"], each["change"]["actions"])
        for each in standing.shown["resource_changes"]
        if each["change"]["actions"] != ["no-op"]
    ]


def test_a_hop_that_is_taken_from_the_network_keeps_jobs_from_starting(road: "Road") -> None:
    batch, ec2 = road.client("batch"), road.client("ec2")
    (found,) = Batch(batch).environments(behind(batch))
    secret = "arn:aws:secretsmanager:us-east-1:123456789012:secret:token"
    wanted = hops.services(secrets=[secret])
    assert network.missing_in(network.read(ec2, found.subnets), found, wanted) == ()
    endpoints = ec2.describe_vpc_endpoints()["VpcEndpoints"]
    logs = next(each["VpcEndpointId"] for each in endpoints if each["ServiceName"].endswith(".logs"))
    ec2.modify_vpc_endpoint(VpcEndpointId=logs, PrivateDnsEnabled=False)
    job = wait_for_job(batch, submit(batch, "fargo-cycle_work"), "FAILED")
    assert (
        job["statusReason"] == "ResourceInitializationError: failed to validate logger args: : signal: killed"
    )
    assert {hop.words for hop in network.missing_in(network.read(ec2, found.subnets), found, wanted)} == {
        f"private DNS of {logs}, the endpoint for logs, is off"
    }
    ec2.modify_vpc_endpoint(VpcEndpointId=logs, PrivateDnsEnabled=True)
    wait_for_job(batch, submit(batch, "fargo-cycle_work"), "SUCCEEDED")


def test_a_new_image_is_a_revision_and_more_room_an_update_in_place(road: "Road") -> None:
    batch = road.client("batch")
    before = environments(batch)
    old = _outputs(road)
    (road.folder / "new").write_text("content", encoding="utf-8")
    project = road.folder / "fargo.toml"
    project.write_text(
        project.read_text(encoding="utf-8").replace("max_vcpus = 8", "max_vcpus = 16"), encoding="utf-8"
    )
    up = road.json("up", "--yes")
    after = environments(batch)
    assert set(after) == set(before)
    assert {each["computeResources"]["maxvCpus"] for each in after.values()} == {16}
    assert up["image_tag"] != old["image_tag"]
    definitions = batch.describe_job_definitions(status="ACTIVE")["jobDefinitions"]
    images = {each["revision"]: each["containerProperties"]["image"] for each in definitions}
    assert {number: image.rpartition(":")[2] for number, image in images.items()} == {
        1: old["image_tag"],
        2: up["image_tag"],
    }
    # A run keeps the revision that it began with.
    for definition in (up["job_definitions"]["work"].removesuffix("2") + "1", up["job_definitions"]["work"]):
        wait_for_job(batch, submit(batch, definition), "SUCCEEDED")


def test_an_environment_is_replaced_under_running_jobs(road: "Road") -> None:
    """No job is lost and the queue always has an environment; the old one goes when its last job has ended."""
    batch = road.client("batch")
    (old,) = behind(batch)
    short = submit(batch, "fargo-cycle_work", {"sleep": 15})
    long = submit(batch, "fargo-cycle_work", {"sleep": 3600})
    for job in (short, long):
        wait_for_job(batch, job, "RUNNING")
    replacing = road.terraform(
        "apply", "-input=false", "-auto-approve", "-no-color", f'-replace={ENVIRONMENT}["on_demand"]'
    )
    seen = list(_watched(replacing, batch))
    out, err = replacing.communicate(timeout=60)
    assert all(len(order) == 1 for order in seen), seen
    (new,) = behind(batch)
    assert new != old
    wait_for_job(batch, short, "SUCCEEDED")
    wait_for_job(batch, submit(batch, "fargo-cycle_work"), "SUCCEEDED")
    # AWS does not delete a Fargate environment that still has jobs, and says so.
    assert replacing.returncode == 1, out
    assert "Terminate the jobs of this Fargate compute environment" in err
    assert batch.describe_jobs(jobs=[long])["jobs"][0]["status"] == "RUNNING"
    batch.terminate_job(jobId=long, reason="enough")
    wait_for_job(batch, long, "FAILED")


def _watched(process: "subprocess.Popen[str]", batch: Any) -> Iterator[list[str]]:
    while process.poll() is None:
        yield behind(batch)
        time.sleep(0.2)


@dataclass(frozen=True)
class Touched:
    """What somebody else has touched: the ids of the jobs' security group and route table."""

    group: str
    table: str


@pytest.fixture
def touched(road: "Road") -> Iterator[Touched]:
    """Doors opened by hand: egress to everywhere, a way to the internet, logs for ever, a job that may do all.

    The last one twice: in the policy that is ours, and in one beside it.
    """
    ec2, vpc = road.client("ec2"), _outputs(road)["vpc_id"]
    mine = {"Name": "vpc-id", "Values": [vpc]}
    named = {"Name": "tag:Name", "Values": ["fargo-cycle-jobs"]}
    groups = ec2.describe_security_groups(Filters=[mine, named])
    tables = ec2.describe_route_tables(Filters=[mine, named])
    found = Touched(groups["SecurityGroups"][0]["GroupId"], tables["RouteTables"][0]["RouteTableId"])
    everything = [{"IpProtocol": "-1", "IpRanges": [{"CidrIp": EVERYWHERE}]}]
    ec2.authorize_security_group_egress(GroupId=found.group, IpPermissions=everything)
    gateway = ec2.create_internet_gateway()["InternetGateway"]["InternetGatewayId"]
    ec2.attach_internet_gateway(InternetGatewayId=gateway, VpcId=vpc)
    ec2.create_route(RouteTableId=found.table, DestinationCidrBlock=EVERYWHERE, GatewayId=gateway)
    road.client("logs").delete_retention_policy(logGroupName="/fargo/cycle/jobs")
    for name in ("work", "more"):
        road.client("iam").put_role_policy(
            RoleName="fargo-cycle-job", PolicyName=name, PolicyDocument=json.dumps(ALL)
        )
    yield found
    # The gateway is its maker's: the VPC does not go while it is there.
    ec2.detach_internet_gateway(InternetGatewayId=gateway, VpcId=vpc)
    ec2.delete_internet_gateway(InternetGatewayId=gateway)


def test_what_others_change_is_seen_and_put_back(road: "Road", touched: Touched) -> None:
    planned = road.json("plan")
    seen = {
        (f"{ENDPOINTS}.aws_security_group.jobs", "update"),
        (f"{NETWORK}.aws_route_table.jobs", "update"),
        (f"{BATCH}.aws_cloudwatch_log_group.jobs", "update"),
        ("module.roles.aws_iam_role_policy.job", "update"),
        ("module.roles.aws_iam_role_policies_exclusive.job", "update"),
    }
    left = {
        (f'{ENVIRONMENT}["on_demand"]', "delete")
    }  # the replaced environment, now that its jobs have ended
    assert changes(planned) == seen | left
    assert seen <= changes(planned, "drift")

    up = road.fargo("up", "--yes")
    assert up.returncode == 0, up.stderr
    ec2 = road.client("ec2")
    groups = ec2.describe_security_groups(GroupIds=[touched.group])["SecurityGroups"]
    tables = ec2.describe_route_tables(RouteTableIds=[touched.table])["RouteTables"]
    assert EVERYWHERE not in json.dumps([groups[0]["IpPermissionsEgress"], tables[0]["Routes"]], default=str)
    (logs,) = road.client("logs").describe_log_groups(logGroupNamePrefix="/fargo/cycle/jobs")["logGroups"]
    assert logs["retentionInDays"] == 30
    work = road.client("iam").get_role_policy(RoleName="fargo-cycle-job", PolicyName="work")
    assert work["PolicyDocument"] != ALL
    names = road.client("iam").list_role_policies(RoleName="fargo-cycle-job")["PolicyNames"]
    assert sorted(names) == ["key", "work"]
    assert len(environments(road.client("batch"))) == 2


def test_a_stack_of_version_1_is_renamed_and_nothing_of_it_replaced(road: "Road") -> None:
    state = road.folder / ".fargo" / "local" / "terraform.tfstate"
    for now, then in MOVED.items():
        moving = road.terraform("state", "mv", now, then)
        out, err = moving.communicate(timeout=60)
        assert moving.returncode == 0, out + err
    held = json.loads(state.read_text(encoding="utf-8"))["resources"]
    assert not {ENDPOINTS, NETWORK} & {each.get("module") for each in held if each["mode"] == "managed"}
    planned = road.json("plan")
    assert (planned["changes"], planned["drift"], planned["empty"]) == ([], [], True)


def test_it_goes_whole_and_leaves_an_empty_account(road: "Road") -> None:
    may = needed(road, "down")
    road.calls("PUT")
    down = road.fargo("down", "--yes")
    called = asked(road.calls("DELETE"))
    assert down.returncode == 0, down.stderr
    assert called <= may
    assert things(road.client) == {"roles": ["AWSServiceRoleForBatch", "AWSServiceRoleForECS"]}
    assert not (road.folder / ".fargo").exists()
