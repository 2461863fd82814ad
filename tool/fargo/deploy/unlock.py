"""The state's lock, where a process died with it."""

from typing import TYPE_CHECKING

from fargo.aws.store import Store
from fargo.deploy import shared_state
from fargo.errors import AwsNotFound, UsageError
from fargo.terraform import Lock

if TYPE_CHECKING:
    from collections.abc import Generator

    from fargo.deploy.deployment import DeployEvent, Deployment

NO_IMAGE = "none"
"""The image's tag counts for nothing where nothing is planned."""


def holder(deployment: "Deployment") -> Lock | None:
    """Who holds the state; None where nobody does.

    Raises:
        UsageError: the state is on this machine, where no lock outlives its process.
        PrerequisiteError: it is somewhere else than the project file says.
        AwsError: the bucket cannot be read.
    """
    deployment.folder.check_place()
    where = deployment.folder.state_id
    if not where.startswith("s3://"):
        raise UsageError(
            "the state is on this machine, where a lock ends with its process: none is left to break",
            "only where the state was said to be locked: wait until the other fargo or terraform ends",
        )
    bucket, _, key = where.removeprefix("s3://").partition("/")
    try:
        # Terraform's S3 backend with `use_lockfile`: an object beside the state.
        return Lock.from_json(Store(deployment.session.client("s3"), bucket).get(f"{key}.tflock"))
    except AwsNotFound:
        return None


def break_lock(deployment: "Deployment", lock: Lock) -> "Generator[DeployEvent, None, None]":
    """Break a lock. Whoever held it must be dead: two that write one state lose what the other made.

    Raises:
        WrongAccount: credentials or region are not those deployed to.
        TerraformFailed: it could not be broken, or is another one by now.
    """
    account_id = shared_state.verified_account(deployment.session, deployment.folder)
    yield from deployment.prepare(account_id, NO_IMAGE)
    deployment.terraform().unlock(lock.id)
