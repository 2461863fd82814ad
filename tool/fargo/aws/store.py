"""The workspace bucket: objects by key."""

from collections.abc import Iterator
from typing import Any

from fargo.aws.errors import translated


class Store:
    """The calls of S3 that fargo uses.

    Args:
        client: a boto3 client for `s3`.
        bucket: the workspace bucket.
    """

    def __init__(self, client: Any, bucket: str) -> None:
        self._client = client
        self.bucket = bucket

    def put(self, key: str, body: bytes, *, new: bool = False) -> None:
        """Write an object whole.

        Args:
            new: refuse to overwrite (a conditional write).
        """
        condition = {"IfNoneMatch": "*"} if new else {}
        with translated("PutObject"):
            self._client.put_object(
                Bucket=self.bucket, Key=key, Body=body, ContentType="application/json", **condition
            )

    def get(self, key: str) -> bytes:
        """Read an object whole.

        Raises:
            AwsNotFound: there is none.
        """
        with translated("GetObject"):
            body: bytes = self._client.get_object(Bucket=self.bucket, Key=key)["Body"].read()
        return body

    def folders(self, prefix: str) -> Iterator[str]:
        """The names directly below `prefix`, without their trailing slash."""
        with translated("ListObjectsV2"):
            pages = self._client.get_paginator("list_objects_v2").paginate(
                Bucket=self.bucket, Prefix=prefix, Delimiter="/"
            )
            for page in pages:
                for entry in page.get("CommonPrefixes", ()):
                    yield entry["Prefix"][len(prefix) : -1]
