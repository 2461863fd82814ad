"""Terraform's part in a page's session: what jobs need is made by hand, in a second instead of minutes.

Run as a program, it answers the commands that fargo gives Terraform. Its state is the outputs.
"""

import json
import os
import sys
from pathlib import Path
from typing import Any

PROGRAM = """#!/bin/sh
exec "{python}" "{script}" "$@"
"""
ADDRESS = "module.batch.aws_batch_job_definition.this"
STATE = Path("../terraform.tfstate")


def install(folder: Path) -> Path:
    """A folder for the PATH, with this as `terraform`."""
    program = folder / "terraform"
    folder.mkdir(exist_ok=True)
    program.write_text(PROGRAM.format(python=sys.executable, script=__file__), encoding="utf-8")
    program.chmod(0o755)
    return folder


def main(command: str, *arguments: str) -> None:
    """Answer one command, in the stack's folder."""
    match command:
        case "version":
            print(json.dumps({"terraform_version": "1.11.4"}))
        case "init":
            Path(".terraform").mkdir(exist_ok=True)
            Path(".terraform.lock.hcl").touch()
        case "plan":
            destroy = "-destroy=true" in arguments or "-destroy" in arguments
            out = next(word.removeprefix("-out=") for word in arguments if word.startswith("-out="))
            Path(out).write_text("destroy" if destroy else "create", encoding="utf-8")
        case "show":
            plans = any(Path(word).is_file() for word in arguments)
            print(json.dumps(_plan() if plans else _state()))
        case "apply":
            _apply(next(Path(word).read_text("utf-8") for word in arguments if Path(word).is_file()))
        case "output":
            print(json.dumps({name: {"value": value} for name, value in _outputs().items()}))


def _outputs() -> dict[str, Any]:
    found: dict[str, Any] = json.loads(STATE.read_text("utf-8"))["outputs"] if STATE.is_file() else {}
    return found


def _wanted() -> dict[str, Any]:
    found: dict[str, Any] = json.loads(Path("terraform.tfvars.json").read_text("utf-8"))
    return found


def _plan() -> dict[str, Any]:
    """Of a change in the image or in the jobs, as `terraform show -json` tells it."""
    now, wanted = _outputs(), _wanted()
    same = now and (now["image_tag"], set(now["job_definitions"])) == (wanted["image_tag"], {*wanted["jobs"]})
    change = {"actions": ["update" if now else "create"], "before": None, "after": {}}
    outputs = now or {"zones": ["a", "b"], "interface_endpoints": ["ecr.api", "ecr.dkr", "logs"]}
    changes = {key: {"actions": ["no-op"], "before": value} for key, value in now.items()}
    return {
        "resource_changes": [] if same else [{"address": ADDRESS, "change": change}],
        "output_changes": changes,
        "planned_values": {"outputs": {name: {"value": value} for name, value in outputs.items()}},
    }


def _state() -> dict[str, Any]:
    """What `down` reads of the state."""
    if not (now := _outputs()):
        return {}
    kinds = {"aws_batch_job_queue": list(now["job_queues"].values()), "aws_s3_bucket": [now["bucket"]]}
    resources = [
        {"address": f"{kind}.this[{index}]", "mode": "managed", "type": kind, "values": {"id": each}}
        for kind, ids in kinds.items()
        for index, each in enumerate(ids)
    ]
    return {"values": {"root_module": {"resources": resources}}}


def _apply(what: str) -> None:
    endpoint, now = os.environ["AWS_ENDPOINT_URL"], _outputs()
    if what == "destroy":
        _remove(endpoint, now)
        made = {}
    else:
        made = _make(endpoint, _wanted(), now)
    STATE.write_text(json.dumps({"version": 4, "outputs": made}), encoding="utf-8")


def _make(endpoint: str, wanted: dict[str, Any], now: dict[str, Any]) -> dict[str, Any]:
    """A stack, or new job definitions in the one that stands."""
    from local_aws import client, make_definition  # boto3 is for the few commands that call AWS
    from private_network import private_network
    from projects import REGION, keep_events, make_stack

    name, tag = wanted["name"], wanted["image_tag"]
    if not now:
        network = private_network(client("ec2", endpoint, REGION), REGION)
        now = make_stack(endpoint, name, {}, subnets=network.subnets, groups=[network.jobs])
        client("ecr", endpoint, REGION).create_repository(repositoryName=f"fargo-{name}")
        keep_events(endpoint, name)
    image, batch = f"{now['repository_url']}:{tag}", client("batch", endpoint, REGION)
    definitions = {
        job: make_definition(batch, f"fargo-{name}_{job}", **_definition(settings, image, now))
        for job, settings in wanted["jobs"].items()
    }
    return {**now, "image_tag": tag, "job_definitions": definitions}


def _definition(job: dict[str, Any], image: str, outputs: dict[str, Any]) -> dict[str, Any]:
    told = {**job["environment"], "FARGO_BUCKET": outputs["bucket"], "FARGO_OUTPUT": job["output"]}
    container = {
        "image": image,
        "command": job["command"],
        "environment": [{"name": key, "value": value} for key, value in told.items()],
        "logConfiguration": {"logDriver": "awslogs", "options": {"awslogs-group": outputs["log_group"]}},
    }
    return {"vcpu": f"{job['vcpu']:g}", "memory": str(job["memory_mib"]), "container": container}


def _remove(endpoint: str, outputs: dict[str, Any]) -> None:
    """Jobs have been stopped and the bucket emptied before."""
    from local_aws import client, remove_queues
    from projects import REGION

    from fargo.model.naming import events_log_group

    name, batch = outputs["name"], client("batch", endpoint, REGION)
    remove_queues(batch, f"fargo-{name}-.*")
    for each in outputs["job_definitions"].values():
        batch.deregister_job_definition(jobDefinition=each)
    client("s3", endpoint, REGION).delete_bucket(Bucket=outputs["bucket"])
    client("ecr", endpoint, REGION).delete_repository(repositoryName=f"fargo-{name}", force=True)
    logs, events = client("logs", endpoint, REGION), client("events", endpoint, REGION)
    for group in (outputs["log_group"], events_log_group(name)):
        logs.delete_log_group(logGroupName=group)
    events.remove_targets(Rule=f"fargo-{name}-job-state", Ids=["log"])
    events.delete_rule(Name=f"fargo-{name}-job-state")


if __name__ == "__main__":
    main(*sys.argv[1:])
