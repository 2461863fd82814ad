"""Our SigV4 against botocore's."""

import hashlib
from datetime import UTC, datetime

import pytest
from botocore.auth import S3SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials as BotoCredentials
from fargo_runner.sigv4 import Credentials, Scope, signed_headers


@pytest.mark.parametrize("token", ["", "a/session+token=="])
@pytest.mark.parametrize("host", ["bkt.s3.eu-west-1.amazonaws.com", "127.0.0.1:5151"])
@pytest.mark.parametrize("body", [b"", b"content"])
@pytest.mark.parametrize("path", ["/runs/r/result/0.json", "/b/runs/r/output/0/a%20b/%C3%A9%2B~.txt"])
@pytest.mark.parametrize("headers", [{}, {"content-type": "application/json", "if-match": '"0a"'}])
def test_signature_is_botocores(
    token: str, host: str, body: bytes, path: str, headers: dict[str, str]
) -> None:
    theirs = AWSRequest("PUT", f"http://{host}{path}", data=body, headers=headers)
    S3SigV4Auth(BotoCredentials("AKID", "s3cr3t/+", token or None), "s3", "eu-west-1").add_auth(theirs)
    now = datetime.strptime(theirs.context["timestamp"], "%Y%m%dT%H%M%SZ").replace(tzinfo=UTC)

    ours = signed_headers(
        "PUT",
        path,
        scope=Scope(host, "eu-west-1"),
        credentials=Credentials("AKID", "s3cr3t/+", token),
        now=now,
        headers={"x-amz-content-sha256": hashlib.sha256(body).hexdigest(), **headers},
    )

    assert ours["authorization"] == theirs.headers["Authorization"]
    assert ours.get("x-amz-security-token", "") == token
