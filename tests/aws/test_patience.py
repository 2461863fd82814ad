"""S3 that asks to go slower: what is sent in thousands waits its turn, and says so."""

import os
import signal
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest
from faulty import control, faults
from local_aws import client, local_aws

from fargo.aws import sending
from fargo.aws.patience import Patience
from fargo.aws.session import Session, Target
from fargo.aws.store import Store
from fargo.errors import AwsError, AwsThrottled, AwsUnreachable

REGION, BUCKET = "us-east-1", "workspace"
FIFTH = {"service": "s3", "operation": "*", "kind": "throttle", "rate": 0.2, "seed": 3}
ALL = {"service": "s3", "operation": "*", "kind": "throttle"}

Make = Callable[..., Store]


@pytest.fixture(scope="module")
def endpoint() -> Iterator[str]:
    with local_aws() as found:
        client("s3", found, REGION).create_bucket(Bucket=BUCKET)
        yield found


@pytest.fixture
def make(endpoint: str) -> Iterator[Make]:
    """A store of the bucket, by a patience with these settings."""

    def store(*args: Any, **settings: Any) -> Store:
        patience = Patience(*args, **settings)
        session = Session(Target.LOCAL, REGION, endpoint=endpoint)
        return Store(session.client("s3", patience=patience), BUCKET, patience)

    yield store
    control(endpoint, "DELETE")


def test_hundreds_of_objects_arrive_where_every_fifth_call_is_refused(make: Make, endpoint: str) -> None:
    store = make()
    with faults(endpoint, [FIFTH]), store.threads() as pool:
        keys = [f"many/{number}" for number in range(300)]
        list(pool.map(lambda key: store.size(key) or store.put(key, b"x"), keys))
        assert sorted(key for key, _ in store.objects("many/")) == sorted(keys)


def test_all_slow_down_where_there_is_a_limit(make: Make, endpoint: str) -> None:
    store = make()
    limit = {"service": "s3", "operation": "PutObject", "limit_per_second": 50}
    with faults(endpoint, [limit]), store.threads() as pool:
        list(pool.map(lambda number: store.put(f"limited/{number}", b"x"), range(150)))
        (told,) = control(endpoint, "GET")
    # Each with a pace of its own would be refused several times a call.
    assert told["hits"] < 150


def test_who_is_put_off_is_told_once(make: Make, endpoint: str) -> None:
    told: list[str] = []
    seconds = iter(range(0, 1000, 2))
    store = make(told.append, clock=lambda: next(seconds))
    with faults(endpoint, [ALL | {"times": 4}]):
        store.put("told", b"x")
    assert told == ["S3 asks to go slower: going on more slowly"]


def test_patience_ends_with_time(make: Make, endpoint: str) -> None:
    with faults(endpoint, [ALL]), pytest.raises(AwsThrottled, match="SlowDown"):
        make(slow=0.3).put("never", b"x")
    with faults(endpoint, [ALL | {"kind": "error"}]), pytest.raises(AwsUnreachable, match="InternalError"):
        make(broken=0.3).put("never", b"x")


@pytest.mark.parametrize("kind", ["error", "unavailable", "drop_request", "drop_answer"])
def test_what_breaks_is_sent_again(make: Make, endpoint: str, kind: str) -> None:
    store = make()
    with faults(endpoint, [ALL | {"kind": kind, "times": 3}]):
        store.put(kind, b"x")
    assert store.get(kind) == b"x"


def test_what_is_wrong_is_not_sent_again(make: Make, endpoint: str) -> None:
    with faults(endpoint, [ALL | {"rate": 0}]):
        assert make().size("nowhere") is None
        assert control(endpoint, "GET")[0]["calls"] == 1


def test_parts_of_a_large_file_wait_too(
    make: Make, endpoint: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sending, "PART", 5 << 20)
    file = tmp_path / "large"
    file.write_bytes(os.urandom(12 << 20))
    store = make()
    with faults(endpoint, [ALL | {"rate": 0.5, "seed": 1}]):
        assert sum(sending.send(store, file, "large")) == 12 << 20
    assert store.size("large") == 12 << 20


def test_ctrl_c_ends_the_waits_at_once(make: Make, endpoint: str) -> None:
    """All threads are in waits that would go on for minutes; the test's own time limit would end them."""
    store = make(slow=3600)
    waiting = threading.Event()
    threading.Thread(
        target=lambda: (waiting.wait(), time.sleep(1), os.kill(os.getpid(), signal.SIGINT))
    ).start()
    with faults(endpoint, [ALL]), pytest.raises(KeyboardInterrupt), store.threads() as pool:
        sent = [pool.submit(store.put, f"interrupted/{number}", b"x") for number in range(50)]
        waiting.set()
        while True:
            time.sleep(0.1)
    assert all(each.done() for each in sent)


def test_who_leaves_early_hurries_nobody_else(make: Make, endpoint: str) -> None:
    store = make()
    with store.threads() as pool:
        with faults(endpoint, [{**ALL, "times": 6}]):
            slow = pool.submit(store.put, "slow", b"x")
            with suppress(ZeroDivisionError), store.threads(1):
                raise ZeroDivisionError  # as `for row in results: break` does
            slow.result()
        assert store.size("slow") == 1


def test_what_is_long_past_slows_nothing_down() -> None:
    now = [0.0]
    patience = Patience(clock=lambda: now[0])
    for _ in range(3):
        now[0] = patience._rises_at
        patience.wait(1, now[0])
    assert patience._level == 3
    now[0] += 3600
    patience._begin()
    assert patience._level == 0


def test_a_bucket_is_emptied_though_s3_refuses_some_of_many_keys(make: Make, endpoint: str) -> None:
    """DeleteObjects answers 200 and names what it did not do; the local AWS never does, so its answer is changed."""
    store, refused = make(), {"few/1", "few/3"}
    for number in range(5):
        store.put(f"few/{number}", b"x")

    def leave_some(params: dict[str, Any], **_: Any) -> None:
        keep = [each for each in params["Delete"]["Objects"] if each["Key"] in refused]
        params["Delete"]["Objects"] = [each for each in params["Delete"]["Objects"] if each not in keep]
        left.extend(keep)

    def name_them(parsed: dict[str, Any], **_: Any) -> None:
        if left:
            parsed["Errors"] = [each | {"Code": "SlowDown", "Message": "Slow"} for each in left]
        left.clear()
        refused.clear()

    left: list[dict[str, str]] = []
    store._client.meta.events.register("provide-client-params.s3.DeleteObjects", leave_some)
    store._client.meta.events.register("after-call.s3.DeleteObjects", name_them)
    assert list(store.empty())
    assert list(store.objects("")) == []
    refused.add("few/1")
    for number in range(2):
        store.put(f"few/{number}", b"x")
    store._client.meta.events.register("after-call.s3.DeleteObjects", _denied)
    with pytest.raises(AwsError, match="AWS refused to delete few/1"):
        list(store.empty())


def _denied(parsed: dict[str, Any], **_: Any) -> None:
    for each in parsed.get("Errors", ()):
        each["Code"] = "AccessDenied"
