"""botocore's errors → fargo's, once, at the edge."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from fargo.errors import AwsConflict, AwsDenied, AwsError, AwsNotFound, AwsThrottled, AwsUnreachable

if TYPE_CHECKING:
    from botocore.exceptions import BotoCoreError, ClientError

DENIED = frozenset(
    {
        "AccessDenied", "AccessDeniedException", "UnauthorizedOperation", "AuthorizationError",
        "ExpiredToken", "ExpiredTokenException", "InvalidClientTokenId", "UnrecognizedClientException",
        "SignatureDoesNotMatch", "InvalidSignatureException", "InvalidAccessKeyId", "AuthFailure",
        "InvalidToken", "OptInRequired", "403",
    }
)  # fmt: skip
SKEWED = frozenset({"RequestTimeTooSkewed"})
SKEWED_WORDS = ("Signature expired", "Signature not yet current")
"""What a wrong clock of this machine is called: in S3's code, by others after one of DENIED."""
EXPIRED = frozenset({"RequestExpired"})
"""EC2's code for credentials that have ended, and for a clock that is late: its words do not tell which
(https://github.com/aws/aws-sdk-go/pull/253)."""
THROTTLED = frozenset(
    {
        "Throttling", "ThrottlingException", "ThrottledException", "TooManyRequestsException",
        "RequestLimitExceeded", "RequestThrottled", "RequestThrottledException", "SlowDown", "429",
    }
)  # fmt: skip
NOT_FOUND = frozenset(
    {
        "NoSuchKey", "NoSuchBucket", "NoSuchEntity", "NoSuchResourceException", "ResourceNotFoundException",
        "RepositoryNotFoundException", "ImageNotFoundException", "NotFoundException", "404",
    }
)  # fmt: skip
CONFLICT = frozenset({"PreconditionFailed", "ConditionalRequestConflict", "412"})
"""A conditional write came too late (Amazon S3 API reference, PutObject)."""
TIMED_OUT = frozenset({"RequestTimeout", "RequestTimeoutException"})
"""S3 says so with status 400, others with 408."""
STATUS_TIMED_OUT = 408
STATUS_THROTTLED = 429
STATUS_SERVER = 500
"""From here on AWS failed, not the request; what it did before it failed is not known."""

HINT_DENIED = "check who you are with `fargo doctor`; for single sign-on: `aws sso login`"
HINT_EXPIRED = (
    "get new credentials, for single sign-on: `aws sso login`; or the clock of this machine is late"
)
HINT_CLOCK = "the clock of this machine is minutes from AWS's: set it, then try again"
HINT_FAILED = "this is on AWS's side: try again in a moment"
HINT_THROTTLED = "wait a moment and try again"
HINT_UNREACHABLE = "check the network and the region; with --local: `fargo local status`"
_KINDS: tuple[tuple[frozenset[str], type[AwsError], str], ...] = (
    (SKEWED, AwsError, HINT_CLOCK),
    (DENIED, AwsDenied, HINT_DENIED),
    (EXPIRED, AwsDenied, HINT_EXPIRED),
    (THROTTLED, AwsThrottled, HINT_THROTTLED),
    (NOT_FOUND, AwsNotFound, "is the stack still there? `fargo plan` shows what is missing"),
    (CONFLICT, AwsConflict, "try again"),
)


@contextmanager
def translated(operation: str) -> Iterator[None]:
    """Turn what botocore raises within into a fargo error that names the operation.

    Args:
        operation: the API operation, as AWS spells it.

    Raises:
        AwsError: or the leaf of it that fits.
    """
    from botocore.exceptions import BotoCoreError, ClientError
    from botocore.parsers import ResponseParserError
    from dateutil.parser import ParserError

    try:
        yield
    except ClientError as error:
        raise _from_answer(operation, error) from error
    except BotoCoreError as error:
        raise _from_library(operation, error) from error
    except RuntimeError as error:
        # botocore's word for credentials of the environment or a process that are over (credentials.py).
        if "still expired" not in str(error):
            raise
        text = f"the AWS credentials have expired: {operation} was not asked"
        raise AwsDenied(text, HINT_DENIED, operation=operation, code="ExpiredCredentials") from error
    except ParserError as error:  # botocore reads nothing else with dateutil before it asks
        text = f"AWS_CREDENTIAL_EXPIRATION is no time: {error}"
        raise AwsDenied(text, "unset it, or get new credentials", operation=operation) from error
    except ResponseParserError as error:  # what answered is not AWS: a proxy, a hotel's login page
        text = f"what answered {operation} is not AWS: {error}"
        raise AwsUnreachable(text, HINT_UNREACHABLE, operation=operation) from error


def _from_answer(operation: str, error: "ClientError") -> AwsError:
    code = str(error.response.get("Error", {}).get("Code", ""))
    said = str(error.response.get("Error", {}).get("Message", "")) or code
    status = error.response.get("ResponseMetadata", {}).get("HTTPStatusCode", 0)
    text = f"AWS refused {operation}: {said} ({code})"
    if said.startswith(SKEWED_WORDS):
        return AwsError(text, HINT_CLOCK, operation=operation, code=code)
    for codes, kind, hint in _KINDS:
        if code in codes:
            return kind(text, hint, operation=operation, code=code)
    if status == STATUS_THROTTLED:
        return AwsThrottled(text, HINT_THROTTLED, operation=operation, code=code)
    if code in TIMED_OUT or status == STATUS_TIMED_OUT or status >= STATUS_SERVER:
        text = f"AWS did not get {operation} done: {said} ({code})"
        return AwsUnreachable(text, HINT_FAILED, operation=operation, code=code)
    return AwsError(text, operation=operation, code=code)


def _from_library(operation: str, error: "BotoCoreError") -> AwsError:
    from botocore import exceptions as b

    text = f"AWS could not be asked ({operation}): {error}"
    credentials = (
        b.NoCredentialsError, b.PartialCredentialsError, b.CredentialRetrievalError, b.TokenRetrievalError,
        b.SSOError, b.ProfileNotFound,
    )  # fmt: skip
    if isinstance(error, credentials):
        return AwsDenied(text, HINT_DENIED, operation=operation, code=type(error).__name__)
    if isinstance(error, (b.HTTPClientError, b.ConnectionError)):
        return AwsUnreachable(text, HINT_UNREACHABLE, operation=operation, code=type(error).__name__)
    return AwsError(text, operation=operation, code=type(error).__name__)
