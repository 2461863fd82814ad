"""A manifest and its inputs → the workspace bucket, inputs first, each content once."""

from collections.abc import Iterator
from concurrent.futures import FIRST_COMPLETED, Future, wait
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from fargo.aws import sending
from fargo.aws.calls import THREADS
from fargo.aws.store import Store
from fargo.errors import UsageError
from fargo.manifest.inputs import Upload
from fargo.model import naming

if TYPE_CHECKING:
    from fargo.manifest import Manifest


@dataclass(frozen=True, slots=True)
class Sent:
    """How far it is.

    Attributes:
        files: that are there, of `files_total`; the manifest and its index count as one.
        bytes: of `bytes_total`; what was there already counts as sent.
        skipped: files that were there already.
    """

    files: int
    files_total: int
    bytes: int
    bytes_total: int
    skipped: int = 0


def upload(manifest: "Manifest", run: str, store: Store) -> Iterator[Sent]:
    """Send all that the run's containers read; an event after each step, the last when all is there.

    It may be left at any event, or be done again: what is there is not sent twice, and nothing lies under a
    name that is not its content's.

    Raises:
        UsageError: a local file changed since it was read.
        AwsError: S3 refuses, or is out of reach.
    """
    files, size, skipped = 0, 0, 0
    total = manifest.files + 1
    yield Sent(0, total, 0, manifest.bytes)
    for done, count, was_there in _inputs(manifest, store):
        files, size, skipped = files + done, size + count, skipped + was_there
        yield Sent(files, total, size, manifest.bytes, skipped)
    for path, key in ((manifest.jsonl, naming.manifest_key(run)), (manifest.index, naming.index_key(run))):
        for count in sending.send(store, path, key):
            size += count
            yield Sent(files, total, size, manifest.bytes, skipped)
    yield Sent(total, total, size, manifest.bytes, skipped)


Step = tuple[int, int, int]
"""Files done, bytes sent or there, files that were there."""


def _inputs(manifest: "Manifest", store: Store) -> Iterator[Step]:
    """Small files beside each other, a large one part by part beside itself."""
    if manifest.inputs is None:
        return
    running: set[Future[Step]] = set()
    with store.threads() as pool:
        for item in manifest.inputs.uploads():
            if item.size > sending.PART:
                yield from _large(item, store)
                continue
            running.add(pool.submit(_small, item, store))
            if len(running) >= 2 * THREADS:
                done, running = wait(running, return_when=FIRST_COMPLETED)
                yield from (future.result() for future in done)
        while running:
            done, running = wait(running, return_when=FIRST_COMPLETED)
            yield from (future.result() for future in done)


def _small(item: Upload, store: Store) -> Step:
    if store.size(item.key) == item.size:
        return 1, item.size, 1
    for _ in _sent(item, store):
        pass
    return 1, item.size, 0


def _large(item: Upload, store: Store) -> Iterator[Step]:
    if store.size(item.key) == item.size:
        yield 1, item.size, 1
        return
    for count in _sent(item, store):
        yield 0, count, 0
    yield 1, 0, 0


def _sent(item: Upload, store: Store) -> Iterator[int]:
    try:
        yield from sending.send(store, Path(item.path), item.key, sha256=item.sha256)
    except OSError as error:
        text = f"{item.path} cannot be read any more: {error.strerror}"
        raise UsageError(text, "submit again") from error
    except ValueError as error:
        text = f"{item.path} changed while it was submitted"
        raise UsageError(text, "submit again when nothing writes to it") from error
