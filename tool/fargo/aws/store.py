"""The workspace bucket: objects by key."""

from collections.abc import Generator, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractContextManager
from itertools import islice
from typing import Any

from fargo.aws.calls import THREADS, ask, pages
from fargo.aws.errors import THROTTLED, translated
from fargo.aws.multipart import Multipart
from fargo.aws.patience import Patience
from fargo.aws.reading import PAST_ITS_END, ObjectReader, read
from fargo.errors import AwsError, AwsNotFound

CHUNK = 256 * 1024
"""Bytes of an object that are in memory at once."""

_LATER = THROTTLED | {"InternalError", "ServiceUnavailable"}
"""Why S3 did not delete one object of many, where it will another time (API reference, "Error responses")."""


def _version(of: Mapping[str, str]) -> dict[str, str]:
    return {name: of[name] for name in ("Key", "VersionId") if name in of}


class Store:
    """The calls of S3 that fargo uses.

    Args:
        client: a boto3 client for `s3`.
        bucket: the workspace bucket.
        patience: that the client was made with; None: botocore alone sends again.
    """

    def __init__(self, client: Any, bucket: str, patience: Patience | None = None) -> None:
        self._client = client
        self._patience = patience or Patience()
        self.bucket = bucket

    def threads(self, count: int = THREADS) -> AbstractContextManager[ThreadPoolExecutor]:
        """Threads for calls of this store; see `Patience.threads`."""
        return self._patience.threads(count)

    def put(self, key: str, body: bytes, *, after: str | None = None) -> str:
        """Write an object whole; its ETag.

        Args:
            after: the ETag that the object must still have, or an empty text where there must be none
                (conditional writes; Amazon S3 user guide, "Conditional requests").

        Raises:
            AwsConflict: the object is not as `after` says. Where an answer was lost and the call sent
                again, it may be our own write that stands in the way.
        """
        condition = {} if after is None else {"IfMatch": after} if after else {"IfNoneMatch": "*"}
        with translated("PutObject"):
            answer = self._client.put_object(
                Bucket=self.bucket, Key=key, Body=body, ContentType="application/json", **condition
            )
        return str(answer["ETag"])

    def get(self, key: str) -> bytes:
        """Read an object whole.

        Raises:
            AwsNotFound: there is none.
        """
        return self.get_tagged(key)[0]

    def get_tagged(self, key: str) -> tuple[bytes, str]:
        """The same, and its ETag."""
        body, answer = read(self._client, Bucket=self.bucket, Key=key)
        return body, str(answer["ETag"])

    def beside(self, bucket: str) -> "Store":
        """Another bucket, by the same client."""
        return Store(self._client, bucket, self._patience)

    def reader(self, key: str) -> ObjectReader:
        """An object as a stream; the first read tells whether there is one."""
        return ObjectReader(self._client, self.bucket, key)

    def objects(self, prefix: str) -> Iterator[tuple[str, int]]:
        """The objects whose keys begin with `prefix`, and their bytes, in order of key."""
        for page in pages(self._client, "list_objects_v2", Bucket=self.bucket, Prefix=prefix):
            for item in page.get("Contents", ()):
                yield item["Key"], item["Size"]

    def size(self, key: str) -> int | None:
        """An object's bytes; None where there is none."""
        answer = ask(self._client, "head_object", Bucket=self.bucket, Key=key)
        return answer.get("ContentLength")

    def put_bytes(self, key: str, body: bytes, *, sha256: str) -> None:
        """Write an object of no type.

        Args:
            sha256: in base64; S3 refuses what does not have it (API reference, PutObject).
        """
        with translated("PutObject"):
            self._client.put_object(Bucket=self.bucket, Key=key, Body=body, ChecksumSHA256=sha256)

    def begin(self, key: str) -> Multipart:
        """Begin an object that comes in parts."""
        return Multipart(self._client, self.bucket, key)

    def get_range(self, key: str, begin: int, end: int) -> bytes:
        """Read the bytes from `begin` up to `end`, `end` not among them; fewer where the object ends before.

        Raises:
            AwsNotFound: there is none.
        """
        try:
            return read(self._client, Bucket=self.bucket, Key=key, Range=f"bytes={begin}-{end - 1}")[0]
        except AwsError as error:
            if error.code != PAST_ITS_END:
                raise
            return b""

    def chunks(self, key: str) -> Generator[bytes, None, None]:
        """Read an object piece by piece; where the connection breaks in the middle, go on from there.

        Raises:
            AwsNotFound: there is none.
            AwsError: no answer, or the object was replaced while it was read (`PreconditionFailed`).
        """
        position, etag = 0, ""
        while True:
            begin = position
            rest = {"Range": f"bytes={position}-", "IfMatch": etag} if position else {}
            try:
                with translated("GetObject"):
                    answer = self._client.get_object(Bucket=self.bucket, Key=key, **rest)
                    etag = answer["ETag"]
                    for chunk in answer["Body"].iter_chunks(CHUNK):
                        position += len(chunk)
                        yield chunk
            except AwsError:
                if position == begin:
                    raise
            else:
                return

    def first_page(self) -> tuple[int, int, bool]:
        """How many objects there are and their bytes, by one call; and whether there are more than it counts.

        Raises:
            AwsNotFound: the bucket is not there.
        """
        with translated("ListObjectsV2"):
            answer = self._client.list_objects_v2(Bucket=self.bucket)
        objects = answer.get("Contents", ())
        return len(objects), sum(item["Size"] for item in objects), bool(answer["IsTruncated"])

    def empty(self) -> Iterator[int]:
        """Remove every object with all its versions and delete markers; yields how many are gone so far."""
        gone = 0
        with self.threads() as pool:
            batches = self._versions()
            while several := list(islice(batches, THREADS)):
                gone += sum(pool.map(self._delete, several))
                yield gone

    def _versions(self) -> Iterator[list[dict[str, str]]]:
        """Keys and versions, in the thousands that DeleteObjects takes."""
        found = pages(self._client, "list_object_versions", Bucket=self.bucket)
        try:
            for page in found:
                items = [*page.get("Versions", ()), *page.get("DeleteMarkers", ())]
                if items:
                    yield [_version(item) for item in items]
        except AwsNotFound:
            return

    def _delete(self, objects: list[dict[str, str]]) -> int:
        left, refusals, since = objects, 0, self._patience.now
        while left:
            with translated("DeleteObjects"):
                answer = self._client.delete_objects(
                    Bucket=self.bucket, Delete={"Objects": left, "Quiet": True}
                )
            # A call that went well may name objects that did not: those alone are sent again.
            errors, refusals = answer.get("Errors", ()), refusals + 1
            left = [_version(error) for error in errors if error["Code"] in _LATER]
            fatal = [error for error in errors if error["Code"] not in _LATER]
            if fatal or (left and not self._patience.wait(refusals, since)):
                error = (fatal or errors)[0]
                text = f"AWS refused to delete {error['Key']} of {self.bucket}: {error['Message']}"
                raise AwsError(f"{text} ({error['Code']})", operation="DeleteObjects", code=error["Code"])
        return len(objects)

    def folders(self, prefix: str) -> Iterator[str]:
        """What follows `prefix`, up to the next slash: of `a/` the names below it, of `a/b` their rest."""
        with translated("ListObjectsV2"):
            pages = self._client.get_paginator("list_objects_v2").paginate(
                Bucket=self.bucket, Prefix=prefix, Delimiter="/"
            )
            for page in pages:
                for entry in page.get("CommonPrefixes", ()):
                    yield entry["Prefix"][len(prefix) : -1]
