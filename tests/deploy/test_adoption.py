"""What a plan would create is looked up in a real local AWS, in which boto3 made it beforehand."""

from itertools import count
from typing import Any

import pytest
from local_aws import client, make_definition, settled
from projects import REGION

from fargo.aws import lookup
from fargo.aws.session import Session, Target
from fargo.deploy.adopt import Adoption
from fargo.errors import NameTaken

NUMBERS = count()
Planned = dict[str, Any]


@pytest.fixture
def adoption(endpoint: str) -> Adoption:
    """Of a project of its own name, so that all tests share one account."""
    session = Session(Target.LOCAL, REGION, endpoint=endpoint)
    return Adoption(session=session, project=f"p{next(NUMBERS)}", state_id="mine")


def _tags(name: str, state: str = "mine") -> dict[str, str]:
    return {"fargo:project": name, "fargo:state": state}


def _listed(tags: dict[str, str]) -> list[dict[str, str]]:
    return [{"Key": key, "Value": value} for key, value in tags.items()]


def _plan(*creations: tuple[str, Planned]) -> dict[str, Any]:
    return {
        "resource_changes": [
            {"address": f"{kind}.x{number}", "type": kind, "change": {"actions": ["create"], "after": values}}
            for number, (kind, values) in enumerate(creations)
        ]
    }


def _make_network(
    endpoint: str, name: str, state: str = "mine"
) -> tuple[list[tuple[str, Planned]], list[str]]:
    """A VPC and what lies in it: the plan that would create it, and its ids."""
    tags = _tags(name, state)
    ec2 = client("ec2", endpoint, REGION)

    def tagged(kind: str, name: str) -> list[dict[str, Any]]:
        return [{"ResourceType": kind, "Tags": _listed({"Name": name, **tags})}]

    vpc = ec2.create_vpc(CidrBlock="10.0.0.0/16", TagSpecifications=tagged("vpc", f"fargo-{name}"))["Vpc"][
        "VpcId"
    ]
    subnet = ec2.create_subnet(
        VpcId=vpc, CidrBlock="10.0.0.0/24", TagSpecifications=tagged("subnet", f"fargo-{name}-a")
    )["Subnet"]["SubnetId"]
    table = ec2.create_route_table(VpcId=vpc, TagSpecifications=tagged("route-table", f"fargo-{name}-jobs"))
    acl = ec2.create_network_acl(VpcId=vpc, TagSpecifications=tagged("network-acl", f"fargo-{name}-jobs"))
    group = ec2.create_security_group(
        VpcId=vpc,
        GroupName="g",
        Description="g",
        TagSpecifications=tagged("security-group", f"fargo-{name}-jobs"),
    )
    endpoint_made = ec2.create_vpc_endpoint(
        VpcId=vpc,
        ServiceName=f"com.amazonaws.{REGION}.s3",
        VpcEndpointType="Gateway",
        TagSpecifications=tagged("vpc-endpoint", f"fargo-{name}-s3"),
    )
    ids = [
        vpc,
        subnet,
        table["RouteTable"]["RouteTableId"],
        acl["NetworkAcl"]["NetworkAclId"],
        group["GroupId"],
        endpoint_made["VpcEndpoint"]["VpcEndpointId"],
    ]
    kinds = {
        "aws_vpc": f"fargo-{name}",
        "aws_subnet": f"fargo-{name}-a",
        "aws_route_table": f"fargo-{name}-jobs",
        "aws_network_acl": f"fargo-{name}-jobs",
        "aws_security_group": f"fargo-{name}-jobs",
        "aws_vpc_endpoint": f"fargo-{name}-s3",
    }
    return [(kind, {"tags": {"Name": name}}) for kind, name in kinds.items()], ids


def _make_named(endpoint: str, name: str, state: str = "mine") -> tuple[list[tuple[str, Planned]], list[str]]:
    """One of each of the things that have names."""
    tags = _tags(name, state)
    trust = '{"Version": "2012-10-17", "Statement": []}'
    client("iam", endpoint, REGION).create_role(
        RoleName=f"fargo-{name}-job", AssumeRolePolicyDocument=trust, Tags=_listed(tags)
    )
    client("ecr", endpoint, REGION).create_repository(repositoryName=f"fargo-{name}", tags=_listed(tags))
    client("logs", endpoint, REGION).create_log_group(logGroupName=f"/fargo/{name}/jobs", tags=tags)
    events = client("events", endpoint, REGION)
    events.put_rule(
        Name=f"fargo-{name}-job-state", EventPattern='{"source": ["aws.batch"]}', Tags=_listed(tags)
    )
    target = {"Id": "log", "Arn": f"arn:aws:logs:{REGION}:123456789012:log-group:/fargo/{name}/jobs"}
    events.put_targets(Rule=f"fargo-{name}-job-state", Targets=[target])
    topic = client("sns", endpoint, REGION).create_topic(Name=f"fargo-{name}-jobs", Tags=_listed(tags))[
        "TopicArn"
    ]
    kms = client("kms", endpoint, REGION)
    kms_tags = [{"TagKey": key, "TagValue": value} for key, value in tags.items()]
    key = kms.create_key(Tags=kms_tags)["KeyMetadata"]["KeyId"]
    s3 = client("s3", endpoint, REGION)
    s3.create_bucket(Bucket=f"fargo-{name}-1")
    s3.put_bucket_tagging(Bucket=f"fargo-{name}-1", Tagging={"TagSet": _listed(tags)})
    plan: list[tuple[str, Planned]] = [
        ("aws_iam_role", {"name": f"fargo-{name}-job"}),
        ("aws_ecr_repository", {"name": f"fargo-{name}"}),
        ("aws_cloudwatch_log_group", {"name": f"/fargo/{name}/jobs"}),
        ("aws_cloudwatch_event_rule", {"name": f"fargo-{name}-job-state"}),
        ("aws_cloudwatch_event_target", {"rule": f"fargo-{name}-job-state", "target_id": "log"}),
        ("aws_sns_topic", {"name": f"fargo-{name}-jobs"}),
        ("aws_kms_key", {"tags": {"Name": f"fargo-{name}"}}),
        ("aws_s3_bucket", {"bucket": f"fargo-{name}-1"}),
    ]
    names = [str(values.get("name", "")) for _, values in plan]
    names[4:] = [f"fargo-{name}-job-state/log", topic, key, f"fargo-{name}-1"]
    return plan, names


def _make_batch(endpoint: str, name: str, state: str = "mine") -> tuple[list[tuple[str, Planned]], list[str]]:
    """An environment whose name ends in digits, its queue, a policy, two revisions of a definition."""
    tags = _tags(name, state)
    batch = client("batch", endpoint, REGION)
    environment_name = f"fargo-{name}-spot-20261125"
    environment = batch.create_compute_environment(
        computeEnvironmentName=environment_name,
        type="MANAGED",
        computeResources={
            "type": "FARGATE_SPOT",
            "maxvCpus": 4,
            "subnets": ["subnet-1"],
            "securityGroupIds": ["sg-1"],
        },
        tags=tags,
    )["computeEnvironmentArn"]
    order = [{"order": 1, "computeEnvironment": environment}]
    settled(batch, environment_name)
    queue = batch.create_job_queue(
        jobQueueName=f"fargo-{name}-spot", priority=1, computeEnvironmentOrder=order, tags=tags
    )["jobQueueArn"]
    policy = batch.create_scheduling_policy(name=f"fargo-{name}", fairsharePolicy={}, tags=tags)["arn"]
    make_definition(batch, f"fargo-{name}_work", tags=tags)
    latest = make_definition(batch, f"fargo-{name}_work", tags=tags)
    plan: list[tuple[str, Planned]] = [
        ("aws_batch_compute_environment", {"compute_environment_name_prefix": f"fargo-{name}-spot-"}),
        ("aws_batch_job_queue", {"name": f"fargo-{name}-spot"}),
        ("aws_batch_scheduling_policy", {"name": f"fargo-{name}"}),
        ("aws_batch_job_definition", {"name": f"fargo-{name}_work"}),
    ]
    return plan, [environment_name, queue, policy, latest]


MAKERS = [_make_network, _make_named, _make_batch]


@pytest.mark.parametrize("make", MAKERS)
def test_what_this_state_made_is_imported_by_its_id(adoption: Adoption, endpoint: str, make: Any) -> None:
    plan, ids = make(endpoint, adoption.project)
    found = adoption.imports(_plan(*plan))
    expected = [(kind, thing) for (kind, _), thing in zip(plan, ids, strict=True)]
    assert sorted((each.kind, each.id) for each in found) == sorted(expected)


@pytest.mark.parametrize("make", MAKERS)
def test_what_another_state_of_the_name_made_is_refused_and_named(
    adoption: Adoption, endpoint: str, make: Any
) -> None:
    plan, _ = make(endpoint, adoption.project, "s3://team/demo")
    with pytest.raises(
        NameTaken, match=rf"belongs to another deployment of {adoption.project}: its state is s3://team/demo"
    ) as e:
        adoption.imports(_plan(*plan))
    assert "fargo up --adopt" in e.value.hint
    assert e.value.exit_code == 3
    taking = Adoption(session=adoption.session, project=adoption.project, state_id="mine", any_state=True)
    assert len(taking.imports(_plan(*plan))) == len(plan)
    passing = Adoption(session=adoption.session, project=adoption.project, state_id="mine", refuse=False)
    assert {each.kind for each in passing.imports(_plan(*plan))} <= {"aws_cloudwatch_event_target"}


def test_what_carries_no_tag_of_the_project_is_never_taken_over(adoption: Adoption, endpoint: str) -> None:
    name = adoption.project
    client("ecr", endpoint, REGION).create_repository(repositoryName=f"fargo-{name}")
    any_state = Adoption(session=adoption.session, project=adoption.project, state_id="mine", any_state=True)
    for each in (adoption, any_state):
        with pytest.raises(
            NameTaken, match=f"ecr repository fargo-{name} exists already and carries no tag"
        ) as e:
            each.imports(_plan(("aws_ecr_repository", {"name": f"fargo-{name}"})))
        assert "--adopt" not in e.value.hint


def test_an_empty_bucket_without_tags_is_what_a_kill_left_and_one_that_holds_something_is_not(
    adoption: Adoption, endpoint: str
) -> None:
    name = adoption.project
    s3, plan = client("s3", endpoint, REGION), _plan(("aws_s3_bucket", {"bucket": f"fargo-{name}-1"}))
    assert adoption.imports(plan) == ()
    s3.create_bucket(Bucket=f"fargo-{name}-1")
    assert [each.id for each in adoption.imports(plan)] == [f"fargo-{name}-1"]
    s3.put_object(Bucket=f"fargo-{name}-1", Key="theirs", Body=b"")
    with pytest.raises(NameTaken):
        adoption.imports(plan)


def test_a_key_is_known_by_its_alias_and_one_that_is_being_deleted_is_not_there(
    adoption: Adoption, endpoint: str
) -> None:
    name = adoption.project
    kms = client("kms", endpoint, REGION)
    tags = [{"TagKey": key, "TagValue": value} for key, value in _tags(name).items()]
    gone, there = (kms.create_key(Tags=tags)["KeyMetadata"]["KeyId"] for _ in range(2))
    kms.schedule_key_deletion(KeyId=gone, PendingWindowInDays=7)
    plan = _plan(
        ("aws_kms_key", {"tags": {"Name": f"fargo-{name}"}}),
        ("aws_kms_alias", {"name": f"alias/fargo-{name}"}),
    )
    assert [each.id for each in adoption.imports(plan)] == [there]
    kms.create_alias(AliasName=f"alias/fargo-{name}", TargetKeyId=there)
    assert [each.id for each in adoption.imports(plan)] == [there, f"alias/fargo-{name}"]


def test_an_environment_of_a_longer_project_name_is_not_ours(adoption: Adoption, endpoint: str) -> None:
    name = adoption.project
    _make_batch(endpoint, f"{name}-spot")
    shorter = _plan(("aws_batch_compute_environment", {"compute_environment_name_prefix": f"fargo-{name}-"}))
    assert adoption.imports(shorter) == ()


def test_a_route_table_association_is_adopted_once_both_its_ends_are_known(
    adoption: Adoption, endpoint: str
) -> None:
    _, ids = _make_network(endpoint, adoption.project)
    client("ec2", endpoint, REGION).associate_route_table(SubnetId=ids[1], RouteTableId=ids[2])
    unknown, known = {}, {"subnet_id": ids[1], "route_table_id": ids[2]}
    assert adoption.imports(_plan(("aws_route_table_association", unknown))) == ()
    found = adoption.imports(_plan(("aws_route_table_association", known)))
    assert [each.id for each in found] == [f"{ids[1]}/{ids[2]}"]


def test_only_creations_are_looked_up(adoption: Adoption, endpoint: str) -> None:
    plan, _ = _make_named(endpoint, adoption.project, "another")
    for actions in (["no-op"], ["update"], ["delete"], ["delete", "create"]):
        shown = _plan(*plan)
        for change in shown["resource_changes"]:
            change["change"]["actions"] = actions
        assert adoption.imports(shown) == ()


def test_an_empty_account_is_asked_few_questions(adoption: Adoption) -> None:
    name, asked = adoption.project, []
    whole = [
        (kind, {"name": f"fargo-{name}", each.needs: "xx", "tags": {"Name": f"fargo-{name}"}})
        for kind, each in lookup.LOOKUPS.items()
    ]
    for service in {each.service for each in lookup.LOOKUPS.values()}:
        events = adoption.session.client(service).meta.events
        events.register("before-call", lambda model, **_: asked.append(model.name))
    assert adoption.imports(_plan(*whole)) == ()
    of_keys = asked.count("ListResourceTags")  # the other tests' keys, which have no alias
    assert len(asked) - of_keys <= 12, asked
