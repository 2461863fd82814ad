"""Names that users choose."""

import re

from fargo.local.batch.errors import ClientError

_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]{0,127}")
_SHARE = re.compile(r"[A-Za-z0-9]{1,255}\*?")


def check(member: str, name: str) -> str:
    """A name of up to 128 letters, digits, hyphens and underscores.

    Args:
        member: what the request calls it, such as `jobQueueName`.
        name: to be checked.

    Raises:
        ClientError: it is something else.
    """
    if not _NAME.fullmatch(name):
        raise ClientError(
            f"{member} must begin with a letter or digit and have up to 128 letters, digits, hyphens and "
            f"underscores; {name!r} does not"
        )
    return name


def is_share(identifier: str) -> bool:
    """Whether it is a share identifier: up to 255 letters and digits, and perhaps an asterisk at the end."""
    return bool(_SHARE.fullmatch(identifier))
