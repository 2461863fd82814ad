import pytest
from botocore import exceptions as b

from fargo.aws.errors import translated
from fargo.aws.session import Session, Target
from fargo.errors import AwsDenied, AwsError, AwsNotFound, AwsThrottled, AwsUnreachable


def _client_error(code: str) -> b.ClientError:
    return b.ClientError({"Error": {"Code": code, "Message": "as AWS says it"}}, "SubmitJob")


@pytest.mark.parametrize(
    ("raised", "kind"),
    [
        (_client_error("AccessDeniedException"), AwsDenied),
        (_client_error("ExpiredToken"), AwsDenied),
        (_client_error("TooManyRequestsException"), AwsThrottled),
        (_client_error("NoSuchBucket"), AwsNotFound),
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


def test_the_local_target_needs_no_account_and_terraform_gets_the_same() -> None:
    session = Session(Target.LOCAL, "eu-west-1", endpoint="http://127.0.0.1:5151")
    environ = session.environment()
    assert environ["AWS_ENDPOINT_URL"] == "http://127.0.0.1:5151"
    assert environ["AWS_REGION"] == "eu-west-1"
    assert environ["AWS_ACCESS_KEY_ID"]
    assert session.client("s3").meta.endpoint_url == "http://127.0.0.1:5151"


def test_the_aws_target_hands_on_the_profile_and_no_endpoint() -> None:
    environ = Session(Target.AWS, "eu-west-1", "work").environment()
    assert environ == {"AWS_REGION": "eu-west-1", "AWS_DEFAULT_REGION": "eu-west-1", "AWS_PROFILE": "work"}


def test_no_credentials_say_what_to_do(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_CONTAINER_CREDENTIALS_RELATIVE_URI", "")
    with pytest.raises(AwsDenied) as caught:
        Session(Target.AWS, "eu-west-1").identity()
    assert "aws sso login" in caught.value.hint
