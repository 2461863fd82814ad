"""Amazon ECR, asked of moto; what moto cannot say is said by botocore's Stubber."""

import json
from collections.abc import Iterator
from datetime import UTC, datetime

import boto3
import pytest
from botocore.stub import Stubber
from moto import mock_aws

from fargo.aws.registry import Registry
from fargo.errors import AwsDenied, AwsError
from fargo.model.image import ImageRef

ACCOUNT = "123456789012.dkr.ecr.eu-west-1.amazonaws.com"
REF = ImageRef(f"{ACCOUNT}/team/fargo-x", "0123456789abcdef")


@pytest.fixture
def client(monkeypatch: pytest.MonkeyPatch) -> Iterator[object]:
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.setenv(name, "testing")
    with mock_aws():
        yield boto3.client("ecr", region_name="eu-west-1")


def put_image(client: object, ref: ImageRef) -> str:
    layer = {
        "mediaType": "application/vnd.docker.image.rootfs.diff.tar.gzip",
        "size": 1,
        "digest": "sha256:1",
    }
    config = {"mediaType": "application/vnd.docker.container.image.v1+json", "size": 1, "digest": "sha256:2"}
    kind = "application/vnd.docker.distribution.manifest.v2+json"
    manifest = {"schemaVersion": 2, "mediaType": kind, "config": config, "layers": [layer]}
    put = client.put_image(repositoryName=ref.name, imageManifest=json.dumps(manifest), imageTag=ref.tag)
    return put["image"]["imageId"]["imageDigest"]


def test_the_password_is_for_the_registry(client: object) -> None:
    auth = Registry(client).auth()
    assert auth.username == "AWS"
    assert auth.password
    assert auth.endpoint == f"https://{ACCOUNT}"
    assert auth.password not in repr(auth)


def test_a_tag_is_there_once_it_was_put(client: object) -> None:
    registry = Registry(client)
    client.create_repository(repositoryName=REF.name)
    assert registry.digest(REF) == ""
    digest = put_image(client, REF)
    assert registry.digest(REF) == digest
    assert registry.digest(ImageRef(REF.repository, "another")) == ""


def test_a_repository_that_does_not_exist_yet_holds_nothing(client: object) -> None:
    assert Registry(client).digest(REF) == ""


@pytest.fixture
def stub() -> Iterator[tuple[Registry, Stubber]]:
    keys = {"aws_access_key_id": "testing", "aws_secret_access_key": "testing"}
    client = boto3.client("ecr", region_name="eu-west-1", **keys)
    with Stubber(client) as stubber:
        yield Registry(client), stubber


def test_a_refusal_is_not_taken_for_an_empty_repository(stub: tuple[Registry, Stubber]) -> None:
    registry, stubber = stub
    stubber.add_client_error("describe_images", "AccessDeniedException", "no")
    with pytest.raises(AwsDenied, match="DescribeImages") as caught:
        registry.digest(REF)
    assert caught.value.hint


def test_the_password_is_asked_for_each_time(stub: tuple[Registry, Stubber]) -> None:
    registry, stubber = stub
    for token in ("QVdTOm9uZQ==", "QVdTOnR3bzp3aXRoOmNvbG9ucw=="):
        granted = {"authorizationToken": token, "proxyEndpoint": "https://x", "expiresAt": datetime.now(UTC)}
        stubber.add_response("get_authorization_token", {"authorizationData": [granted]})
    assert [registry.auth().password for _ in range(2)] == ["one", "two:with:colons"]


def test_an_answer_without_a_password_is_an_error(stub: tuple[Registry, Stubber]) -> None:
    registry, stubber = stub
    stubber.add_response("get_authorization_token", {"authorizationData": []})
    with pytest.raises(AwsError, match="no password"):
        registry.auth()
