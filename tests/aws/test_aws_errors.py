import pytest
from botocore import exceptions as b
from botocore.parsers import ResponseParserError
from local_aws import ACCOUNT, local_aws

from fargo.aws.errors import translated
from fargo.aws.session import Session, Target
from fargo.doctor import account
from fargo.errors import AwsDenied, AwsError, AwsNotFound, AwsThrottled, AwsUnreachable


def _client_error(code: str, status: int = 400) -> b.ClientError:
    said = {"Error": {"Code": code, "Message": "as AWS says it"}}
    return b.ClientError(said | {"ResponseMetadata": {"HTTPStatusCode": status}}, "SubmitJob")


@pytest.mark.parametrize(
    ("raised", "kind"),
    [
        (_client_error("AccessDeniedException"), AwsDenied),
        (_client_error("ExpiredToken"), AwsDenied),
        (_client_error("RequestExpired"), AwsDenied),
        (_client_error("InvalidSignatureException", 403), AwsDenied),
        (_client_error("AuthFailure", 401), AwsDenied),
        (_client_error("TooManyRequestsException"), AwsThrottled),
        (_client_error("SlowDown", 503), AwsThrottled),
        (_client_error("Whatever", 429), AwsThrottled),
        (_client_error("NoSuchBucket"), AwsNotFound),
        (_client_error("ServerException", 500), AwsUnreachable),
        (_client_error("503", 503), AwsUnreachable),
        (_client_error("Whatever", 408), AwsUnreachable),
        (_client_error("RequestTimeout"), AwsUnreachable),
        (ResponseParserError("invalid XML"), AwsUnreachable),
        (_client_error("ClientException"), AwsError),
        (b.NoCredentialsError(), AwsDenied),
        (b.ProfileNotFound(profile="x"), AwsDenied),
        (b.EndpointConnectionError(endpoint_url="http://nowhere"), AwsUnreachable),
        (b.ReadTimeoutError(endpoint_url="http://slow"), AwsUnreachable),
        (b.UnknownServiceError(service_name="x", known_service_names=""), AwsError),
    ],
)
def test_every_error_of_botocore_becomes_one_of_ours(raised: Exception, kind: type[AwsError]) -> None:
    with pytest.raises(AwsError) as caught, translated("SubmitJob"):
        raise raised
    assert type(caught.value) is kind
    assert caught.value.operation == "SubmitJob"
    assert "SubmitJob" in caught.value.message
    assert caught.value.exit_code == 6


@pytest.mark.parametrize(
    ("code", "said"),
    [
        (
            "RequestTimeTooSkewed",
            "The difference between the request time and the current time is too large.",
        ),
        ("SignatureDoesNotMatch", "Signature expired: 20261130T001427Z is now earlier than 20261130T014428Z"),
        ("InvalidSignatureException", "Signature not yet current: 20261130T055532Z is still later than …"),
    ],
)
def test_a_clock_that_is_wrong_is_no_matter_of_credentials(code: str, said: str) -> None:
    with pytest.raises(AwsError) as caught, translated("SubmitJob"):
        raise b.ClientError({"Error": {"Code": code, "Message": said}}, "SubmitJob")
    assert type(caught.value) is AwsError
    assert "the clock of this machine" in caught.value.hint
    assert "the clock of this machine" in account.refused("credentials", caught.value).hint


def test_ec2_s_word_for_ended_credentials_is_no_matter_of_the_clock_alone() -> None:
    with pytest.raises(AwsDenied) as caught, translated("DescribeVpcs"):
        raise b.ClientError({"Error": {"Code": "RequestExpired", "Message": "Request has expired."}}, "Any")
    assert caught.value.hint.startswith("get new credentials")


def test_the_local_target_needs_no_account_and_terraform_gets_the_same() -> None:
    session = Session(Target.LOCAL, "eu-west-1", endpoint="http://127.0.0.1:5151")
    users = {
        "AWS_PROFILE": "work",
        "AWS_ENDPOINT_URL_EC2": "http://elsewhere",
        "AWS_ROLE_ARN": "arn",
        "PATH": "/bin",
    }
    environ = session.environment(users)
    assert (environ["AWS_PROFILE"], environ["AWS_ENDPOINT_URL_EC2"], environ["AWS_ROLE_ARN"]) == ("", "", "")
    assert "PATH" not in environ
    assert environ["AWS_ENDPOINT_URL"] == "http://127.0.0.1:5151"
    assert environ["AWS_REGION"] == "eu-west-1"
    assert environ["AWS_ACCESS_KEY_ID"]
    assert session.client("s3").meta.endpoint_url == "http://127.0.0.1:5151"


def test_the_aws_target_hands_on_the_profile_and_no_endpoint() -> None:
    environ = Session(Target.AWS, "eu-west-1", "work").environment({"AWS_ACCESS_KEY_ID": "another"})
    assert environ == {
        "AWS_REGION": "eu-west-1",
        "AWS_DEFAULT_REGION": "eu-west-1",
        "AWS_PROFILE": "work",
        "AWS_ACCESS_KEY_ID": "",
        "AWS_SECRET_ACCESS_KEY": "",
        "AWS_SESSION_TOKEN": "",
    }


def test_nothing_of_the_users_reaches_into_the_local_target(monkeypatch: pytest.MonkeyPatch) -> None:
    with local_aws() as endpoint:  # in this process, and before moto may look for the profile too
        monkeypatch.setenv("AWS_PROFILE", "nowhere")
        monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:9")
        session = Session(Target.LOCAL, "eu-west-1", endpoint=endpoint)
        assert session.identity().account_id == ACCOUNT


def test_no_credentials_say_what_to_do(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_CONTAINER_CREDENTIALS_RELATIVE_URI", "")
    with pytest.raises(AwsDenied) as caught:
        Session(Target.AWS, "eu-west-1").identity()
    assert "aws sso login" in caught.value.hint
