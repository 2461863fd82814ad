"""The deployed stack against the project file and against AWS."""

import json
import shutil
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from local_aws import client, local_aws, settled, wait_until
from projects import REGION, deploy, write_project

from fargo import config
from fargo.aws.session import Session, Target
from fargo.config import Project
from fargo.doctor import deployed
from fargo.doctor.check import Check, Verdict, guarded
from fargo.stack import StackFolder


@pytest.fixture(scope="module")
def endpoint() -> Iterator[str]:
    with local_aws() as started:
        yield started


@pytest.fixture(scope="module")
def standing(endpoint: str, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A project's folder to which it looks deployed; the tests take copies."""
    folder = write_project(tmp_path_factory.mktemp("standing") / "demo")
    deploy(folder, endpoint)
    return folder


@pytest.fixture
def stands(standing: Path, tmp_path: Path) -> StackFolder:
    shutil.copytree(standing, tmp_path / "stands")
    return StackFolder(config.load(tmp_path / "stands" / "fargo.toml", environ={}), "local")


def here(folder: StackFolder) -> dict[str, Check]:
    return {check.name: check for check in deployed.here(folder, folder.outputs)}


def asked(folder: StackFolder, session: Session) -> dict[str, list[Check]]:
    found: dict[str, list[Check]] = {}
    for name, look in deployed.looks(folder.project, folder.outputs(), session).items():
        for check in guarded(name, look):
            found.setdefault(check.name, []).append(check)
    return found


def local(endpoint: str) -> Session:
    return Session(Target.LOCAL, REGION, endpoint=endpoint)


def test_what_is_not_deployed_is_a_warning_and_how_to(project: Project) -> None:
    found = here(StackFolder(project, "aws"))
    assert found["stack"].verdict is Verdict.WARNING
    assert "not deployed here yet" in found["stack"].found


def test_an_up_that_broke_off_goes_on(project: Project) -> None:
    folder = StackFolder(project, "aws")
    folder.claim("123456789012", REGION)
    assert "did not come to its end" in here(folder)["stack"].found


def test_a_stack_as_the_project_file_has_it(stands: StackFolder) -> None:
    assert {check.verdict for check in here(stands).values()} == {Verdict.OK}


def test_an_older_stack_and_changed_jobs_are_named(stands: StackFolder) -> None:
    project = stands.project
    stands.remember(stands.outputs())
    assert here(stands)["jobs"].verdict is Verdict.OK
    outputs = stands.root / "outputs.json"
    outputs.write_text(
        json.dumps({**json.loads(outputs.read_text()), "stack_version": "1"}), encoding="utf-8"
    )
    text = project.file.read_text(encoding="utf-8").replace('"--fast"', '"--slow"')
    project.file.write_text(text, encoding="utf-8")
    changed = StackFolder(config.load(project.file, environ={}), "local")
    found = here(changed)
    assert (found["stack"].verdict, found["stack"].found) == (Verdict.WARNING, "deployed, version 1")
    assert found["jobs"].verdict is Verdict.WARNING
    assert "fargo plan" in found["jobs"].hint


def test_queues_and_environments_that_stand_are_in_order(stands: StackFolder, endpoint: str) -> None:
    found = asked(stands, local(endpoint))
    assert [check.found for check in found["job queue"]] == [
        "fargo-demo-on-demand is enabled and valid",
        "fargo-demo-spot is enabled and valid",
    ]
    assert len(found["compute environment"]) == 2
    assert "image" not in found


def test_the_image_and_the_service_linked_roles(
    stands: StackFolder, endpoint: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "any")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "any")
    session = Session(Target.AWS, REGION, endpoint=endpoint)
    found = asked(stands, session)
    assert (found["image"][0].verdict, "fargo build" in found["image"][0].hint) == (Verdict.MISSING, True)
    assert [check.verdict for check in found["service-linked roles"]] == [Verdict.WARNING, Verdict.WARNING]
    assert "--aws-service-name batch.amazonaws.com" in found["service-linked roles"][0].hint
    iam = client("iam", endpoint, REGION)
    for service in ("batch", "ecs"):
        iam.create_service_linked_role(AWSServiceName=f"{service}.amazonaws.com")
    (roles,) = asked(stands, session)["service-linked roles"]
    assert roles.found == "AWSServiceRoleForBatch, AWSServiceRoleForECS"


def test_a_broken_outputs_file_is_said(project: Project, tmp_path: Path) -> None:
    folder = StackFolder(project, "aws")
    folder.root.mkdir(parents=True)
    (folder.root / "outputs.json").write_text("{", encoding="utf-8")
    assert "outputs.json is damaged" in here(folder)["stack"].found


def test_deployed_jobs_of_which_nobody_knows_are_said_to_be_deployed_again(stands: StackFolder) -> None:
    jobs = stands.root / "jobs.json"
    jobs.write_text("{", encoding="utf-8")
    found = here(stands)["jobs"]
    assert (found.verdict, "`fargo up` deploys it" in found.hint) == (Verdict.WARNING, True)


def test_aws_that_does_not_answer_hides_nothing_that_is_known_here(stands: StackFolder) -> None:
    dead: Any = local("http://127.0.0.1:9")
    found = asked(stands, dead)
    assert "could not be asked" in found["job queues"][0].found
    assert "could not be asked" in found["service-linked roles"][0].found
    assert here(stands)["stack"].verdict is Verdict.OK


def test_the_network_is_walked_hop_by_hop_and_has_an_address_for_every_task(
    project: Project, endpoint: str
) -> None:
    """In a VPC that has nothing but a subnet."""
    ec2, batch = client("ec2", endpoint, REGION), client("batch", endpoint, REGION)
    vpc = ec2.create_vpc(CidrBlock="10.9.0.0/16")["Vpc"]["VpcId"]
    subnet = ec2.create_subnet(VpcId=vpc, CidrBlock="10.9.0.0/24")["Subnet"]["SubnetId"]
    group = ec2.create_security_group(GroupName="jobs", Description="of the jobs", VpcId=vpc)["GroupId"]
    resources = {"type": "FARGATE", "maxvCpus": 8, "subnets": [subnet], "securityGroupIds": [group]}
    made = batch.create_compute_environment(
        computeEnvironmentName="bare", type="MANAGED", computeResources=resources
    )
    settled(batch, "bare")
    outputs = SimpleNamespace(
        job_queues={}, compute_environments={"on_demand": made["computeEnvironmentArn"]}
    )
    looks = deployed.looks(project, outputs, local(endpoint))  # type: ignore[arg-type]
    found = guarded("network", looks["network"])
    hops = [check for check in found if check.name == "network"]
    assert {check.verdict for check in hops} == {Verdict.MISSING}
    assert any("ecr.api" in check.found for check in hops), hops
    (addresses,) = (check for check in found if check.name == "addresses")
    assert (addresses.verdict, addresses.found) == (Verdict.WARNING, "251 free")
    assert addresses.needed == "1,280 for as many tasks at once"


def test_a_queue_that_somebody_disabled_and_one_that_is_gone(stands: StackFolder, endpoint: str) -> None:
    """The last one: what it does to the queues stays."""
    batch = client("batch", endpoint, REGION)
    for name in ("fargo-demo-on-demand", "fargo-demo-spot"):
        batch.update_job_queue(jobQueue=name, state="DISABLED")
        settled(batch, name)
    batch.delete_job_queue(jobQueue="fargo-demo-spot")
    session = local(endpoint)

    def gone() -> bool:
        return not batch.describe_job_queues(jobQueues=["fargo-demo-spot"])["jobQueues"]

    wait_until(gone)
    found = [check.found for check in asked(stands, session)["job queue"]]
    assert found == ["fargo-demo-on-demand is DISABLED, VALID", "fargo-demo-spot is gone"]
    assert {check.verdict for check in asked(stands, session)["job queue"]} == {Verdict.MISSING}
