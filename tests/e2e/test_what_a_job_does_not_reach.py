"""A job reaches nothing but its own: no way out of the network, and no endpoint that serves others."""

import json
from typing import TYPE_CHECKING

import pytest
from iam import Call, Document, Effect, effect, judge
from plan_changes import Change, add, changed, put, rule, rules, text
from stack_plan import StackPlan
from ways_out import ways_out

if TYPE_CHECKING:
    from conftest import Standing

pytestmark = [pytest.mark.engine, pytest.mark.terraform]

NETWORK = "module.network[0]"
TABLE = f"{NETWORK}.aws_route_table.jobs"
JOBS_GROUP = "module.endpoints.aws_security_group.jobs"
DEFINITION = 'module.batch.aws_batch_job_definition.this["work"]'
ACCOUNT, OTHER = "123456789012", "999999999999"
BUCKET = f"arn:aws:s3:::fargo-cycle-{ACCOUNT}-us-east-1"
PUBLIC = {"cidr_blocks": ["0.0.0.0/0"]}


@pytest.fixture
def plan(standing: "Standing") -> StackPlan:
    return StackPlan.read(standing.shown)


def test_there_is_no_way_out_but_the_endpoints(plan: StackPlan) -> None:
    assert ways_out(plan) == []


ROUTE = {"cidr_block": "0.0.0.0/0", "ipv6_cidr_block": "", "gateway_id": "", "nat_gateway_id": ""}
WAYS_OUT: dict[str, tuple[Change, str]] = {
    "an internet gateway": (
        add("aws_internet_gateway", vpc_id="vpc-1"),
        "aws_internet_gateway.new is a way out of the VPC",
    ),
    "a NAT gateway": (add("aws_nat_gateway"), "aws_nat_gateway.new is a way out of the VPC"),
    "a peering": (
        add("aws_vpc_peering_connection"),
        "aws_vpc_peering_connection.new is a way out of the VPC",
    ),
    "a transit gateway": (
        add("aws_ec2_transit_gateway_vpc_attachment"),
        "aws_ec2_transit_gateway_vpc_attachment.new is a way out of the VPC",
    ),
    "a route to an internet gateway": (
        put(TABLE, route=[{**ROUTE, "gateway_id": "igw-1"}]),
        f"{TABLE} sends 0.0.0.0/0 to igw-1",
    ),
    "a route to a transit gateway": (
        put(TABLE, route=[{**ROUTE, "transit_gateway_id": "tgw-1"}]),
        f"{TABLE} sends 0.0.0.0/0 to tgw-1",
    ),
    "routes of a VPN": (
        put(TABLE, propagating_vgws=["vgw-1"]),
        f"{TABLE} takes routes from a VPN gateway",
    ),
    "egress to everywhere": (
        rules(JOBS_GROUP, "egress", rule(**PUBLIC)),
        f"{JOBS_GROUP} lets out to 0.0.0.0/0",
    ),
    "egress to everywhere by IPv6": (
        rules(JOBS_GROUP, "egress", rule(ipv6_cidr_blocks=["::/0"])),
        f"{JOBS_GROUP} lets out to ::/0",
    ),
    "egress to another group": (
        rules(JOBS_GROUP, "egress", rule(security_groups=["sg-9"])),
        f"{JOBS_GROUP} lets out to sg-9",
    ),
    "egress to another prefix list": (
        rules(JOBS_GROUP, "egress", rule(prefix_list_ids=["pl-9"])),
        f"{JOBS_GROUP} lets out to pl-9",
    ),
    "egress by another port": (
        rules(JOBS_GROUP, "egress", lambda there: [{**each, "from_port": 0} for each in there]),
        f"{JOBS_GROUP} lets more out than HTTPS: tcp 0-443",
    ),
    "egress to other jobs": (
        rules(JOBS_GROUP, "egress", rule(self=True)),
        f"{JOBS_GROUP} lets out to other jobs",
    ),
    "something comes in": (
        put(JOBS_GROUP, ingress=[{**PUBLIC, "protocol": "tcp"}]),
        f"{JOBS_GROUP} lets something in to jobs",
    ),
    "a public address": (
        text(DEFINITION, "container_properties", '"DISABLED"', '"ENABLED"'),
        "fargo-cycle_work has a public address",
    ),
    "public subnets": (
        put(f'{NETWORK}.aws_subnet.jobs["us-east-1a"]', map_public_ip_on_launch=True),
        f'{NETWORK}.aws_subnet.jobs["us-east-1a"] gives public addresses',
    ),
}


@pytest.mark.parametrize("what", WAYS_OUT)
def test_a_way_out_is_named(what: str, standing: "Standing") -> None:
    change, words = WAYS_OUT[what]
    assert ways_out(StackPlan.read(changed(standing.shown, change))) == [words]


# Calls that a job could make, with whatever credentials it holds, through the endpoints that there are.
ROLE, ADMIN = f"arn:aws:iam::{ACCOUNT}:role/fargo-cycle-job", f"arn:aws:iam::{ACCOUNT}:role/admin"
FOREIGN = f"arn:aws:iam::{OTHER}:role/thief"
EVERYTHING: Document = {"Statement": [{"Effect": "Allow", "Action": "*", "Resource": "*"}]}
LOGS, ECR = f"arn:aws:logs:us-east-1:{ACCOUNT}:log-group", f"arn:aws:ecr:us-east-1:{ACCOUNT}:repository"
FORBIDDEN = [
    ("s3", "s3:GetObject", "arn:aws:s3:::other/secret"),
    ("s3", "s3:GetObject", "arn:aws:s3:::archive/secret"),
    ("s3", "s3:PutObject", "arn:aws:s3:::archive/genomes/loot"),
    ("s3", "s3:PutObject", "arn:aws:s3:::thief/loot"),
    ("s3", "s3:PutObject", "arn:aws:s3:::prod-us-east-1-starport-layer-bucket/loot"),
    ("s3", "s3:ListAllMyBuckets", "*"),
    ("s3", "s3:CreateBucket", "arn:aws:s3:::new"),
    ("s3", "s3:PutBucketPolicy", BUCKET),
    ("s3", "s3:DeleteBucket", BUCKET),
    ("s3", "s3:PutObjectAcl", f"{BUCKET}/runs/r1/run.json"),
    ("ecr.api", "ecr:BatchGetImage", f"{ECR}/other"),
    ("ecr.dkr", "ecr:BatchGetImage", f"{ECR}/other"),
    ("ecr.dkr", "ecr:BatchGetImage", f"arn:aws:ecr:eu-west-1:{ACCOUNT}:repository/fargo-cycle"),
    ("ecr.dkr", "ecr:BatchGetImage", f"arn:aws:ecr:us-east-1:{OTHER}:repository/fargo-cycle"),
    ("ecr.dkr", "ecr:PutImage", f"{ECR}/fargo-cycle"),
    ("ecr.api", "ecr:DeleteRepository", f"{ECR}/fargo-cycle"),
    ("ecr.api", "ecr:CreateRepository", f"{ECR}/new"),
    ("logs", "logs:PutLogEvents", f"{LOGS}:/other/jobs:log-stream:x"),
    ("logs", "logs:PutLogEvents", f"{LOGS}:/fargo/cycle/jobs2:log-stream:x"),
    ("logs", "logs:PutLogEvents", f"arn:aws:logs:us-east-1:{OTHER}:log-group:/fargo/cycle/jobs:log-stream:x"),
    (
        "logs",
        "logs:PutLogEvents",
        f"arn:aws:logs:eu-west-1:{ACCOUNT}:log-group:/fargo/cycle/jobs:log-stream:x",
    ),
    ("logs", "logs:GetLogEvents", f"{LOGS}:/fargo/cycle/jobs:log-stream:x"),
    ("logs", "logs:DeleteLogGroup", f"{LOGS}:/fargo/cycle/jobs:log-stream:x"),
    (
        "secretsmanager",
        "secretsmanager:PutSecretValue",
        f"arn:aws:secretsmanager:us-east-1:{ACCOUNT}:secret:x",
    ),
    ("secretsmanager", "secretsmanager:GetSecretValue", f"arn:aws:secretsmanager:us-east-1:{OTHER}:secret:x"),
    ("dynamodb", "dynamodb:DeleteTable", f"arn:aws:dynamodb:us-east-1:{ACCOUNT}:table/genomes"),
    ("dynamodb", "dynamodb:PutItem", f"arn:aws:dynamodb:us-east-1:{OTHER}:table/genomes"),
]


@pytest.mark.parametrize(("service", "action", "resource"), FORBIDDEN)
def test_no_endpoint_lets_a_call_elsewhere_pass_even_with_an_administrators_credentials(
    service: str, action: str, resource: str, plan: StackPlan
) -> None:
    call = Call(action=action, resource=resource, principal=ADMIN)
    endpoint = _policy(plan, service)
    assert not judge(call, identity=[EVERYTHING], endpoint=endpoint).allowed
    job = Call(action=action, resource=resource, principal=ROLE)
    assert not judge(job, identity=plan.identity(ROLE)).allowed, "the job role allows it"


# What foreign credentials, carried into a job, would be used for: to carry data out. One call is open to all:
# a read of ECR's own bucket of layers, with links that only ECR gives.
CARRIED = [
    *FORBIDDEN,
    ("s3", "s3:PutObject", f"{BUCKET}/runs/r1/x"),
    ("s3", "s3:GetObject", f"{BUCKET}/runs/r1/x"),
    ("s3", "s3:GetObject", "arn:aws:s3:::archive/genomes/a.fa"),
    ("ecr.api", "ecr:GetAuthorizationToken", "*"),
    ("logs", "logs:PutLogEvents", f"{LOGS}:/fargo/cycle/jobs:log-stream:x"),
    (
        "secretsmanager",
        "secretsmanager:GetSecretValue",
        f"arn:aws:secretsmanager:us-east-1:{ACCOUNT}:secret:x",
    ),
    ("dynamodb", "dynamodb:PutItem", f"arn:aws:dynamodb:us-east-1:{ACCOUNT}:table/genomes"),
]


@pytest.mark.parametrize(("service", "action", "resource"), CARRIED)
@pytest.mark.parametrize("principal", [FOREIGN, ""], ids=["another account", "nobody"])
def test_no_endpoint_serves_foreign_credentials(
    service: str, action: str, resource: str, principal: str, plan: StackPlan
) -> None:
    call = Call(action=action, resource=resource, principal=principal)
    assert effect(_policy(plan, service), call) is Effect.NOTHING


def _policy(plan: StackPlan, service: str) -> Document:
    endpoint = plan.endpoint(service)
    assert endpoint is not None
    found: Document = json.loads(endpoint.values["policy"])
    return found
