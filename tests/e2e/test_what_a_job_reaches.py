"""A job reaches its image, its log and its bucket: walked hop by hop over the stack's plan.

The walker is proved as well: each promise broken in the plan is named at the hop where it breaks.
"""

from typing import TYPE_CHECKING

import pytest
from iam import Call
from needs import Job, Need, jobs, needs
from plan_changes import Change, changed, drop, put, rule, rules, text
from reach import Hop, Walk, walk
from stack_plan import StackPlan

if TYPE_CHECKING:
    from conftest import Standing

pytestmark = [pytest.mark.engine, pytest.mark.terraform]

NETWORK, ENDPOINTS, ROLES = "module.network[0]", "module.endpoints", "module.roles"
INTERFACE, GATEWAY = f"{ENDPOINTS}.aws_vpc_endpoint.interface", f"{ENDPOINTS}.aws_vpc_endpoint.gateway"
ACL, TABLE = f"{NETWORK}.aws_network_acl.jobs", f"{NETWORK}.aws_route_table.jobs"
JOBS_GROUP = f"{ENDPOINTS}.aws_security_group.jobs"
DEFINITION = 'module.batch.aws_batch_job_definition.this["work"]'
ACCOUNT, OTHER = "123456789012", "999999999999"
BUCKET = f"arn:aws:s3:::fargo-cycle-{ACCOUNT}-us-east-1"


@pytest.fixture
def plan(standing: "Standing") -> StackPlan:
    return StackPlan.read(standing.shown)


def walks(plan: StackPlan) -> list[Walk]:
    return [walk(plan, job, need) for job in jobs(plan) for need in needs(plan, job)]


def test_every_job_reaches_all_that_it_needs_in_both_environments(plan: StackPlan) -> None:
    found = walks(plan)
    assert [str(each) for each in found if each.broken] == []
    assert {each.job.environment for each in found} == {"on_demand", "spot"}
    assert sorted({each.need.service for each in found}) == [
        *("", "ecr.api", "ecr.dkr", "logs", "s3", "secretsmanager"),
    ]


def test_a_job_reaches_what_its_own_policy_allows_if_the_network_has_its_service(plan: StackPlan) -> None:
    job = jobs(plan)[0]
    table = f"arn:aws:dynamodb:us-east-1:{ACCOUNT}:table"
    assert _walk(plan, job, "dynamodb", "dynamodb:GetItem", f"{table}/genomes").broken is None
    assert _broken(plan, job, "dynamodb", "dynamodb:PutItem", f"{table}/genomes") is Hop.PERMISSION
    assert _broken(plan, job, "dynamodb", "dynamodb:GetItem", f"{table}/others") is Hop.PERMISSION
    assert _broken(plan, job, "sqs", "sqs:SendMessage", "*") is Hop.ENDPOINT


def test_a_job_reaches_the_bucket_that_its_own_policy_names(standing: "Standing", plan: StackPlan) -> None:
    archive = "arn:aws:s3:::archive"
    read = ("s3", "s3:GetObject", f"{archive}/genomes/a.fa")
    for job in jobs(plan):
        assert _walk(plan, job, *read).broken is None
        # The network is as narrow as the statement.
        assert _broken(plan, job, "s3", "s3:GetObject", f"{archive}/other/a.fa") is Hop.ENDPOINT_POLICY
        assert _broken(plan, job, "s3", "s3:PutObject", f"{archive}/genomes/a.fa") is Hop.ENDPOINT_POLICY
    for address, hop in (
        (f'{GATEWAY}["s3"]', Hop.ENDPOINT_POLICY),
        (f"{ROLES}.aws_iam_role_policy.job", Hop.PERMISSION),
    ):
        without = changed(standing.shown, text(address, "policy", f"{archive}/genomes", f"{archive}/none"))
        assert _broken(StackPlan.read(without), job, *read) is hop


def _walk(plan: StackPlan, job: Job, service: str, action: str, resource: str) -> Walk:
    call = Call(action=action, resource=resource, principal=job.job_role)
    return walk(plan, job, Need(what=action, call=call, service=service, role=job.job_role))


def _broken(plan: StackPlan, job: Job, service: str, action: str, resource: str) -> Hop | None:
    broken = _walk(plan, job, service, action, resource).broken
    return broken.hop if broken else None


BROKEN: dict[str, tuple[Change, Hop, str]] = {
    "no endpoint for the token": (
        drop(f'{INTERFACE}["ecr_api"]'),
        Hop.ENDPOINT,
        "the VPC has no endpoint for ecr.api",
    ),
    "no endpoint for the layers": (
        drop(f'{GATEWAY}["s3"]'),
        Hop.ENDPOINT,
        "the VPC has no endpoint for s3",
    ),
    "no endpoint for the secret": (
        drop(f'{INTERFACE}["secretsmanager"]'),
        Hop.ENDPOINT,
        "the VPC has no endpoint for secretsmanager",
    ),
    "no DNS in the VPC": (
        put(f"{NETWORK}.aws_vpc.this", enable_dns_support=False),
        Hop.DNS,
        "the VPC has enable_dns_support off",
    ),
    "no DNS hostnames in the VPC": (
        put(f"{NETWORK}.aws_vpc.this", enable_dns_hostnames=False),
        Hop.DNS,
        "the VPC has enable_dns_hostnames off: private names are not answered",
    ),
    "an endpoint without its private name": (
        put(f'{INTERFACE}["ecr_dkr"]', private_dns_enabled=False),
        Hop.PRIVATE_NAME,
        "the name of com.amazonaws.us-east-1.ecr.dkr leads to the internet",
    ),
    "an endpoint without interfaces": (
        put(f'{INTERFACE}["logs"]', subnet_ids=[]),
        Hop.INTERFACE,
        "the endpoint for com.amazonaws.us-east-1.logs has no interface in a subnet of the VPC",
    ),
    "an endpoint of another VPC": (
        put(f'{INTERFACE}["logs"]', vpc_id="vpc-other"),
        Hop.INTERFACE,
        "no interface in a subnet of the VPC",
    ),
    "jobs that may not call the endpoints": (
        rules(JOBS_GROUP, "egress", lambda there: [each for each in there if not each["security_groups"]]),
        Hop.JOBS_GROUP,
        "the jobs' security group lets no HTTPS out to the endpoints",
    ),
    "jobs that may not call S3": (
        rules(JOBS_GROUP, "egress", lambda there: [each for each in there if not each["prefix_list_ids"]]),
        Hop.JOBS_GROUP,
        "the jobs' security group lets nothing out to the prefix list of com.amazonaws.us-east-1.s3",
    ),
    "jobs that may call another port": (
        rules(
            JOBS_GROUP, "egress", lambda there: [{**each, "from_port": 80, "to_port": 80} for each in there]
        ),
        Hop.JOBS_GROUP,
        "the jobs' security group lets",
    ),
    "endpoints that nothing may call": (
        put(f"{ENDPOINTS}.aws_security_group.endpoints[0]", ingress=[]),
        Hop.ENDPOINT_GROUP,
        "the endpoints' security group lets nothing in from subnet subnet-",
    ),
    "endpoints that one subnet may not call": (
        rules(
            f"{ENDPOINTS}.aws_security_group.endpoints[0]",
            "ingress",
            lambda there: [{**there[0], "cidr_blocks": there[0]["cidr_blocks"][:1]}],
        ),
        Hop.ENDPOINT_GROUP,
        "the endpoints' security group lets nothing in from subnet subnet-",
    ),
    "a network ACL that stops requests": (
        rules(ACL, "egress", lambda there: [each for each in there if each["from_port"] != 443]),
        Hop.ACL_REQUEST,
        "no HTTPS passes from",
    ),
    "a network ACL that stops answers": (
        rules(ACL, "ingress", lambda there: [each for each in there if each["from_port"] == 443]),
        Hop.ACL_ANSWER,
        "no answer passes from",
    ),
    "a network ACL that stops a part of the answers": (
        rules(
            ACL,
            "ingress",
            rule(rule_no=50, action="deny", cidr_block="0.0.0.0/0", from_port=40000, to_port=40100),
        ),
        Hop.ACL_ANSWER,
        "no answer passes from",
    ),
    "subnets that no list is for": (
        put(ACL, subnet_ids=[]),
        Hop.ACL_REQUEST,
        "no HTTPS passes from",
    ),
    "a subnet without its route table": (
        drop(f'{NETWORK}.aws_route_table_association.jobs["us-east-1b"]'),
        Hop.ROUTE,
        "has no route to com.amazonaws.us-east-1.s3",
    ),
    "a gateway endpoint of no route table": (
        put(f'{GATEWAY}["s3"]', route_table_ids=[]),
        Hop.ROUTE,
        "has no route to com.amazonaws.us-east-1.s3",
    ),
    "an endpoint for another repository": (
        text(f'{INTERFACE}["ecr_dkr"]', "policy", "repository/fargo-cycle", "repository/other"),
        Hop.ENDPOINT_POLICY,
        f"does not allow ecr:BatchGetImage on arn:aws:ecr:us-east-1:{ACCOUNT}:repository/fargo-cycle",
    ),
    "an endpoint for the layers of another region": (
        text(f'{GATEWAY}["s3"]', "policy", "prod-us-east-1-starport", "prod-us-west-2-starport"),
        Hop.ENDPOINT_POLICY,
        "does not allow s3:GetObject on arn:aws:s3:::prod-us-east-1-starport-layer-bucket",
    ),
    "an endpoint for another account's principals": (
        text(f'{INTERFACE}["logs"]', "policy", f'"{ACCOUNT}"', f'"{OTHER}"'),
        Hop.ENDPOINT_POLICY,
        "does not allow logs:CreateLogStream",
    ),
    "an endpoint policy without an action": (
        text(f'{GATEWAY}["s3"]', "policy", '"s3:PutObject",', ""),
        Hop.ENDPOINT_POLICY,
        f"does not allow s3:PutObject on {BUCKET}/runs/",
    ),
    "an execution role that may not pull": (
        text(f"{ROLES}.aws_iam_role_policy.execution", "policy", '"ecr:BatchGetImage",', ""),
        Hop.PERMISSION,
        "no policy allows ecr:BatchGetImage",
    ),
    "an execution role for another log group": (
        text(
            f"{ROLES}.aws_iam_role_policy.execution",
            "policy",
            "log-group:/fargo/cycle/jobs",
            "log-group:/other",
        ),
        Hop.PERMISSION,
        "no policy allows logs:CreateLogStream",
    ),
    "a job role that may not write": (
        text(f"{ROLES}.aws_iam_role_policy.job", "policy", '"s3:PutObject",', ""),
        Hop.PERMISSION,
        f"no policy allows s3:PutObject on {BUCKET}/runs/",
    ),
    "a bucket that refuses the job": (
        text("module.storage.aws_s3_bucket_policy.workspace", "policy", '"false"', '"true"'),
        Hop.PERMISSION,
        "the resource's policy denies s3:GetObject",
    ),
    "a key that knows nothing of IAM": (
        text("module.storage.aws_kms_key.this", "policy", f"{ACCOUNT}:root", f"{OTHER}:root"),
        Hop.PERMISSION,
        "the resource's policy does not allow kms:Decrypt",
    ),
    "a key that CloudWatch may not use": (
        text("module.storage.aws_kms_key.this", "policy", "log-group:/fargo/cycle/", "log-group:/other/"),
        Hop.PERMISSION,
        "the resource's policy does not allow kms:GenerateDataKey",
    ),
    "a role that ECS may not take": (
        text(f"{ROLES}.aws_iam_role.execution", "assume_role_policy", "ecs-tasks.", "ec2."),
        Hop.TRUST,
        f"ECS may not take arn:aws:iam::{ACCOUNT}:role/fargo-cycle-execution",
    ),
    "a job with another role": (
        text(DEFINITION, "container_properties", "role/fargo-cycle-job", "role/other"),
        Hop.TRUST,
        "role/other is not a role of this stack",
    ),
    "a job with an image from elsewhere": (
        text(DEFINITION, "container_properties", "/fargo-cycle:", "/other:"),
        Hop.THING,
        "/other is not the stack's repository",
    ),
    "a job that prints elsewhere": (
        text(DEFINITION, "container_properties", "/fargo/cycle/jobs", "/fargo/other/jobs"),
        Hop.THING,
        "/fargo/other/jobs is not a log group of the stack",
    ),
}


@pytest.mark.parametrize("what", BROKEN)
def test_what_is_broken_is_named_at_its_hop(what: str, standing: "Standing") -> None:
    change, hop, words = BROKEN[what]
    broken = [each.broken for each in walks(StackPlan.read(changed(standing.shown, change))) if each.broken]
    assert {each.hop for each in broken} == {hop}
    assert any(words in each.missing for each in broken), broken
