"""The one place where target aws and target local differ."""

import os
import threading
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import TYPE_CHECKING, Any

from fargo.aws.errors import translated
from fargo.aws.journal import Journal
from fargo.aws.patience import Patience

if TYPE_CHECKING:
    from boto3.session import Session as BotoSession
    from botocore.session import Session as BotocoreSession

NO_KEYS = {"AWS_ACCESS_KEY_ID": "", "AWS_SECRET_ACCESS_KEY": "", "AWS_SESSION_TOKEN": ""}
LOCAL_KEY = "local"  # any key will do: the local AWS checks no signature


class Target(StrEnum):
    """Where a project lives: on AWS, or on the local AWS of this machine."""

    AWS = "aws"
    LOCAL = "local"


def _without_settings() -> "BotocoreSession":
    """A session that no profile and no file of the user's reaches into."""
    from botocore.session import Session as BotocoreSession

    nothing = (None, None, None, None)
    files = dict.fromkeys(("config_file", "credentials_file"), (None, None, os.devnull, None))
    return BotocoreSession(session_vars={"profile": nothing, **files})


def _quick(session: "BotocoreSession") -> "BotocoreSession":
    """Have Python read the times in answers: dateutil takes five sixths of reading a page of 1,000 keys."""
    factory = session.get_component("response_parser_factory")
    factory.set_parser_defaults(timestamp_parser=_time)
    return session


def _time(value: Any) -> datetime:
    from botocore.parsers import DEFAULT_TIMESTAMP_PARSER

    if isinstance(value, str) and value.endswith("Z"):
        with suppress(ValueError):
            return datetime.fromisoformat(value)
    found: datetime = DEFAULT_TIMESTAMP_PARSER(value)
    return found


def profile_region(profile: str) -> str:
    """The region of an AWS profile; empty where it names none."""
    import boto3

    with translated("profile"):
        return boto3.Session(profile_name=profile or None).region_name or ""


@dataclass(frozen=True, slots=True)
class Identity:
    """Who AWS takes us for."""

    account_id: str
    arn: str


@dataclass(slots=True)
class Session:
    """Credentials, region and endpoint; makes clients on demand and keeps them.

    Attributes:
        endpoint: where every service answers, for the local AWS; empty for AWS itself.
        journal: the latest calls of all its clients.
    """

    target: Target
    region: str
    profile: str = ""
    endpoint: str = ""
    journal: Journal = field(default_factory=Journal)
    _boto: "BotoSession | None" = None
    _clients: dict[Any, Any] = field(default_factory=dict)
    _lock: threading.Lock = field(default_factory=threading.Lock, repr=False, compare=False)

    def client(
        self,
        service: str,
        *,
        attempts: int = 3,
        seconds: int = 60,
        region: str = "",
        patience: Patience | None = None,
    ) -> Any:
        """A boto3 client of this session.

        Args:
            service: such as `batch`.
            attempts: how often a call is sent. Few, so that throttling is seen and slows us
                down rather than hidden; one where sending twice would do twice.
            seconds: how long an answer is waited for.
            region: another than the session's, for a service that is not in every region.
            patience: of calls of `s3` in their thousands; it decides what is sent again, not `attempts`.
        """
        key = (service, 1 if patience else attempts, seconds, region or self.region, patience)
        with self._lock:  # boto3 makes clients in one thread at a time; they serve all
            if key not in self._clients:
                self._clients[key] = self._make(*key)
            return self._clients[key]

    def _make(self, service: str, attempts: int, seconds: int, region: str, patience: Patience | None) -> Any:
        from botocore.config import Config

        config = Config(
            retries={"mode": "standard", "total_max_attempts": attempts},
            user_agent_extra="fargo",
            connect_timeout=min(10, seconds),
            region_name=region,
            read_timeout=seconds,
            max_pool_connections=16,
            s3={"addressing_style": "path"} if self.endpoint else {},
            proxies={} if self.endpoint else None,
        )
        with translated(f"{service} client"):
            client = self.boto().client(service, endpoint_url=self.endpoint or None, config=config)
        self.journal.listen(client, self._options())
        if patience:
            patience.listen(client)
        return client

    def _options(self) -> tuple[str, ...]:
        """What the AWS CLI needs to reach the same AWS as the same identity."""
        pairs = {"--region": self.region, "--profile": self.profile, "--endpoint-url": self.endpoint}
        return tuple(word for option, value in pairs.items() if value for word in (option, value))

    def boto(self) -> "BotoSession":
        """The boto3 session behind it: for what is asked of no service."""
        import boto3

        if self._boto is None:
            if self.target is Target.LOCAL:
                self._boto = boto3.Session(
                    aws_access_key_id=LOCAL_KEY,
                    aws_secret_access_key=LOCAL_KEY,
                    region_name=self.region,
                    botocore_session=_quick(_without_settings()),
                )
            else:
                from botocore.session import Session as BotocoreSession

                with translated("credentials"):
                    self._boto = boto3.Session(
                        profile_name=self.profile or None,
                        region_name=self.region,
                        botocore_session=_quick(BotocoreSession()),
                    )
        return self._boto

    def identity(self, *, attempts: int = 3, seconds: int = 60) -> Identity:
        """Ask STS who we are.

        Args:
            attempts: as `client`.
            seconds: as `client`.

        Raises:
            AwsDenied: no credentials, or expired ones.
            AwsUnreachable: no answer.
        """
        client = self.client("sts", attempts=attempts, seconds=seconds)
        with translated("GetCallerIdentity"):
            answer = client.get_caller_identity()
        return Identity(answer["Account"], answer["Arn"])

    def environment(self, environ: Mapping[str, str]) -> dict[str, str]:
        """What a child process (Terraform) needs to reach the same AWS as the same identity.

        Args:
            environ: what it would inherit; an empty value takes a variable away.
        """
        base = {"AWS_REGION": self.region, "AWS_DEFAULT_REGION": self.region}
        if self.target is Target.AWS:
            # boto3 prefers a profile that it is told to use, Terraform prefers keys.
            return base | ({"AWS_PROFILE": self.profile} | NO_KEYS if self.profile else {})
        inherited = dict.fromkeys((name for name in environ if name.startswith("AWS_")), "")
        return (
            inherited
            | base
            | {
                "AWS_ENDPOINT_URL": self.endpoint,
                "AWS_ACCESS_KEY_ID": LOCAL_KEY,
                "AWS_SECRET_ACCESS_KEY": LOCAL_KEY,
                "AWS_EC2_METADATA_DISABLED": "true",
                "NO_PROXY": "127.0.0.1",
                "no_proxy": "127.0.0.1",
                "AWS_CONFIG_FILE": "/dev/null",
                "AWS_SHARED_CREDENTIALS_FILE": "/dev/null",
            }
        )
