"""Who we are on AWS, where the credentials come from, until when they are good, and where we are."""

import hashlib
import json
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from local_aws import ACCOUNT
from projects import REGION

from fargo.aws import credentials
from fargo.aws.session import Identity, Session, Target
from fargo.config import Project
from fargo.doctor import account
from fargo.doctor.check import Verdict
from fargo.errors import WrongAccount
from fargo.stack import StackFolder

NOW = datetime(2026, 11, 25, 12, 0, tzinfo=UTC)


@pytest.fixture
def files(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A home with AWS files of its own."""
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("AWS_CONFIG_FILE", str(tmp_path / "config"))
    monkeypatch.setenv("AWS_SHARED_CREDENTIALS_FILE", str(tmp_path / "credentials"))
    (tmp_path / "config").write_text("", encoding="utf-8")
    (tmp_path / "credentials").write_text(
        "[default]\naws_access_key_id = AKIAX\naws_secret_access_key = s\n"
        "[temporary]\naws_access_key_id = ASIAX\naws_secret_access_key = s\naws_session_token = t\n",
        encoding="utf-8",
    )
    return tmp_path


def session(profile: str = "", region: str = REGION) -> Session:
    return Session(Target.AWS, region, profile)


def signing(profile: str = "") -> "tuple[Verdict, str]":
    (check,) = account.signing(session(profile), NOW)
    return check.verdict, check.found


@pytest.mark.usefixtures("files")
def test_keys_of_a_file_do_not_expire_and_those_of_a_session_do_not_say_when() -> None:
    assert signing() == (Verdict.OK, "the shared credentials file; they do not expire")
    expected = "the shared credentials file, profile temporary; they expire, and do not say when"
    assert signing("temporary") == (Verdict.OK, expected)


@pytest.mark.parametrize(
    ("left", "verdict", "said"),
    [
        (timedelta(minutes=12), Verdict.WARNING, "they expire in 12m00"),
        (timedelta(hours=2), Verdict.OK, "2h00"),
    ],
)
def test_keys_that_end_soon_are_a_warning(
    monkeypatch: pytest.MonkeyPatch, left: timedelta, verdict: Verdict, said: str
) -> None:
    # botocore looks at its own clock before it hands them out.
    ends = datetime.now(UTC) + left
    values = {"ACCESS_KEY_ID": "ASIAX", "SECRET_ACCESS_KEY": "s", "SESSION_TOKEN": "t"}
    for name, value in {**values, "CREDENTIAL_EXPIRATION": ends.isoformat()}.items():
        monkeypatch.setenv(f"AWS_{name}", value)
    (check,) = account.signing(session(), ends - left)
    assert (check.verdict, said in check.found) == (verdict, True), check
    assert check.found.startswith("environment variables; ")


def test_a_sign_on_ends_with_its_token(files: Path) -> None:
    (files / "config").write_text(
        "[sso-session work]\nsso_start_url = https://x.awsapps.com/start\nsso_region = us-east-1\n"
        "[profile dev]\nsso_session = work\nsso_account_id = 1\nsso_role_name = r\n",
        encoding="utf-8",
    )
    cache = files / ".aws" / "sso" / "cache"
    cache.mkdir(parents=True)
    token = {"accessToken": "t", "expiresAt": "2026-11-25T12:10:00Z"}
    (cache / f"{hashlib.sha1(b'work').hexdigest()}.json").write_text(json.dumps(token), encoding="utf-8")
    boto = session("dev").boto()
    assert credentials._sign_on_ends(boto) == datetime(2026, 11, 25, 12, 10, tzinfo=UTC)


def test_no_credentials_say_how_to_get_some() -> None:
    (check,) = account.signing(session(), NOW)
    assert (check.verdict, "aws configure" in check.hint) == (Verdict.MISSING, True)


@pytest.mark.parametrize(
    ("expires", "says"),
    [
        ("2020-01-01T00:00:00Z", "the AWS credentials have expired"),
        ("nonsense", "AWS_CREDENTIAL_EXPIRATION is no time"),
    ],
)
def test_credentials_that_are_over_are_a_sentence(
    monkeypatch: pytest.MonkeyPatch, expires: str, says: str
) -> None:
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN"):
        monkeypatch.setenv(name, "x")
    monkeypatch.setenv("AWS_CREDENTIAL_EXPIRATION", expires)
    (check,) = account.signing(session(), NOW)
    assert (check.verdict, says in check.found) == (Verdict.MISSING, True)
    assert "fargo doctor" not in check.hint


def test_who_we_are_and_that_the_root_user_is_nobody_to_work_as() -> None:
    mine = account.identity(Identity(ACCOUNT, f"arn:aws:iam::{ACCOUNT}:user/me"))
    assert mine.found == f"arn:aws:iam::{ACCOUNT}:user/me, account {ACCOUNT}"
    root = account.identity(Identity(ACCOUNT, f"arn:aws:iam::{ACCOUNT}:root"))
    assert root.verdict is Verdict.WARNING


def test_a_region_says_where_it_comes_from_and_a_mistyped_one_what_was_meant(project: Project) -> None:
    (fine,) = account.region(session(), project)
    assert fine.found == "us-east-1, from AWS_REGION"
    (wrong,) = account.region(session(region="us-esat-1"), project)
    assert (wrong.verdict, "us-east-1" in wrong.hint) == (Verdict.WARNING, True)


def test_another_account_than_the_one_deployed_to_is_refused(project: Project) -> None:
    StackFolder(project, "aws").claim(ACCOUNT, REGION)
    here = Identity(ACCOUNT, "arn:aws:iam::1:user/me")
    (fine,) = account.ownership(project, session(), here)
    assert fine.found.endswith(f"{ACCOUNT}, {REGION}")
    with pytest.raises(WrongAccount):
        list(account.ownership(project, session(), Identity("999999999999", "arn:aws:iam::9:user/me")))
