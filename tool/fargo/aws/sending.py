"""A file of any size → an object, its content checked before the object can be seen."""

import base64
import hashlib
from collections import deque
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any

from fargo.aws.calls import THREADS
from fargo.aws.store import Store
from fargo.errors import AwsError

if TYPE_CHECKING:
    from concurrent.futures import Future

PART = 8 * 1024 * 1024
"""Bytes of a part: at least 5 MiB (Amazon S3 user guide, "multipart upload limits")."""
PARTS_MAX = 10_000
"""Parts of an object (the same)."""


def send(store: Store, path: Path, key: str, *, sha256: str = "") -> Iterator[int]:
    """Send it; yields the bytes of each part that is there.

    What is hashed is what is sent, so that a file which changes in between never becomes an object.

    Args:
        sha256: what its content must have; empty: nothing is compared.

    Raises:
        ValueError: its content is another.
        OSError: it cannot be read.
        AwsError: S3 refuses, or is out of reach.
    """
    size = path.stat().st_size
    with path.open("rb") as file:
        if size > PART:
            yield from _in_parts(store, file, key, max(PART, -(-size // PARTS_MAX)), sha256)
            return
        body = file.read(PART + 1)
    digest = hashlib.sha256(body)
    _compare(digest.hexdigest(), sha256)
    store.put_bytes(key, body, sha256=_base64(digest.digest()))
    yield len(body)


def _in_parts(store: Store, file: IO[bytes], key: str, part: int, sha256: str) -> Iterator[int]:
    whole = hashlib.sha256()
    target = store.begin(key)
    running: deque[tuple[int, Future[dict[str, Any]]]] = deque()
    done: list[dict[str, Any]] = []
    try:
        with store.threads() as pool:
            number = 0
            while body := file.read(part):
                number += 1
                whole.update(body)
                running.append((len(body), pool.submit(target.part, number, body)))
                del body
                if len(running) >= THREADS:
                    size, future = running.popleft()
                    done.append(future.result())
                    yield size
            _compare(whole.hexdigest(), sha256)
            for size, future in running:
                done.append(future.result())
                yield size
        target.complete(done)
    except BaseException:
        # Ctrl-C too, and a reader who goes away: parts without an object would be paid for.
        with suppress(AwsError):  # what went wrong first is what is told
            target.abort()
        raise


def _compare(found: str, wanted: str) -> None:
    if wanted and found != wanted:
        raise ValueError(found)


def _base64(digest: bytes) -> str:
    return base64.b64encode(digest).decode()
