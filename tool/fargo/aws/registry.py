"""The image repository: a password to push with, and what it holds."""

import base64
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Protocol

from fargo.aws.errors import translated
from fargo.errors import AwsError, AwsNotFound
from fargo.model.image import ImageRef


class Client(Protocol):
    """What is used of a boto3 client for `ecr`."""

    def get_authorization_token(self) -> Mapping[str, Any]:
        """GetAuthorizationToken."""

    def describe_images(self, **request: object) -> Mapping[str, Any]:
        """DescribeImages."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RegistryAuth:
    """What a Docker engine logs in with.

    Attributes:
        endpoint: the registry, such as `https://123456789012.dkr.ecr.eu-west-1.amazonaws.com`.
    """

    username: str
    password: str = field(repr=False)
    endpoint: str


class Registry:
    """The calls of Amazon ECR that fargo uses.

    Args:
        client: a boto3 client for `ecr`, in the region of the repository.
    """

    def __init__(self, client: Client) -> None:
        self._client = client

    def auth(self) -> RegistryAuth:
        """A fresh password. It is asked for anew each time: one lives for twelve hours, a terminal for days.

        Source: ECR API reference, GetAuthorizationToken (`user:password` in base64).

        Raises:
            AwsError: AWS refuses, or is out of reach.
        """
        with translated("GetAuthorizationToken"):
            granted = self._client.get_authorization_token()["authorizationData"]
        if not granted:
            raise AwsError(
                "AWS answered GetAuthorizationToken with no password.", operation="GetAuthorizationToken"
            )
        username, _, password = base64.b64decode(granted[0]["authorizationToken"]).decode().partition(":")
        return RegistryAuth(username=username, password=password, endpoint=granted[0]["proxyEndpoint"])

    def digest(self, ref: ImageRef) -> str:
        """The digest of the manifest that the tag names; empty where there is no such tag or repository.

        Raises:
            AwsError: AWS refuses, or is out of reach.
        """
        try:
            with translated("DescribeImages"):
                answer = self._client.describe_images(
                    repositoryName=ref.name, imageIds=[{"imageTag": ref.tag}]
                )
        except AwsNotFound:
            return ""
        return next((str(image["imageDigest"]) for image in answer["imageDetails"]), "")
