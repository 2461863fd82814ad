"""What each command asks of IAM: data. `fargo doctor` checks it, `fargo doctor --policy` writes it down.

What calls ask for which action: the Service Authorization Reference,
https://docs.aws.amazon.com/service-authorization/latest/reference/ . What is called:
`tests/e2e/test_the_stack_cycle.py` holds what a whole life of a stack called against this table.
"""

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING

from fargo.doctor.grant import ANY, LINKED, OBJECTS, QUEUES, TAGGED, Grant, every
from fargo.doctor.stack_grants import CHANGE, EMPTY, LOOK, TAKE_AWAY

if TYPE_CHECKING:
    from fargo.config import Project

PUSH = (
    Grant("Account", ("ecr:GetAuthorizationToken",), ANY),
    Grant(
        "Repository",
        every(
            "ecr", "BatchCheckLayerAvailability", "BatchGetImage", "CompleteLayerUpload", "DescribeImages",
            "InitiateLayerUpload", "PutImage", "UploadLayerPart",
        ),
        ("{repository}",),
    ),
)  # fmt: skip

READ_RUNS = (
    Grant("Bucket", ("s3:ListBucket",), ("{bucket}",)),
    Grant("Objects", ("s3:GetObject",), OBJECTS),
    Grant("OwnKey", ("kms:Decrypt",), ("{key}",), TAGGED),
    Grant("Account", every("batch", "DescribeJobs", "ListJobs"), ANY),
    Grant("Events", ("logs:FilterLogEvents",), ("{logs}/events:*",)),
)
READ_LOGS = (Grant("Logs", every("logs", "FilterLogEvents", "GetLogEvents"), ("{logs}/jobs:*",)),)
LOOK_AT_QUEUES = (Grant("Account", every("batch", "DescribeComputeEnvironments", "DescribeJobQueues"), ANY),)
READ_QUEUES = (*LOOK_AT_QUEUES, Grant("Batch", ("batch:GetJobQueueSnapshot",), QUEUES))
WRITE_RUNS = (
    Grant("Objects", every("s3", "AbortMultipartUpload", "PutObject"), OBJECTS),
    Grant("OwnKey", ("kms:GenerateDataKey",), ("{key}",), TAGGED),
)
SUBMIT = (
    Grant("Submit", ("batch:SubmitJob",), (*QUEUES, "{definition}", "{job}")),
    Grant("Submit", ("batch:TagResource",), ("{job}",)),
)
STOP = (Grant("OwnJobs", ("batch:TerminateJob",), ("{job}",), TAGGED),)
PRICES = (Grant("Account", ("pricing:GetProducts",), ANY),)
STORED = (
    Grant("Account", ("cloudwatch:GetMetricStatistics", "logs:DescribeLogGroups"), ANY),
    Grant("Repository", ("ecr:DescribeImages",), ("{repository}",)),
)
"""What is kept, and costs by its size."""
QUOTAS = (Grant("Account", every("servicequotas", "GetAWSDefaultServiceQuota", "GetServiceQuota"), ANY),)
WALK = (
    Grant(
        "Account",
        every(
            "ec2", "DescribeNetworkAcls", "DescribePrefixLists", "DescribeRouteTables",
            "DescribeSecurityGroups", "DescribeSubnets", "DescribeVpcEndpoints",
        ),
        ANY,
    ),
    Grant("Network", ("ec2:DescribeVpcAttribute",), ("{ec2}:vpc/*",)),
)  # fmt: skip
"""The network that tasks start in, hop by hop."""
STATE = (
    Grant("State", ("s3:ListBucket",), ("{state}",)),
    Grant("StateObjects", every("s3", "DeleteObject", "GetObject", "PutObject"), ("{state}/{prefix}/*",)),
)
"""Terraform's state and its lock, where `[state]` names a bucket."""
MAKE_STATE = (
    Grant(
        "State",
        every(
            "s3", "CreateBucket", "GetBucketVersioning", "PutBucketPublicAccessBlock", "PutBucketVersioning"
        ),
        ("{state}",),
    ),
)
"""`up` makes that bucket where it is not there, and sees whether its making was cut off."""
LOCK_STATE = (
    Grant(
        "StateLock", every("s3", "DeleteObject", "PutObject"), ("{state}/{prefix}/terraform.tfstate.tflock",)
    ),
)
"""A plan takes the lock, and writes no state: whoever may only plan cannot put another state in its place."""
READ_STATE = (
    Grant("State", ("s3:ListBucket",), ("{state}",)),
    Grant("StateObjects", ("s3:GetObject",), ("{state}/{prefix}/*",)),
)
"""All others read there what is deployed; without the list S3 refuses what is not there."""
EXAMINE = (
    *LOOK_AT_QUEUES,
    *WALK,
    *QUOTAS,
    Grant("Account", ("ec2:DescribeVpcs",), ANY),
    Grant("LinkedRoles", ("iam:GetRole",), LINKED),
    Grant("Repository", ("ecr:DescribeImages",), ("{repository}",)),
    Grant("Self", ("iam:SimulatePrincipalPolicy",), ("{as_user}", "{as_role}")),
    Grant("SelfAsRole", ("iam:GetRole",), ("{role_of_who}",)),
)

_FOLLOW = (*READ_RUNS, *READ_LOGS)
_RUN = (*_FOLLOW, *PRICES)
_EXPLAIN = (*READ_QUEUES, *WALK, *QUOTAS)
COMMANDS: Mapping[str, tuple[Grant, ...]] = {
    "plan": (*LOOK, *PRICES),
    "up": (*LOOK, *CHANGE, *PUSH, *PRICES),
    "down": (*LOOK, *TAKE_AWAY, *EMPTY, *READ_RUNS),
    "build": PUSH,
    "submit": (*SUBMIT, *WRITE_RUNS, *_RUN),
    "retry": (*SUBMIT, *WRITE_RUNS, *_RUN),
    "stop": (*STOP, *WRITE_RUNS, *READ_RUNS),
    "ps": (*READ_RUNS, *PRICES),
    "show": _RUN,
    "wait": _FOLLOW,
    "logs": _FOLLOW,
    "explain": (*_RUN, *_EXPLAIN),
    "results": READ_RUNS,
    "report": (*_RUN, *_EXPLAIN),
    "cost": (*READ_RUNS, *PRICES, *STORED),
    "monitor": (*_RUN, *_EXPLAIN, *SUBMIT, *WRITE_RUNS, *STOP),
    "doctor": EXAMINE,
}
"""A command → all that it may ask for; `--follow` and all."""
WRITES_STATE = ("up", "down")
"""Commands that change what Terraform's state says."""


def of(commands: Iterable[str], project: "Project") -> tuple[Grant, ...]:
    """What some commands ask for, each grant once.

    Args:
        commands: names of `COMMANDS`.
        project: whose state's bucket is asked for where it names one.
    """
    found: list[Grant] = []
    for command in commands:
        found += COMMANDS[command]
        if project.state.bucket:
            found += STATE if command in WRITES_STATE else READ_STATE
            found += LOCK_STATE if command == "plan" else ()
            found += MAKE_STATE if command == "up" else ()
    return tuple({grant.key: grant for grant in found}.values())
