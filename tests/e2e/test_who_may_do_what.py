"""What each of the stack's roles may do, who may take it, and what bucket, key and log say: simulated."""

from typing import TYPE_CHECKING

import pytest
from iam import Call, Document, Effect, actions, effect, judge
from needs import jobs, needs
from stack_plan import StackPlan

if TYPE_CHECKING:
    from conftest import Standing

pytestmark = [pytest.mark.engine, pytest.mark.terraform]

REGION, ACCOUNT, OTHER = "us-east-1", "123456789012", "999999999999"
ROLE = f"arn:aws:iam::{ACCOUNT}:role/fargo-cycle-"
ADMIN, FOREIGN = f"arn:aws:iam::{ACCOUNT}:role/admin", f"arn:aws:iam::{OTHER}:role/admin"
EVERYTHING: Document = {"Statement": [{"Effect": "Allow", "Action": "*", "Resource": "*"}]}
BUCKET = f"arn:aws:s3:::fargo-cycle-{ACCOUNT}-{REGION}"
REPOSITORY = f"arn:aws:ecr:{REGION}:{ACCOUNT}:repository/fargo-cycle"
GROUP = f"arn:aws:logs:{REGION}:{ACCOUNT}:log-group:/fargo/cycle"
SECRET = f"arn:aws:secretsmanager:{REGION}:{ACCOUNT}:secret"
TABLE = f"arn:aws:dynamodb:{REGION}:{ACCOUNT}:table"
FOREIGN_KEY = f"arn:aws:kms:{REGION}:{ACCOUNT}:key/another"


@pytest.fixture
def plan(standing: "Standing") -> StackPlan:
    return StackPlan.read(standing.shown)


@pytest.fixture
def key(plan: StackPlan) -> str:
    (found,) = plan.of("aws_kms_key")
    return str(found.values["arn"])


@pytest.fixture
def secret(plan: StackPlan) -> str:
    """The secret that the job names."""
    return str(jobs(plan)[0].container["secrets"][0]["valueFrom"])


def may(plan: StackPlan, role: str, action: str, resource: str, **context: str) -> bool:
    """Whether a role's own policies allow a call; `__` in a name of the context stands for its colon."""
    keys = {name.replace("__", ":"): value for name, value in context.items()}
    call = Call(action=action, resource=resource, principal=ROLE + role, context=keys)
    return judge(call, identity=plan.identity(ROLE + role)).allowed


MAY = [
    ("execution", "ecr:GetAuthorizationToken", "*"),
    ("execution", "ecr:BatchGetImage", REPOSITORY),
    ("execution", "logs:PutLogEvents", f"{GROUP}/jobs:log-stream:a"),
    ("job", "s3:GetObject", f"{BUCKET}/inputs/0a/photo.jpg"),
    ("job", "s3:GetObject", f"{BUCKET}/runs/r/manifest.jsonl"),
    ("job", "s3:PutObject", f"{BUCKET}/runs/r/output/0/a"),
    ("job", "dynamodb:Query", f"{TABLE}/genomes"),
    ("flow-logs", "logs:PutLogEvents", f"{GROUP}/network:log-stream:eni-1"),
]
MAY_NOT = [
    ("execution", "ecr:BatchGetImage", f"{REPOSITORY}-2"),
    ("execution", "ecr:PutImage", REPOSITORY),
    ("execution", "logs:CreateLogGroup", f"{GROUP}/jobs"),
    ("execution", "logs:PutLogEvents", f"{GROUP}/events:log-stream:a"),
    ("execution", "logs:DeleteLogStream", f"{GROUP}/jobs:log-stream:a"),
    ("execution", "secretsmanager:GetSecretValue", f"{SECRET}:other-AbCdEf"),
    ("execution", "ssm:GetParameters", f"arn:aws:ssm:{REGION}:{ACCOUNT}:parameter/other"),
    ("execution", "s3:GetObject", f"{BUCKET}/runs/r/run.json"),
    ("execution", "iam:PassRole", ROLE + "job"),
    ("job", "s3:PutObject", f"{BUCKET}/inputs/0a/photo.jpg"),
    ("job", "s3:PutObject", f"{BUCKET}/other"),
    ("job", "s3:DeleteObject", f"{BUCKET}/runs/r/run.json"),
    ("job", "s3:DeleteObjectVersion", f"{BUCKET}/runs/r/run.json"),
    ("job", "s3:PutBucketPolicy", BUCKET),
    ("job", "s3:ListBucket", BUCKET),  # the whole bucket
    ("job", "dynamodb:PutItem", f"{TABLE}/genomes"),
    ("job", "dynamodb:Query", f"{TABLE}/others"),
    ("job", "kms:Decrypt", FOREIGN_KEY),
    ("job", "secretsmanager:GetSecretValue", f"{SECRET}:token-AbCdEf"),
    ("job", "logs:PutLogEvents", f"{GROUP}/jobs:log-stream:a"),
    ("job", "ecr:GetAuthorizationToken", "*"),
    ("job", "sts:AssumeRole", ADMIN),
    ("job", "iam:PassRole", ROLE + "execution"),
    ("job", "batch:SubmitJob", "*"),
    ("flow-logs", "logs:PutLogEvents", f"{GROUP}/jobs:log-stream:a"),
    ("flow-logs", "logs:CreateLogGroup", f"{GROUP}/network"),
]


@pytest.mark.parametrize(("role", "action", "resource"), MAY)
def test_a_role_may(role: str, action: str, resource: str, plan: StackPlan) -> None:
    assert may(plan, role, action, resource)


@pytest.mark.parametrize(("role", "action", "resource"), MAY_NOT)
def test_a_role_may_not(role: str, action: str, resource: str, plan: StackPlan) -> None:
    assert not may(plan, role, action, resource)


def test_the_execution_role_reads_the_secret_that_a_job_names_and_what_it_is_ciphered_with(
    plan: StackPlan, secret: str
) -> None:
    assert may(plan, "execution", "secretsmanager:GetSecretValue", secret)
    assert not may(plan, "execution", "secretsmanager:PutSecretValue", secret)
    via = f"secretsmanager.{REGION}.amazonaws.com"
    call = Call(
        action="kms:Decrypt",
        resource=FOREIGN_KEY,
        principal=f"{ROLE}execution",
        context={"kms:ViaService": via},
    )
    assert effect(_joined(plan.identity(f"{ROLE}execution")), call) is Effect.ALLOW
    by_itself = Call(action="kms:Decrypt", resource=FOREIGN_KEY, principal=f"{ROLE}execution")
    assert effect(_joined(plan.identity(f"{ROLE}execution")), by_itself) is Effect.NOTHING


def test_a_job_lists_its_own_part_of_the_bucket_alone(plan: StackPlan) -> None:
    assert may(plan, "job", "s3:ListBucket", BUCKET, s3__prefix="runs/r/")
    assert may(plan, "job", "s3:ListBucket", BUCKET, s3__prefix="inputs/")
    assert not may(plan, "job", "s3:ListBucket", BUCKET, s3__prefix="")
    assert not may(plan, "job", "s3:ListBucket", BUCKET, s3__prefix="secret/")


# --- Who may take a role.

ECS, TASK = "ecs-tasks.amazonaws.com", f"arn:aws:ecs:{REGION}:{ACCOUNT}:task/cluster/1"
FLOW, LOG = "vpc-flow-logs.amazonaws.com", f"arn:aws:ec2:{REGION}:{ACCOUNT}:vpc-flow-log/fl-1"


@pytest.mark.parametrize(
    ("role", "service", "account", "source", "taken"),
    [
        ("execution", ECS, ACCOUNT, TASK, True),
        ("job", ECS, ACCOUNT, TASK, True),
        ("flow-logs", FLOW, ACCOUNT, LOG, True),
        # The confused deputy: the service acts, but for somebody else.
        ("job", ECS, OTHER, TASK.replace(ACCOUNT, OTHER), False),
        ("execution", ECS, OTHER, TASK.replace(ACCOUNT, OTHER), False),
        ("flow-logs", FLOW, OTHER, LOG.replace(ACCOUNT, OTHER), False),
        ("job", ECS, ACCOUNT, TASK.replace(ACCOUNT, OTHER), False),
        ("job", ECS, ACCOUNT, TASK.replace(REGION, "eu-west-1"), False),
        ("job", "ec2.amazonaws.com", ACCOUNT, TASK, False),
        ("job", "lambda.amazonaws.com", ACCOUNT, TASK, False),
        ("execution", FLOW, ACCOUNT, LOG, False),
        ("flow-logs", ECS, ACCOUNT, TASK, False),
    ],
)
def test_a_role_is_taken_by_its_service_for_this_account(  # one column each
    role: str, service: str, account: str, source: str, taken: bool, plan: StackPlan
) -> None:
    context = {"aws:SourceAccount": account, "aws:SourceArn": source}
    call = Call(action="sts:AssumeRole", resource=ROLE + role, principal=service, context=context)
    assert judge(call, resource=plan.trust(ROLE + role)).allowed is taken


@pytest.mark.parametrize("role", ["execution", "job", "flow-logs"])
@pytest.mark.parametrize("principal", [ADMIN, FOREIGN, f"{ROLE}job", ECS, FLOW])
def test_nobody_takes_a_role_by_hand(role: str, principal: str, plan: StackPlan) -> None:
    """Not an administrator, not a job, not a service that does not say for whom it acts."""
    call = Call(action="sts:AssumeRole", resource=ROLE + role, principal=principal)
    assert not judge(call, identity=[EVERYTHING], resource=plan.trust(ROLE + role)).allowed


# --- Bucket, key, log.


@pytest.mark.parametrize("principal", [ADMIN, f"{ROLE}job", FOREIGN, ""])
@pytest.mark.parametrize("action", ["s3:GetObject", "s3:PutObject", "s3:ListBucket"])
def test_the_bucket_refuses_everybody_without_tls(action: str, principal: str, plan: StackPlan) -> None:
    resource = BUCKET if action == "s3:ListBucket" else f"{BUCKET}/runs/r/run.json"
    plain = {"aws:SecureTransport": "false"}
    call = Call(action=action, resource=resource, principal=principal, context=plain)
    assert effect(_bucket(plan), call) is Effect.DENY
    sealed = Call(action=action, resource=resource, principal=principal)
    assert effect(_bucket(plan), sealed) is Effect.NOTHING  # IAM decides


def test_the_key_is_used_by_whom_iam_lets_within_the_account(plan: StackPlan, key: str) -> None:
    for principal, allowed in ((ADMIN, True), (FOREIGN, False), ("", False), (ECS, False)):
        call = Call(action="kms:Decrypt", resource=key, principal=principal)
        assert judge(call, identity=[EVERYTHING], resource=_key(plan)).allowed is allowed
    call = Call(action="kms:Decrypt", resource=key, principal=ADMIN)
    assert not judge(call, resource=_key(plan)).allowed  # the key alone gives nobody anything


@pytest.mark.parametrize(
    ("service", "group", "allowed"),
    [
        (f"logs.{REGION}.amazonaws.com", f"{GROUP}/jobs", True),
        (f"logs.{REGION}.amazonaws.com", f"{GROUP}/events", True),
        (f"logs.{REGION}.amazonaws.com", f"{GROUP}/network", True),
        (f"logs.{REGION}.amazonaws.com", GROUP.replace("cycle", "other") + "/jobs", False),
        (f"logs.{REGION}.amazonaws.com", f"{GROUP}/jobs".replace(ACCOUNT, OTHER), False),
        ("logs.eu-west-1.amazonaws.com", f"{GROUP}/jobs", False),
        ("s3.amazonaws.com", f"{GROUP}/jobs", False),
    ],
)
def test_cloudwatch_uses_the_key_for_this_projects_groups(
    service: str, group: str, allowed: bool, plan: StackPlan, key: str
) -> None:
    context = {"kms:EncryptionContext:aws:logs:arn": group}
    call = Call(action="kms:GenerateDataKey", resource=key, principal=service, context=context)
    assert judge(call, resource=_key(plan)).allowed is allowed


@pytest.mark.parametrize(
    ("principal", "group", "allowed"),
    [
        ("events.amazonaws.com", "events", True),
        ("delivery.logs.amazonaws.com", "events", True),
        ("events.amazonaws.com", "jobs", False),
        ("s3.amazonaws.com", "events", False),
        (ADMIN, "events", False),
        (FOREIGN, "events", False),
    ],
)
def test_events_are_written_by_eventbridge_alone(
    principal: str, group: str, allowed: bool, plan: StackPlan
) -> None:
    policy = plan.documents()["module.events.aws_cloudwatch_log_resource_policy.events"]
    call = Call(action="logs:PutLogEvents", resource=f"{GROUP}/{group}:log-stream:a", principal=principal)
    assert judge(call, resource=policy).allowed is allowed


# --- Nothing is granted that nothing uses.

# What the walk does not ask for, and who does.
USED_BESIDE = {
    "ecr:BatchCheckLayerAvailability": "Fargate, as AWS's own AmazonECSTaskExecutionRolePolicy has it",
    "kms:Decrypt": "S3 for objects; Secrets Manager for a secret under a key of its own",
    "s3:ListMultipartUploadParts": "the AWS CLI and SDKs in jobs, when they go on with an upload",
    "dynamodb:GetItem": "the project's own policy",
    "dynamodb:Query": "the project's own policy",
    "logs:DescribeLogGroups": "VPC flow logs, which ask before they write",
    "logs:DescribeLogStreams": "VPC flow logs, likewise",
}


def test_every_action_that_a_role_is_granted_is_used(plan: StackPlan) -> None:
    granted = {
        action
        for role in plan.of("aws_iam_role")
        for document in plan.identity(role.values["arn"])
        for action in actions(document)
    }
    used = {need.call.action for job in jobs(plan) for need in needs(plan, job)}
    assert granted - used - set(USED_BESIDE) == set()
    assert set(USED_BESIDE) - granted == set()


def _joined(documents: list[Document]) -> Document:
    return {"Statement": [statement for document in documents for statement in document["Statement"]]}


def _bucket(plan: StackPlan) -> Document:
    return plan.documents()["module.storage.aws_s3_bucket_policy.workspace"]


def _key(plan: StackPlan) -> Document:
    return plan.documents()["module.storage.aws_kms_key.this"]
