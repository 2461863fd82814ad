"""A project's settings → what the Terraform stack takes: its variables, and its provider's settings."""

from typing import Any

import msgspec

from fargo.config import JobSettings, NetworkSettings, Project
from fargo.model import naming
from fargo.model.stack import STACK_VERSION


def provider(
    project: Project, *, account_id: str, region: str, state_id: str, retries: int
) -> dict[str, Any]:
    """The AWS provider's settings: where Terraform may act, and the tags of all that it makes.

    Args:
        project: the settings.
        account_id: the only account that Terraform may act on.
        region: where.
        state_id: see `StackFolder.state_id`.
        retries: how often the provider tries a call again.
    """
    tags = {
        naming.TAG_PROJECT: project.name,
        naming.TAG_STACK: STACK_VERSION,
        naming.TAG_STATE: state_id,
    }
    return {
        "region": region,
        "allowed_account_ids": [account_id],
        "max_retries": retries,
        "default_tags": {"tags": tags},
    }


def variables(project: Project, image_tag: str) -> dict[str, Any]:
    """The root module's input variables for a project (`terraform/variables.tf`).

    Args:
        project: the settings.
        image_tag: the content hash of the image.
    """
    return {
        "name": project.name,
        "image_tag": image_tag,
        "architecture": project.image.cpu.value,
        "operating_system": project.image.operating_system.upper(),
        "network": _network(project.network),
        "compute": {
            "max_vcpus": project.compute.max_vcpus,
            "scheduling": project.compute.scheduling.upper(),
        },
        "logs": {"retention_days": project.logs.retention_days},
        "roles": {
            "path": project.roles.path,
            "permissions_boundary": project.roles.permissions_boundary or None,
        },
        "notifications": {
            "states": [state.upper() for state in project.notifications.states],
            "emails": project.notifications.emails,
        },
        "jobs": jobs_of(project),
    }


def _network(network: NetworkSettings) -> dict[str, Any]:
    existing = {
        "vpc_id": network.vpc,
        "subnet_ids": network.subnets,
        "has_endpoints": network.vpc_has_endpoints,
    }
    return {
        "cidr": network.cidr,
        "zones": network.zones,
        "endpoints": network.endpoints,
        "existing": existing if network.vpc else None,
    }


def jobs_of(project: Project) -> dict[str, Any]:
    """The `[jobs.*]` tables as the root module takes them."""
    return {name: _job(job) for name, job in project.jobs.items()}


def _job(job: JobSettings) -> dict[str, Any]:
    return {
        "command": [naming.RUNNER, "--", *job.command],
        "vcpu": job.vcpu,
        "memory_mib": job.size.memory_mib,
        "storage_gib": job.storage_gib,
        "timeout_seconds": job.timeout_seconds,
        "attempts": job.attempts,
        "spot": job.spot,
        "environment": job.environment,
        "secrets": job.secrets,
        "output": job.output,
        "read_only_root": job.read_only_root,
        "user": job.user,
        "exec": job.exec,
        # Not the standard library's: a condition may ask for a date, which TOML has as such.
        "policy": msgspec.json.encode(job.policy).decode(),
    }
