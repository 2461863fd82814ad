"""A state that a team shares, in a bucket: making the bucket, and reading what the deployed stack put out."""

import json
import time
from contextlib import suppress
from typing import TYPE_CHECKING, Any

from fargo import place
from fargo.aws.calls import ask
from fargo.aws.errors import translated
from fargo.aws.store import Store
from fargo.errors import AwsDenied, AwsError, AwsNotFound, NotDeployed, PrerequisiteError
from fargo.model.stack import StackOutputs

if TYPE_CHECKING:
    from collections.abc import Callable

    from fargo.aws.session import Session
    from fargo.stack import StackFolder

# The one region whose name CreateBucket does not take (Amazon S3 API reference, CreateBucket).
_WITHOUT_NAME = "us-east-1"
_OURS, _AT_ONCE = "BucketAlreadyOwnedByYou", "OperationAborted"
"""It is there and ours; somebody else works on it at this moment (the same, "Error responses")."""
_PAUSES = (1.0, 2.0, 4.0, 8.0)


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


def make_bucket(session: "Session", bucket: str, *, sleep: "Callable[[float], None]" = time.sleep) -> None:
    """Make the bucket for states: private, encrypted, and with versions, so that no state is ever lost.

    Two who make it at the same moment both end well: each sees that it is there and as it should be.

    Raises:
        AwsError: AWS refuses, as where another account has a bucket of this name.
    """
    here: dict[str, Any] = (
        {}
        if session.region == _WITHOUT_NAME
        else {"CreateBucketConfiguration": {"LocationConstraint": session.region}}
    )
    _take(session, {"create_bucket": {"Bucket": bucket, **here}, **_settings(bucket)}, sleep)


def mend_bucket(session: "Session", folder: "StackFolder") -> str:
    """Finish a bucket whose making was killed: it is empty, and its versions were never turned on or off.

    Returns:
        What was done, or what is wrong with a bucket that is in use; empty where all is well, or where
        these credentials may not look.

    Raises:
        AwsError: AWS is out of reach, or refuses.
    """
    bucket, _ = folder.shared_state
    client = session.client("s3")
    try:
        status = ask(client, "get_bucket_versioning", Bucket=bucket).get("Status", "")
        objects, _, _ = Store(client, bucket).first_page()
    except AwsDenied:
        return ""
    if status == "Enabled":
        return ""
    if status or objects:
        return (
            f"the bucket {bucket} keeps no old versions, so what overwrites a state loses it; turn them on: "
            f"aws s3api put-bucket-versioning --bucket {bucket} --versioning-configuration Status=Enabled"
        )
    owner = session.identity().account_id
    _take(session, _settings(bucket, ExpectedBucketOwner=owner), time.sleep)
    return f"finished the bucket {bucket}, whose making was cut off: private, encrypted, with versions"


def _settings(bucket: str, **more: str) -> dict[str, dict[str, Any]]:
    """The calls that make a bucket fit for states."""
    closed = ("BlockPublicAcls", "IgnorePublicAcls", "BlockPublicPolicy", "RestrictPublicBuckets")
    return {
        "put_bucket_versioning": {
            "Bucket": bucket,
            "VersioningConfiguration": {"Status": "Enabled"},
            **more,
        },
        "put_public_access_block": {
            "Bucket": bucket,
            "PublicAccessBlockConfiguration": dict.fromkeys(closed, True),
            **more,
        },
    }


def _take(session: "Session", steps: dict[str, dict[str, Any]], sleep: "Callable[[float], None]") -> None:
    """Make calls in their order, each again while somebody else works on the bucket."""
    client = session.client("s3")
    for call, arguments in steps.items():
        for pause in (*_PAUSES, None):
            try:
                with translated(client.meta.method_to_api_mapping[call]):
                    getattr(client, call)(**arguments)
                break
            except AwsError as error:
                if error.code == _OURS:
                    break
                if error.code != _AT_ONCE or pause is None:
                    raise
                sleep(pause)


def move(session: "Session", folder: "StackFolder") -> None:
    """Move the state from this machine into the bucket, which is there; a copy stays here as `….moved`.

    Raises:
        WrongAccount: credentials or region are not those deployed to.
        PrerequisiteError: the bucket holds a state of this name already, or a Terraform is at work here.
        AwsError: AWS refuses, or is out of reach.
    """
    folder.check_account(session.identity().account_id, session.region)
    bucket, key = folder.shared_state
    store = Store(session.client("s3"), bucket)
    folder.mend_state()
    with place.taken(folder.state) as content:
        try:
            there, etag = store.get_tagged(key)
        except AwsNotFound:
            there, etag = b"", ""
        moved = bool(etag) and place.follows(there, content)  # a kill may have come after the write
        if etag and not moved and place.has_resources(there):
            raise PrerequisiteError(
                f"{folder.state_id} is the state of another stack of this name",
                "take `bucket` out of [state] and `fargo down` this machine's; then put it back",
            )
        if not moved:
            store.put(key, content, after=etag)
    folder.moved()


def verified_account(session: "Session", folder: "StackFolder") -> str:
    """The id of the account, where account and region are those deployed to.

    A checkout in which nothing was deployed yet is bound to neither; the shared state tells of both.

    Raises:
        WrongAccount: they are others.
        PrerequisiteError: the folder is of another project, or the state is not where the project file says.
        AwsError: the state cannot be read.
    """
    account_id = session.identity().account_id
    folder.check_owner(account_id, session.region)
    if folder.is_shared:
        with suppress(NotDeployed):
            mine = {"account_id": account_id, "region": session.region}
            place.check_target(folder.project.name, _told(session, folder), mine)
    return account_id


def known(folder: "StackFolder", session: "Callable[[], Session]") -> StackOutputs:
    """What is deployed: as a shared state says, or else this machine; as `outputs`.

    Args:
        session: asked for only where the state is shared.

    Raises:
        PrerequisiteError: the state is not where the project file says.
    """
    folder.check_place()
    return outputs(session(), folder) if folder.is_shared else folder.outputs()


def outputs(session: "Session", folder: "StackFolder") -> StackOutputs:
    """What the deployed stack put out, as its state in the bucket says: whoever deployed it last.

    Raises:
        NotDeployed: there is no state, or nothing is deployed any more, or an older fargo did it.
        NewerState: a newer fargo deployed it.
        WrongAccount: it is deployed to another region.
        AwsError: AWS is out of reach or refuses.
    """
    found = StackOutputs.told(_told(session, folder))
    place.check_target(folder.project.name, {"region": found.region}, {"region": session.region})
    return found


def _told(session: "Session", folder: "StackFolder") -> dict[str, Any]:
    """The outputs of the state in the bucket, as they are: of a stack that is not whole, too.

    Raises:
        NotDeployed: there is none.
    """
    bucket, key = folder.shared_state
    where = f"s3://{bucket}/{key}"
    try:
        state = json.loads(Store(session.client("s3"), bucket).get(key))
        told = {name: output["value"] for name, output in state["outputs"].items()}
    except AwsNotFound:
        raise NotDeployed(f"{folder.project.name} is not deployed: there is no {where}", _DEPLOY) from None
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise NotDeployed(f"{where} is no state of Terraform: {error}", _DEPLOY) from error
    if not told:
        raise NotDeployed(f"{folder.project.name} is not deployed: {where} holds nothing", _DEPLOY)
    return told


_DEPLOY = "deploy it: `fargo up`"
