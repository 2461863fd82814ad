"""What is read at once; and an object of any size in ranges: its reader may take hours between two."""

import io
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from fargo.aws.errors import translated
from fargo.errors import AwsError, AwsUnreachable

PAST_ITS_END = "InvalidRange"
"""What S3 says of a range that begins where an object has ended (API reference, "Error responses")."""

if TYPE_CHECKING:
    from _typeshed import WriteableBuffer

RANGE = 8 * 1024 * 1024


TRIALS = 3
"""How often what is read at once is asked for where the connection breaks within it: a call that has been
answered is sent again by nobody else."""


def read(client: Any, **request: Any) -> tuple[bytes, Mapping[str, Any]]:
    """An object, or a range of one, as a whole; and what S3 says of it.

    Args:
        client: a boto3 client for `s3`.
        request: of GetObject.

    Raises:
        AwsNotFound: there is none.
    """
    for trial in range(1, TRIALS + 1):
        with translated("GetObject"):
            answer: Mapping[str, Any] = client.get_object(**request)
        try:
            with translated("GetObject"):
                return answer["Body"].read(), answer
        except AwsUnreachable:
            if trial == TRIALS:
                raise
    raise AssertionError  # the loop ends in one of these ways


class ObjectReader(io.RawIOBase):
    """Reads one object from its begin to its end; another object of the key's in between is an error.

    Args:
        client: a boto3 client for `s3`.

    Raises:
        AwsNotFound: there is none.
        AwsConflict: it has been replaced while it was read.
    """

    def __init__(self, client: Any, bucket: str, key: str) -> None:
        super().__init__()
        self._client, self._bucket, self._key = client, bucket, key
        self._etag, self._at, self._end = "", 0, 1
        self._left = memoryview(b"")

    def readable(self) -> bool:
        """It is."""
        return True

    def readinto(self, buffer: "WriteableBuffer") -> int:
        """Fill what there is of the buffer; 0 at the end."""
        if not self._left and self._at < self._end:
            self._left = memoryview(self._fetch())
        target = memoryview(buffer).cast("B")
        count = min(len(target), len(self._left))
        target[:count], self._left = self._left[:count], self._left[count:]
        return count

    def _fetch(self) -> bytes:
        same = {"IfMatch": self._etag} if self._etag else {}
        asked = f"bytes={self._at}-{self._at + RANGE - 1}"
        try:
            body, answer = read(self._client, Bucket=self._bucket, Key=self._key, Range=asked, **same)
        except AwsError as error:
            if error.code != PAST_ITS_END:  # an empty object has no first byte
                raise
            self._end = 0
            return b""
        self._etag = answer["ETag"]
        self._end = int(answer["ContentRange"].rpartition("/")[2])
        self._at += len(body)
        return body
