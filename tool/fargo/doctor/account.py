"""Who fargo is on AWS, where, until when, and whether that is where the project stands."""

import difflib
from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from fargo.aws import credentials
from fargo.aws.session import Target
from fargo.doctor.check import Check, missing, ok, warning
from fargo.errors import AwsDenied, FargoError
from fargo.model.units import duration_text
from fargo.stack import StackFolder

if TYPE_CHECKING:
    from fargo.aws.session import Identity, Session
    from fargo.config import Project

PATIENCE = 5
"""Seconds that AWS is waited for: whoever asks what is wrong wants to know soon."""
SOON = timedelta(minutes=30)
"""An `up` of a whole stack takes some minutes, a build before it as many again."""


SIGN_ON = ("SSO", "Token")
"""Words in the names of botocore's errors about single sign-on."""


def identity(who: "Identity") -> Check:
    """Who AWS takes us for."""
    if who.arn.endswith(":root"):
        return warning(
            "identity",
            f"the root user of account {who.account_id}",
            "work as a user or a role: nothing bounds what the root user's keys can do",
        )
    return ok("identity", f"{who.arn}, account {who.account_id}")


def refused(name: str, error: FargoError, profile: str = "") -> Check:
    """Why AWS does not take us for anybody. An error's own hint would lead back here.

    Args:
        name: of the check.
        profile: the one that is used, where one is named.
    """
    hint = error.hint
    if isinstance(error, AwsDenied):
        login = f"aws sso login --profile {profile}" if profile else "aws sso login"
        hint = login if any(word in error.code for word in SIGN_ON) else credentials.HINT_NONE
    return missing(name, error.message, hint)


def signing(session: "Session", now: datetime) -> Iterator[Check]:
    """Where the credentials come from, and until when they are good."""
    if session.target is Target.LOCAL:
        return
    try:
        found = credentials.of(session)
    except FargoError as error:
        yield refused("credentials", error, session.profile)
        return
    words = f"{found.words}, profile {session.profile}" if session.profile else found.words
    if not found.temporary:
        yield ok("credentials", f"{words}; they do not expire")
    elif found.renewed:
        yield ok("credentials", f"{words}; renewed by themselves")
    elif found.expires is None:
        yield ok("credentials", f"{words}; they expire, and do not say when")
    else:
        left = found.expires - now
        said = f"{words}; they expire in {duration_text(max(left.total_seconds(), 0))}"
        hint = "aws sso login" if found.method == "sso" else "get new ones before a long `fargo up`"
        yield warning("credentials", said, hint) if left < SOON else ok("credentials", said)


def region(session: "Session", project: "Project") -> Iterator[Check]:
    """Where, who says so, and whether AWS Batch is there."""
    origin = project.origins["region"] if project.region else "the AWS profile"
    if session.target is Target.LOCAL:
        yield ok(
            "region",
            f"{session.region}, of the local AWS"
            if not project.region
            else f"{session.region}, from {origin}",
        )
        return
    known = credentials.regions(session)
    if session.region in known:
        yield ok("region", f"{session.region}, from {origin}")
        return
    near = difflib.get_close_matches(session.region, known)
    guess = f"did you mean {' or '.join(near)}? " if near else ""
    yield warning(
        "region",
        f"{session.region}, from {origin}: this boto3 knows no AWS Batch there",
        f"{guess}name another one with --region, or `region` in fargo.toml",
    )


def ownership(project: "Project", session: "Session", who: "Identity") -> Iterator[Check]:
    """Whether these credentials are of the account that the project is deployed to."""
    folder = StackFolder(project, session.target.value)
    if not folder.is_claimed:
        return
    folder.check_owner(who.account_id, session.region)
    yield ok("deployed to", f"this account and region: {who.account_id}, {session.region}")
