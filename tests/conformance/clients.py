"""Foreign clients of AWS Batch: boto3, the AWS CLI's driver, and the `aws` program itself.

One case runs with each of them, so they share one way to call: the API's own names in, its answer out.
"""

import json
import re
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any, Protocol

Answer = dict[str, Any]

_FAILED = re.compile(
    r"An error occurred \((?P<code>\w+)\) when calling the \w+ operation.*?: (?P<message>.*)", re.DOTALL
)

_CLI_ENVIRONMENT = {
    "HOME": "/nonexistent",
    "AWS_ACCESS_KEY_ID": "local",
    "AWS_SECRET_ACCESS_KEY": "local",
    "AWS_MAX_ATTEMPTS": "1",
    "AWS_EC2_METADATA_DISABLED": "true",
}


class ApiError(Exception):
    """An error that the service answered.

    Attributes:
        code: such as `ClientException`.
        message: the service's sentence.
        status: of HTTP; None where the client does not show it.
    """

    def __init__(self, code: str, message: str, status: int | None = None) -> None:
        super().__init__(f"{code}: {message}")
        self.code = code
        self.message = message
        self.status = status


class UnknownOperation(Exception):
    """The client is older than the operation."""


class Client(Protocol):
    """Whoever calls AWS Batch."""

    name: str

    def call(self, operation: str, **params: Any) -> Answer:
        """One request, and its answer.

        Raises:
            ApiError: the service refused.
        """


class Boto3Client:
    """boto3, without retries, so that each refusal is seen as it came."""

    name = "boto3"

    def __init__(self, endpoint: str, region: str) -> None:
        from local_aws import client

        self._client = client("batch", endpoint, region)

    def call(self, operation: str, **params: Any) -> Answer:
        """One request by the client's method of that name."""
        from botocore import xform_name
        from botocore.exceptions import ClientError

        try:
            answer: Answer = getattr(self._client, xform_name(operation))(**params)
        except ClientError as error:
            shown = error.response["Error"]
            status = int(error.response["ResponseMetadata"]["HTTPStatusCode"])
            raise ApiError(shown["Code"], shown.get("Message", ""), status) from error
        answer.pop("ResponseMetadata", None)
        return answer


class CliClient:
    """The AWS CLI's own driver, in a process that stays."""

    name = "awscli"

    def __init__(self, endpoint: str, region: str) -> None:
        self._options = _options(endpoint, region)
        self._process = subprocess.Popen(
            [sys.executable, str(Path(__file__).with_name("cli_worker.py"))],
            env=_CLI_ENVIRONMENT,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )

    def call(self, operation: str, **params: Any) -> Answer:
        """One `aws batch` command."""
        asked, told = self._process.stdin, self._process.stdout
        if asked is None or told is None:
            raise AssertionError("the worker has no pipes")
        asked.write(json.dumps([*self._options, *_command(operation), json.dumps(params)]) + "\n")
        asked.flush()
        code, out, err = json.loads(told.readline())
        return _answer(operation, code, out, err)

    def close(self) -> None:
        """End the worker."""
        with self._process as process:
            process.terminate()


class AwsProgram:
    """The `aws` program beside this Python, once for each call, its parameters in a file."""

    name = "aws"

    def __init__(self, endpoint: str, region: str) -> None:
        self._program = str(Path(sys.executable).with_name("aws"))
        self._options = _options(endpoint, region)

    def call(self, operation: str, **params: Any) -> Answer:
        """One process."""
        with tempfile.TemporaryDirectory() as home:
            request = Path(home, "request.json")
            request.write_text(json.dumps(params), encoding="utf-8")
            done = subprocess.run(
                [self._program, *self._options, *_command(operation), f"file://{request}"],
                env={**_CLI_ENVIRONMENT, "HOME": home},
                stdin=subprocess.DEVNULL,
                capture_output=True,
                text=True,
                check=False,
            )
        return _answer(operation, done.returncode, done.stdout, done.stderr)


def _options(endpoint: str, region: str) -> list[str]:
    """Answers as JSON, and one request for one command."""
    return ["--endpoint-url", endpoint, "--region", region, "--output", "json", "--no-paginate"]


def _command(operation: str) -> list[str]:
    from botocore import xform_name

    return ["batch", xform_name(operation, "-"), "--cli-input-json"]


def _answer(operation: str, code: int, out: str, err: str) -> Answer:
    if code == 0:
        answer: Answer = json.loads(out) if out.strip() else {}
        return answer
    found = _FAILED.search(err)
    if found:
        raise ApiError(found["code"], found["message"].strip())
    if "Invalid choice" in err:
        raise UnknownOperation(operation)
    raise AssertionError(f"the CLI ended with {code}: {err.strip()}")
