"""What is sent to a bucket: a body that can be sent more than once."""

from __future__ import annotations

import hashlib
import io
from dataclasses import dataclass
from typing import TYPE_CHECKING, BinaryIO, Callable, Iterator

from fargo_runner.contract import RunnerError

if TYPE_CHECKING:
    from pathlib import Path

_LARGEST = 5 << 30
"""Bytes that S3 takes in one PUT (Amazon S3 user guide, "Uploading objects")."""
_BLOCK = 1 << 18


@dataclass(frozen=True)
class Payload:
    """A body that can be sent more than once.

    Attributes:
        open: gives it from its beginning.
    """

    size: int
    sha256: str
    open: Callable[[], BinaryIO]

    @classmethod
    def of_bytes(cls, data: bytes) -> Payload:
        """A body in memory."""
        return cls(len(data), hashlib.sha256(data).hexdigest(), lambda: io.BytesIO(data))

    @classmethod
    def of_file(cls, path: Path) -> Payload:
        """A file, read once now for its hash and never held in memory.

        Raises:
            OSError: it cannot be read.
            RunnerError: it is larger than S3 takes at once.
        """
        digest, size = hashlib.sha256(), 0
        with path.open("rb", buffering=0) as file:
            while block := file.read(_BLOCK):
                digest.update(block)
                size += len(block)
        if size > _LARGEST:
            raise RunnerError(f"{path} is larger than 5 GiB. Let the command write it in parts.")
        return cls(size, digest.hexdigest(), lambda: path.open("rb"))

    def blocks(self) -> Iterator[bytes]:
        """Exactly `size` bytes, or a RunnerError: more or fewer would break the connection."""
        left = self.size
        with self.open() as body:
            while left:
                block = body.read(min(left, _BLOCK))
                if not block:
                    raise RunnerError(
                        f"{body.name} became shorter while it was uploaded: who still writes to it?"
                    )
                left -= len(block)
                yield block


EMPTY = Payload.of_bytes(b"")
