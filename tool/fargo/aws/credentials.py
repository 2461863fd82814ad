"""Where the credentials of a session come from, and until when they are good."""

from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from fargo.aws.errors import translated
from fargo.errors import AwsDenied

if TYPE_CHECKING:
    from fargo.aws.session import Session

HINT_NONE = (
    "get some: `aws sso login` where your organisation signs on, else `aws configure`; "
    "--profile names those of another profile"
)
METHODS = {
    "env": "environment variables",
    "shared-credentials-file": "the shared credentials file",
    "config-file": "the AWS configuration file",
    "assume-role": "a role that the profile assumes",
    "assume-role-with-web-identity": "a role by web identity",
    "sso": "single sign-on",
    "login": "`aws login`",
    "custom-process": "the profile's credential process",
    "container-role": "the container's role",
    "iam-role": "the instance's role",
}
"""What botocore calls the way in which it found credentials → words."""
RENEWED = frozenset(
    {"assume-role", "assume-role-with-web-identity", "custom-process", "container-role", "iam-role", "login"}
)
"""Ways that fetch new credentials by themselves before the old ones end."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Credentials:
    """What a session signs with.

    Attributes:
        method: botocore's word for where they were found.
        temporary: they end.
        expires: when, where that is known; None for those that are renewed by themselves.
    """

    method: str
    temporary: bool
    expires: datetime | None

    @property
    def words(self) -> str:
        """Where they were found."""
        return METHODS.get(self.method, self.method)

    @property
    def renewed(self) -> bool:
        """Whether new ones come by themselves."""
        return self.method in RENEWED


def of(session: "Session") -> Credentials:
    """The credentials that a session finds; asks for new ones where the way wants it.

    Raises:
        AwsDenied: there are none, or the way to them fails.
    """
    boto = session.boto()
    with translated("credentials"):
        found = boto.get_credentials()
        if found is None:
            raise AwsDenied("there are no AWS credentials", HINT_NONE, code="NoCredentialsError")
        token = found.get_frozen_credentials().token
    expires = None
    if found.method == "sso":
        expires = _sign_on_ends(boto)
    elif found.method not in RENEWED:
        # botocore tells nobody else; AWS_CREDENTIAL_EXPIRATION sets it for the environment's.
        expires = getattr(found, "_expiry_time", None)
    return Credentials(method=str(found.method), temporary=bool(token), expires=expires)


def _sign_on_ends(boto: Any) -> datetime | None:
    """When the sign-on ends that role credentials are fetched with; None where its token is not found."""
    from botocore.utils import JSONFileCache, SSOTokenLoader

    inner = boto._session  # noqa: SLF001 - boto3 shows no profile's settings
    profile = inner.get_scoped_config()
    name = profile.get("sso_session")
    start = inner.full_config.get("sso_sessions", {}).get(name, profile).get("sso_start_url", "")
    cache = JSONFileCache(str(Path("~/.aws/sso/cache").expanduser()))
    with suppress(Exception):  # a token of another shape tells nothing; the call that needs it says why
        token = SSOTokenLoader(cache)(start, session_name=name)
        return datetime.fromisoformat(token["expiresAt"].replace("UTC", "+00:00"))
    return None


def regions(session: "Session") -> tuple[str, ...]:
    """The regions of the session's part of AWS that have AWS Batch, as far as this boto3 knows."""
    boto = session.boto()
    with translated("regions"):
        partition = boto.get_partition_for_region(session.region)
        return tuple(boto.get_available_regions("batch", partition))
