"""A connection that breaks in the middle of an object."""

import threading
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest
from results_bucket import REGION

from fargo.aws.session import Session, Target
from fargo.aws.store import CHUNK, Store
from fargo.errors import AwsError, AwsUnreachable

BODY = bytes(range(256)) * (5 * CHUNK // 256)


class Breaking(BaseHTTPRequestHandler):
    """Serves `BODY`, and closes after `pieces` of it; from the call `whole_from` on it serves all of it."""

    pieces = 2
    whole_from = 1_000
    etag = '"one"'
    asked: list[str] = []  # noqa: RUF012 # of all connections

    def do_GET(self) -> None:
        wanted = self.headers.get("Range", "bytes=0-")
        self.asked.append(wanted)
        first, _, last = wanted.removeprefix("bytes=").partition("-")
        begin, end = int(first), min(int(last or len(BODY)) + 1, len(BODY))
        pieces = len(BODY) if len(self.asked) >= self.whole_from else self.pieces * CHUNK
        if self.headers.get("If-Match", self.etag) != self.etag:
            self.send_error(412)
            return
        self.send_response(206)
        self.send_header("Content-Length", str(end - begin))
        self.send_header("Content-Range", f"bytes {begin}-{end - 1}/{len(BODY)}")
        self.send_header("ETag", self.etag)
        self.end_headers()
        self.wfile.write(BODY[begin : min(begin + pieces, end)])
        self.close_connection = True

    def log_message(self, *_: object) -> None:
        pass


@pytest.fixture
def store() -> Iterator[Store]:
    Breaking.asked.clear()
    with ThreadingHTTPServer(("127.0.0.1", 0), Breaking) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        session = Session(Target.LOCAL, REGION, endpoint=f"http://127.0.0.1:{server.server_port}")
        yield Store(session.client("s3", attempts=1), "bucket")
        server.shutdown()
        thread.join()


def test_an_object_is_read_on_from_where_it_broke(store: Store) -> None:
    assert b"".join(store.chunks("key")) == BODY
    assert Breaking.asked == ["bytes=0-", f"bytes={2 * CHUNK}-", f"bytes={4 * CHUNK}-"]


def test_a_connection_that_brings_nothing_more_is_a_sentence(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Breaking, "pieces", 0)
    with pytest.raises(AwsError, match="GetObject"):
        list(store.chunks("key"))
    assert len(Breaking.asked) == 1


def test_two_versions_of_an_object_are_never_one_file(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    chunks = store.chunks("key")
    next(chunks)
    monkeypatch.setattr(Breaking, "etag", '"two"')
    with pytest.raises(AwsError) as caught:
        list(chunks)
    assert caught.value.code in {"PreconditionFailed", "412"}


@pytest.mark.parametrize(
    "read",
    [
        lambda store: store.get("key"),
        lambda store: store.get_range("key", 0, len(BODY)),
        lambda store: store.reader("key").read(),
    ],
)
def test_what_is_read_at_once_is_asked_for_again(
    store: Store, monkeypatch: pytest.MonkeyPatch, read: Callable[[Store], bytes]
) -> None:
    monkeypatch.setattr(Breaking, "whole_from", 3)
    assert read(store) == BODY
    assert len(Breaking.asked) == 3
    monkeypatch.setattr(Breaking, "whole_from", 1_000)
    Breaking.asked.clear()
    with pytest.raises(AwsUnreachable, match="GetObject"):
        read(store)
    assert len(Breaking.asked) == 3
