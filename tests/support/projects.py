"""A project on disk, and one that looks deployed: queue, definition, bucket and log group made by hand.

What Terraform makes in a minute the local AWS takes in milliseconds this way, so that the
commands about runs are tested over HTTP against a real server, without Terraform or containers.
"""

import json
from pathlib import Path
from typing import Any

from local_aws import ACCOUNT, client, make_definition, make_queue

from fargo.model.naming import events_log_group
from fargo.model.stack import STACK_VERSION

REGION = "us-east-1"
PROJECT_FILE = """\
name = "{name}"

[jobs.work]
command = ["work"]

[jobs.other]
command = ["other", "--fast"]
vcpu = 1
memory = "2 GiB"
spot = true
"""


def write_project(folder: Path, name: str = "demo", *, more: str = "") -> Path:
    """A project file with two jobs, and a Dockerfile; the folder."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "fargo.toml").write_text(PROJECT_FILE.format(name=name) + more, encoding="utf-8")
    (folder / "Dockerfile").write_text("FROM scratch\nCOPY . /\n", encoding="utf-8")
    return folder


def keep_events(endpoint: str, name: str = "demo") -> None:
    """Send the events of AWS Batch to the log group that the stack makes for them."""
    events, logs = client("events", endpoint, REGION), client("logs", endpoint, REGION)
    group = events_log_group(name)
    logs.create_log_group(logGroupName=group)
    arn = logs.describe_log_groups(logGroupNamePrefix=group)["logGroups"][0]["arn"].removesuffix(":*")
    events.put_rule(Name=f"fargo-{name}-job-state", EventPattern='{"source": ["aws.batch"]}')
    events.put_targets(Rule=f"fargo-{name}-job-state", Targets=[{"Id": "log", "Arn": arn}])


def deploy(folder: Path, endpoint: str, name: str = "demo") -> dict[str, Any]:
    """Make the project look deployed to the local AWS at `endpoint`; its outputs."""
    outputs = make_stack(endpoint, name, {"work": {}, "other": {"vcpu": "1", "memory": "2048"}})
    state = folder / ".fargo" / "local"
    state.mkdir(parents=True)
    (state / "outputs.json").write_text(json.dumps(outputs), encoding="utf-8")
    owner = {"name": name, "account_id": ACCOUNT, "region": REGION}
    (state / "target.json").write_text(json.dumps(owner), encoding="utf-8")
    return outputs


def make_stack(endpoint: str, name: str, jobs: dict[str, dict[str, Any]], **network: Any) -> dict[str, Any]:
    """Make what jobs need of a stack; its outputs.

    Args:
        endpoint: of the local AWS.
        name: the project's.
        jobs: a job's name => what `make_definition` takes besides.
        network: the `subnets` and `groups` of the queues; else such as EC2 does not know.
    """
    batch, prefix = client("batch", endpoint, REGION), f"fargo-{name}"
    group, bucket = f"/fargo/{name}/jobs", f"{prefix}-{ACCOUNT}-{REGION}"
    repository = f"{ACCOUNT}.dkr.ecr.{REGION}.amazonaws.com/{prefix}"
    client("logs", endpoint, REGION).create_log_group(logGroupName=group)
    client("s3", endpoint, REGION).create_bucket(Bucket=bucket)
    logged = {"logConfiguration": {"logDriver": "awslogs", "options": {"awslogs-group": group}}}
    queues = {
        key: make_queue(batch, f"{prefix}-{key.replace('_', '-')}", **network)
        for key in ("on_demand", "spot")
    }
    definitions = {
        job: make_definition(
            batch, f"{prefix}_{job}", **{**more, "container": {**logged, **more.get("container", {})}}
        )
        for job, more in jobs.items()
    }
    return {
        "name": name,
        "account_id": ACCOUNT,
        "region": REGION,
        "stack_version": STACK_VERSION,
        "repository_url": repository,
        "image_tag": "0123456789abcdef",
        "bucket": bucket,
        "kms_key_arn": f"arn:aws:kms:{REGION}:{ACCOUNT}:key/k",
        "log_group": group,
        "job_queues": queues,
        "compute_environments": {},
        "job_definitions": definitions,
        "execution_role_arn": f"arn:aws:iam::{ACCOUNT}:role/{prefix}-execution",
        "job_role_arn": f"arn:aws:iam::{ACCOUNT}:role/{prefix}-job",
        "vpc_id": "vpc-1",
        "subnet_ids": list(network.get("subnets", ["subnet-1"])),
        "zones": ["us-east-1a", "us-east-1b"],
        "interface_endpoints": ["ecr.api", "ecr.dkr", "logs"],
        "scheduling": "FIFO",
        "topic_arn": "",
    }
