"""The stack as Terraform makes it, offline: its resources, and every IAM policy document among them.

`terraform test` applies it with the real provider and each resource overridden: nothing is sent to AWS,
and what only AWS knows, such as a key's ARN, is given. So all values are whole, which in a plan most
documents are not. What the provider itself would compute of a resource is made up.
"""

import json
import os
import re
import shutil
import subprocess
import tempfile
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

from fargo.terraform import mirror

Resources = dict[str, dict[str, Any]]

STACK = Path(__file__).resolve().parents[2] / "terraform"
ACCOUNT, REGION = "123456789012", "eu-west-1"
_ARN = f"arn:aws:{{}}:{REGION}:{ACCOUNT}:{{}}"

# Where each kind of resource holds a policy document.
HOLDERS = {
    "aws_cloudwatch_log_resource_policy": "policy_document",
    "aws_ecr_repository_policy": "policy",
    "aws_iam_policy": "policy",
    "aws_iam_role": "assume_role_policy",
    "aws_iam_role_policy": "policy",
    "aws_kms_key": "policy",
    "aws_s3_bucket_policy": "policy",
    "aws_sns_topic_policy": "policy",
    "aws_sqs_queue_policy": "policy",
    "aws_vpc_endpoint": "policy",
}

# What only AWS knows and documents are made of, or the provider looks at; by the kind of resource or
# data source. {name} is the block's.
KNOWN_TO_AWS: dict[str, dict[str, Any]] = {
    "aws_availability_zones": {"names": [f"{REGION}{letter}" for letter in "abc"]},
    "aws_caller_identity": {"account_id": ACCOUNT},
    "aws_batch_compute_environment": {"arn": _ARN.format("batch", "compute-environment/fargo-demo")},
    "aws_batch_job_queue": {"arn": _ARN.format("batch", "job-queue/fargo-demo")},
    "aws_cloudwatch_event_rule": {"arn": _ARN.format("events", "rule/fargo-demo-job-state")},
    "aws_cloudwatch_log_group": {"arn": _ARN.format("logs", "log-group:/fargo/demo/{name}")},
    "aws_ecr_repository": {"arn": _ARN.format("ecr", "repository/fargo-demo")},
    "aws_iam_role": {"arn": f"arn:aws:iam::{ACCOUNT}:role/fargo-demo-{{name}}"},
    "aws_iam_service_linked_role": {"arn": f"arn:aws:iam::{ACCOUNT}:role/aws-service-role/{{name}}"},
    "aws_kms_key": {"arn": _ARN.format("kms", "key/11111111-2222-3333-4444-555555555555")},
    "aws_s3_bucket": {"arn": f"arn:aws:s3:::fargo-demo-{ACCOUNT}-{REGION}"},
    "aws_sns_topic": {"arn": _ARN.format("sns", "fargo-demo")},
}

# A project that uses what there is: every endpoint, both kinds of secrets, ECS Exec, a policy of its own,
# and a topic that tells what fails.
VARIABLES: dict[str, Any] = {
    "name": "demo",
    "image_tag": "1f0c2a3b4d5e6f70",
    "notifications": {"states": ["FAILED"], "emails": []},
    "network": {"endpoints": ["dynamodb", "kms", "secretsmanager", "ssm", "ssmmessages", "sts"]},
    "jobs": {
        "work": {
            "command": ["fargo-run", "--", "work"],
            "vcpu": 0.25,
            "memory_mib": 512,
            "exec": True,
            "secrets": {
                "KEY": _ARN.format("secretsmanager", "secret:key-AbCdEf"),
                "TOKEN": _ARN.format("ssm", "parameter/token"),
            },
            "policy": json.dumps(
                [
                    {
                        "Effect": "Allow",
                        "Action": "s3:ListBucket",
                        "Resource": "arn:aws:s3:::others",
                        "Condition": {"NumericLessThanEquals": {"s3:max-keys": 100}},
                    }
                ]
            ),
        }
    },
}

PROVIDER = f"""\
provider "aws" {{
  region                      = "{REGION}"
  access_key                  = "offline"
  secret_key                  = "offline"
  skip_credentials_validation = true
  skip_metadata_api_check     = true
  skip_region_validation      = true
  skip_requesting_account_id  = true
}}

run "apply" {{
  command = apply
}}
"""


def applied_stack(
    *, variables: Mapping[str, Any] | None = None, change: Callable[[Path], None] | None = None
) -> Resources:
    """Apply the stack to nothing; takes about ten seconds.

    Args:
        variables: of the stack, instead of those in `VARIABLES` of the same names.
        change: is given the folder of the stack's copy first.

    Returns:
        A resource's address → its values.
    """
    with tempfile.TemporaryDirectory(prefix="fargo-applied-") as name:
        copy = Path(name) / "terraform"
        left_out = shutil.ignore_patterns(".terraform*", "tests", "examples", "policies", "*.tfstate*")
        shutil.copytree(STACK, copy, ignore=left_out)
        if change:
            change(copy)
        (copy / "terraform.tfvars.json").write_text(json.dumps({**VARIABLES, **(variables or {})}))
        (copy / "tests").mkdir()
        (copy / "tests" / "apply.tftest.hcl").write_text(PROVIDER + "".join(_overrides(copy)))
        return dict(_resources(_apply(copy)))


def policy_documents(resources: Resources) -> dict[str, dict[str, Any]]:
    """A resource's address → the IAM policy document that it holds: role, trust, endpoint, bucket, key…"""
    return {
        address: json.loads(values[HOLDERS[kind(address)]])
        for address, values in resources.items()
        if kind(address) in HOLDERS
    }


def kind(address: str) -> str:
    """The type of the resource."""
    return next(part for part in address.split(".") if part.startswith("aws_"))


def _overrides(stack: Path) -> Iterator[str]:
    """For every resource in the stack's files, and for the data that AWS would be asked for."""
    for prefix, folder in [("", "."), *_modules(_text(stack))]:
        for block, type_, name in re.findall(
            r'^(resource|data) "(\w+)" "(\w+)"', _text(stack / folder), re.MULTILINE
        ):
            values = KNOWN_TO_AWS.get(type_, {})
            if values or (block == "resource" and type_.startswith("aws_")):
                target = f"{prefix}{'data.' if block == 'data' else ''}{type_}.{name}"
                given = json.dumps(values).replace("{name}", name)
                yield f"\noverride_{block} {{\n  target = {target}\n  values = {given}\n}}\n"


def _modules(root: str) -> Iterator[tuple[str, str]]:
    """The prefix of the addresses in each module that the root calls, and its folder."""
    call = re.compile(r'^module "(\w+)" \{\n\s*source\s*= "(.+?)"\n(.*?)^\}', re.MULTILINE | re.DOTALL)
    for name, folder, arguments in call.findall(root):
        # An override names an instance where there can be several.
        instance = "[0]" if re.search(r"^  count ", arguments, re.MULTILINE) else ""
        yield f"module.{name}{instance}.", folder


def _text(folder: Path) -> str:
    return "\n".join(file.read_text() for file in sorted(folder.glob("*.tf")))


def _apply(folder: Path) -> dict[str, Any]:
    found = mirror.configure(os.environ, home=Path.home(), folder=folder.parent)
    environ = {**os.environ, **found, "TF_IN_AUTOMATION": "1", "CHECKPOINT_DISABLE": "1"}
    said = ""
    for command in (["init", "-backend=false", "-input=false", "-no-color"], ["test", "-json", "-verbose"]):
        done = subprocess.run(
            ["terraform", *command],
            cwd=folder,
            env=environ,
            capture_output=True,
            text=True,
            timeout=300,
            check=False,
        )
        said = done.stdout
        assert done.returncode == 0, f"terraform {command[0]}: {done.stderr}\n{said}"
    events = map(json.loads, said.splitlines())
    state = next(event["test_state"] for event in events if event["type"] == "test_state")
    root: dict[str, Any] = state["root_module"]
    return root


def _resources(module: Mapping[str, Any]) -> Iterator[tuple[str, dict[str, Any]]]:
    """From the state, as `terraform show -json` gives a module."""
    for resource in module.get("resources", ()):
        # Of AWS alone: Terraform's own, such as terraform_data, make nothing.
        if resource["mode"] == "managed" and resource["type"].startswith("aws_"):
            yield resource["address"], resource["values"]
    for child in module.get("child_modules", ()):
        yield from _resources(child)
