"""A state that a team shares, in a bucket: making the bucket, and reading what the deployed stack put out."""

import json
from typing import TYPE_CHECKING, Any

from fargo.aws.calls import ask
from fargo.aws.errors import translated
from fargo.aws.store import Store
from fargo.errors import AwsNotFound, NotDeployed, PrerequisiteError
from fargo.model.stack import StackOutputs

if TYPE_CHECKING:
    from collections.abc import Callable

    from fargo.aws.session import Session
    from fargo.stack import StackFolder

# The one region whose name CreateBucket does not take (Amazon S3 API reference, CreateBucket).
_WITHOUT_NAME = "us-east-1"


def missing_bucket(session: "Session", folder: "StackFolder") -> str:
    """The bucket that shall keep a shared state, where it is not there; else empty.

    Another account's is there: Terraform will be refused.

    Raises:
        AwsError: AWS is out of reach, or does not let us look.
    """
    if not folder.is_shared:
        return ""
    bucket, _ = folder.shared_state
    return "" if ask(session.client("s3"), "head_bucket", Bucket=bucket) else bucket


def check_bucket(session: "Session", folder: "StackFolder") -> None:
    """Make sure that a shared state has its bucket.

    Raises:
        PrerequisiteError: it is not there.
    """
    if bucket := missing_bucket(session, folder):
        text = f"the bucket {bucket}, which [state] names for the state, is not there"
        raise PrerequisiteError(text, "`fargo up` makes it")


def make_bucket(session: "Session", bucket: str) -> None:
    """Make the bucket for states: private, encrypted, and with versions, so that no state is ever lost.

    Raises:
        AwsError: AWS refuses, as where another account has a bucket of this name.
    """
    client = session.client("s3")
    here: dict[str, Any] = (
        {}
        if session.region == _WITHOUT_NAME
        else {"CreateBucketConfiguration": {"LocationConstraint": session.region}}
    )
    with translated("CreateBucket"):
        client.create_bucket(Bucket=bucket, **here)
    with translated("PutBucketVersioning"):
        client.put_bucket_versioning(Bucket=bucket, VersioningConfiguration={"Status": "Enabled"})
    closed = ("BlockPublicAcls", "IgnorePublicAcls", "BlockPublicPolicy", "RestrictPublicBuckets")
    with translated("PutPublicAccessBlock"):
        client.put_public_access_block(
            Bucket=bucket, PublicAccessBlockConfiguration=dict.fromkeys(closed, True)
        )


def known(folder: "StackFolder", session: "Callable[[], Session]") -> StackOutputs:
    """What is deployed: as a shared state says, or else this machine; as `outputs`.

    Args:
        session: asked for only where the state is shared.
    """
    return outputs(session(), folder) if folder.is_shared else folder.outputs()


def outputs(session: "Session", folder: "StackFolder") -> StackOutputs:
    """What the deployed stack put out, as its state in the bucket says: whoever deployed it last.

    Raises:
        NotDeployed: there is no state, or nothing is deployed any more, or another version of fargo did it.
        AwsError: AWS is out of reach or refuses.
    """
    bucket, key = folder.shared_state
    where = f"s3://{bucket}/{key}"
    try:
        state = json.loads(Store(session.client("s3"), bucket).get(key))
        told: dict[str, Any] = state["outputs"]
    except AwsNotFound:
        raise NotDeployed(f"{folder.project.name} is not deployed: there is no {where}", _DEPLOY) from None
    except (ValueError, KeyError, TypeError) as error:
        raise NotDeployed(f"{where} is no state of Terraform: {error}", _DEPLOY) from error
    if not told:
        raise NotDeployed(f"{folder.project.name} is not deployed: {where} holds nothing", _DEPLOY)
    try:
        return StackOutputs.from_terraform(told)
    except (KeyError, TypeError) as error:
        text = f"{where} is of a stack that another version of fargo deployed ({error} is missing)"
        raise NotDeployed(text, "deploy it with this version: `fargo up`") from error


_DEPLOY = "deploy it: `fargo up`"
