"""What a job needs of AWS, read from its job definition and its compute environment in a plan."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from iam import Call, Document
from stack_plan import Resource, StackPlan


@dataclass(frozen=True, slots=True, kw_only=True)
class Job:
    """A job definition in a compute environment of a queue.

    Attributes:
        name: the job definition's.
        environment: `on_demand` or `spot`, as the queue is called in the stack.
        container: the job definition's container properties.
        cluster: the ARN of the ECS cluster that its tasks run in.
    """

    name: str
    environment: str
    container: dict[str, Any]
    subnets: tuple[str, ...]
    groups: tuple[str, ...]
    cluster: str

    @property
    def execution_role(self) -> str:
        """What Fargate starts the task with."""
        return str(self.container["executionRoleArn"])

    @property
    def job_role(self) -> str:
        """What the job's own code acts with."""
        return str(self.container["jobRoleArn"])


@dataclass(frozen=True, slots=True, kw_only=True)
class Need:
    """One call that must pass.

    Attributes:
        what: in words.
        call: the call.
        service: the endpoint that it goes through, such as `ecr.api`; empty for what AWS does by itself.
        role: whose policies it passes; empty for AWS's own calls.
        resource_policy: the policy of what it acts on.
        permission: whether IAM is asked here; not for links that AWS has signed already.
        missing: what is not there to be called, in words; else empty.
    """

    what: str
    call: Call
    service: str = ""
    role: str = ""
    resource_policy: Document | None = None
    permission: bool = True
    missing: str = ""


def jobs(plan: StackPlan) -> list[Job]:
    """Every job definition in every compute environment that a queue leads to."""
    environments = {each.values["arn"]: each.values for each in plan.of("aws_batch_compute_environment")}
    return [
        _job(definition, queue, environments[order["compute_environment"]])
        for queue in plan.of("aws_batch_job_queue")
        for order in queue.values["compute_environment_order"]
        for definition in plan.of("aws_batch_job_definition")
    ]


def _job(definition: Resource, queue: Resource, environment: Any) -> Job:
    (resources,) = environment["compute_resources"]
    return Job(
        name=definition.values["name"],
        environment=queue.address.split('"')[1],
        container=json.loads(definition.values["container_properties"]),
        subnets=tuple(resources["subnets"]),
        groups=tuple(resources["security_group_ids"]),
        cluster=environment["ecs_cluster_arn"],
    )


def needs(plan: StackPlan, job: Job) -> list[Need]:
    """All that the job needs to start, to print and to work."""
    return [*_image(plan, job), *_logs(plan, job), *_secrets(job), *_bucket(plan, job)]


def _image(plan: StackPlan, job: Job) -> Iterator[Need]:
    url, _, _ = job.container["image"].rpartition(":")
    host, _, name = url.partition("/")
    account, _, _, region = host.split(".")[:4]
    repository = f"arn:aws:ecr:{region}:{account}:repository/{name}"
    missing = (
        "" if plan.find("aws_ecr_repository", repository_url=url) else f"{url} is not the stack's repository"
    )
    for service, action, resource in (
        ("ecr.api", "ecr:GetAuthorizationToken", "*"),
        ("ecr.dkr", "ecr:BatchGetImage", repository),
        ("ecr.dkr", "ecr:GetDownloadUrlForLayer", repository),
    ):
        call = Call(action=action, resource=resource, principal=job.execution_role)
        yield Need(
            what=f"pull: {action}", call=call, service=service, role=job.execution_role, missing=missing
        )
    # A link that ECR has signed: no principal of the account is in the request.
    layer = Call(action="s3:GetObject", resource=f"arn:aws:s3:::prod-{region}-starport-layer-bucket/layer")
    yield Need(what="pull: a layer", call=layer, service="s3", permission=False)


def _logs(plan: StackPlan, job: Job) -> Iterator[Need]:
    options = job.container["logConfiguration"]["options"]
    name, region, account = options["awslogs-group"], options["awslogs-region"], job.cluster.split(":")[4]
    group = f"arn:aws:logs:{region}:{account}:log-group:{name}"
    found = plan.find("aws_cloudwatch_log_group", name=name)
    missing = "" if found else f"{name} is not a log group of the stack"
    for action in ("logs:CreateLogStream", "logs:PutLogEvents"):
        call = Call(action=action, resource=f"{group}:log-stream:job/default/1", principal=job.execution_role)
        yield Need(
            what=f"print: {action}", call=call, service="logs", role=job.execution_role, missing=missing
        )
    if found and (key := found.values["kms_key_id"]):
        context = {"kms:EncryptionContext:aws:logs:arn": group}
        call = Call(
            action="kms:GenerateDataKey",
            resource=key,
            principal=f"logs.{region}.amazonaws.com",
            context=context,
        )
        yield Need(what="print: CloudWatch encrypts", call=call, resource_policy=_key_policy(plan, key))


def _secrets(job: Job) -> Iterator[Need]:
    for secret in job.container["secrets"]:
        arn = ":".join(secret["valueFrom"].split(":")[:7])
        service = arn.split(":")[2]
        action = {"secretsmanager": "secretsmanager:GetSecretValue", "ssm": "ssm:GetParameters"}[service]
        call = Call(action=action, resource=arn, principal=job.execution_role)
        yield Need(what=f"secret {secret['name']}", call=call, service=service, role=job.execution_role)


def _bucket(plan: StackPlan, job: Job) -> Iterator[Need]:
    name = next(each["value"] for each in job.container["environment"] if each["name"] == "FARGO_BUCKET")
    bucket, role = f"arn:aws:s3:::{name}", job.job_role
    missing = "" if plan.find("aws_s3_bucket", bucket=name) else f"{name} is not a bucket of the stack"
    found = plan.find("aws_s3_bucket_policy", bucket=name)
    policy = plan.documents()[found.address] if found else None
    for action, resource, context in (
        ("s3:GetObject", f"{bucket}/inputs/0a1b/photo.jpg", {}),
        ("s3:GetObject", f"{bucket}/runs/r1/manifest.jsonl", {}),
        ("s3:PutObject", f"{bucket}/runs/r1/output/0/out.bin", {}),
        ("s3:AbortMultipartUpload", f"{bucket}/runs/r1/output/0/out.bin", {}),
        ("s3:ListBucket", bucket, {"s3:prefix": "runs/r1/"}),
    ):
        call = Call(action=action, resource=resource, principal=role, context=context)
        yield Need(
            what=f"work: {action}",
            call=call,
            service="s3",
            role=role,
            resource_policy=policy,
            missing=missing,
        )
    yield from _bucket_key(plan, name, role)


def _bucket_key(plan: StackPlan, bucket: str, role: str) -> Iterator[Need]:
    """S3 asks KMS itself, in the job's name: no way through the VPC."""
    found = plan.find("aws_s3_bucket_server_side_encryption_configuration", bucket=bucket)
    if found is None:
        return
    key = found.values["rule"][0]["apply_server_side_encryption_by_default"][0]["kms_master_key_id"]
    via = {"kms:ViaService": f"s3.{key.split(':')[3]}.amazonaws.com"}
    for action in ("kms:Decrypt", "kms:GenerateDataKey"):
        call = Call(action=action, resource=key, principal=role, context=via)
        yield Need(what=f"work: {action}", call=call, role=role, resource_policy=_key_policy(plan, key))


def _key_policy(plan: StackPlan, key: str) -> Document | None:
    found = plan.find("aws_kms_key", arn=key)
    return plan.documents()[found.address] if found else None
