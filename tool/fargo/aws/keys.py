"""KMS: the project's encryption keys."""

from concurrent.futures import ThreadPoolExecutor
from typing import Any

from fargo.aws.calls import THREADS, ask, pages, tags_of
from fargo.aws.errors import translated
from fargo.errors import AwsDenied
from fargo.model import naming


def of_project(client: Any, project: str) -> dict[str, dict[str, str]]:
    """The project's encryption keys that are not about to be deleted, id → tags.

    By its alias; where that is not there yet, by its tags: only keys without any alias are asked for theirs.

    Args:
        client: a boto3 client for `kms`.
        project: the project's name.
    """
    known = aliases(client)
    if named := known.get(f"alias/{naming.resource_prefix(project)}"):
        return {named: tags(client, named)}
    aliased = set(known.values())
    keys = [key["KeyId"] for page in pages(client, "list_keys") for key in page["Keys"]]
    unnamed = [key for key in keys if key not in aliased]
    with ThreadPoolExecutor(THREADS) as pool:
        tagged = dict(zip(unnamed, pool.map(lambda key: _tags_of_any(client, key), unnamed), strict=True))
    return {
        key: of_key
        for key, of_key in tagged.items()
        if of_key.get(naming.TAG_PROJECT) == project and deletion_date(client, key) is None
    }


def _tags_of_any(client: Any, key: str) -> dict[str, str]:
    """A key's tags; none where its own policy keeps them: that of the project's key lets the account in."""
    try:
        return tags(client, key)
    except AwsDenied as error:
        if "resource-based policy" not in error.message:
            raise
        return {}


def deletion_date(client: Any, key: str) -> Any:
    """The moment at which a key is deleted for good; None where that is not planned."""
    with translated("DescribeKey"):
        return client.describe_key(KeyId=key)["KeyMetadata"].get("DeletionDate")


def aliases(client: Any) -> dict[str, str]:
    """The account's aliases, `alias/NAME` → key id."""
    found = (alias for page in pages(client, "list_aliases") for alias in page["Aliases"])
    return {alias["AliasName"]: alias["TargetKeyId"] for alias in found if "TargetKeyId" in alias}


def tags(client: Any, key: str) -> dict[str, str]:
    """A key's tags."""
    return tags_of(ask(client, "list_resource_tags", KeyId=key).get("Tags", ()), "Tag")
