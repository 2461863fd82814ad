"""PUTs and GETs: where they go, what is tried again, what is not."""

import io
from collections.abc import Iterator
from pathlib import Path

import pytest
from fargo_runner.contract import RunnerError
from fargo_runner.credentials import CredentialSource
from fargo_runner.endpoint import Endpoint
from fargo_runner.payload import Payload
from fargo_runner.s3 import Bucket
from scripted_s3 import RESET, ScriptedS3

KEYS = {"AWS_ACCESS_KEY_ID": "AKID", "AWS_SECRET_ACCESS_KEY": "secret"}


@pytest.fixture
def waits() -> list[float]:
    return []


@pytest.fixture
def bucket(s3: ScriptedS3, waits: list[float]) -> Iterator[Bucket]:
    endpoint = Endpoint.of("workspace", {"AWS_REGION": "eu-west-1", "AWS_ENDPOINT_URL": s3.url})
    made = Bucket(endpoint, CredentialSource(KEYS), sleep=waits.append)
    yield made
    made.close()


@pytest.mark.parametrize(
    ("bucket_name", "environ", "url"),
    [
        ("bkt", {"AWS_REGION": "eu-west-1"}, "https://bkt.s3.eu-west-1.amazonaws.com/"),
        ("bkt", {"AWS_DEFAULT_REGION": "us-east-1"}, "https://bkt.s3.us-east-1.amazonaws.com/"),
        ("b.k.t", {"AWS_REGION": "eu-west-1"}, "https://s3.eu-west-1.amazonaws.com/b.k.t/"),
        ("bkt", {"AWS_REGION": "cn-north-1"}, "https://bkt.s3.cn-north-1.amazonaws.com.cn/"),
        ("bkt", {"AWS_REGION": "x", "AWS_ENDPOINT_URL": "http://h:1/"}, "http://h:1/bkt/"),
        ("bkt", {"AWS_REGION": "x", "AWS_ENDPOINT_URL": "http://h:1/base"}, "http://h:1/base/bkt/"),
        (
            "bkt",
            {"AWS_REGION": "x", "AWS_ENDPOINT_URL": "http://h:1", "AWS_ENDPOINT_URL_S3": "https://s"},
            "https://s/bkt/",
        ),
    ],
)
def test_endpoint(bucket_name: str, environ: dict[str, str], url: str) -> None:
    endpoint = Endpoint.of(bucket_name, environ)
    assert f"{endpoint.scheme}://{endpoint.host}{endpoint.prefix}" == url


def test_a_region_is_needed() -> None:
    with pytest.raises(RunnerError, match="AWS_REGION is not set"):
        Endpoint.of("bkt", {})


def test_file_arrives_whole_under_its_encoded_key(bucket: Bucket, s3: ScriptedS3, tmp_path: Path) -> None:
    content = bytes(range(256)) * 4096
    (tmp_path / "file").write_bytes(content)
    bucket.put("runs/r/ä b+c.bin", Payload.of_file(tmp_path / "file"))
    assert s3.objects == {"/workspace/runs/r/%C3%A4%20b%2Bc.bin": content}


def test_empty_body_is_an_object_too(bucket: Bucket, s3: ScriptedS3) -> None:
    bucket.put("empty", Payload.of_bytes(b""))
    assert s3.objects == {"/workspace/empty": b""}


@pytest.mark.parametrize(
    "faults",
    [
        [(500, "InternalError"), (RESET, "")],
        [(503, "SlowDown")] * 3,
        [(429, "")],
        [(400, "RequestTimeout")],
        [(RESET, "")] * 6,
    ],
    ids=["500, reset", "slow down", "429", "timeout", "resets"],
)
def test_what_can_pass_is_tried_again_with_growing_waits(
    bucket: Bucket, s3: ScriptedS3, waits: list[float], faults: list[tuple[int, str]]
) -> None:
    s3.faults = list(faults)
    bucket.put("key", Payload.of_bytes(b"content"))
    assert s3.objects == {"/workspace/key": b"content"}
    assert len(waits) == len(faults)
    assert all(wait <= 0.4 * 2**number for number, wait in enumerate(waits))


def test_after_seven_tries_it_is_a_failure_that_tells_the_last_answer(bucket: Bucket, s3: ScriptedS3) -> None:
    s3.refuse = lambda _path: (503, "SlowDown")
    with pytest.raises(RunnerError, match="key cannot be stored: S3 answers 503, SlowDown: No"):
        bucket.put("key", Payload.of_bytes(b""))
    assert s3.tries == 7


def test_refusal_is_final_and_told_even_when_s3_hangs_up_on_the_body(
    bucket: Bucket, s3: ScriptedS3, waits: list[float]
) -> None:
    s3.faults = [(403, "AccessDenied")]
    with pytest.raises(RunnerError, match="S3 answers 403, AccessDenied: No"):
        bucket.put("key", Payload.of_bytes(bytes(30_000_000)))
    assert waits == []
    bucket.put("key", Payload.of_bytes(b"next"))
    assert s3.objects == {"/workspace/key": b"next"}


def test_nobody_there_is_told_with_the_address() -> None:
    endpoint = Endpoint("http", "127.0.0.1:9", "/workspace/", "eu-west-1")
    bucket = Bucket(endpoint, CredentialSource(KEYS), sleep=lambda _seconds: None)
    with pytest.raises(RunnerError, match=r"127\.0\.0\.1:9 is out of reach"):
        bucket.put("key", Payload.of_bytes(b""))


def test_file_that_shrinks_while_it_is_sent_is_refused(
    bucket: Bucket, s3: ScriptedS3, tmp_path: Path
) -> None:
    path = tmp_path / "growing"
    path.write_bytes(b"x" * 1000)
    payload = Payload.of_file(path)
    path.write_bytes(b"x" * 10)
    with pytest.raises(RunnerError, match="growing became shorter"):
        bucket.put("key", payload)
    bucket.close()
    assert s3.objects == {}


def test_file_beyond_one_put_is_refused_before_it_is_sent(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("fargo_runner.payload._LARGEST", 9)
    (tmp_path / "file").write_bytes(b"x" * 10)
    with pytest.raises(RunnerError, match=r"larger than 5 GiB\. Let the command"):
        Payload.of_file(tmp_path / "file")


def test_expired_credentials_are_fetched_anew(s3: ScriptedS3, bucket: Bucket) -> None:
    class Renewing(CredentialSource):
        forgotten = 0

        def forget(self) -> None:
            self.forgotten += 1

    source = Renewing(KEYS)
    s3.faults = [(400, "ExpiredToken")]
    renewing = Bucket(bucket._endpoint, source, sleep=lambda _seconds: None)
    renewing.put("key", Payload(2, Payload.of_bytes(b"ab").sha256, lambda: io.BytesIO(b"ab")))
    renewing.close()
    assert source.forgotten == 1
    assert s3.objects == {"/workspace/key": b"ab"}


def test_a_range_ends_where_the_object_does(bucket: Bucket, s3: ScriptedS3) -> None:
    s3.objects["/workspace/key"] = b"0123456789"
    assert bucket.read("key", 2, 3) == b"234"
    assert bucket.read("key", 8, 5) == b"89"
    assert bucket.read("key", 10, 5) == b""
    assert bucket.read("key", 10, 0) == b""


@pytest.mark.parametrize("fault", [(503, "SlowDown"), (RESET, "")])
def test_a_range_is_asked_for_again_where_that_can_help(
    bucket: Bucket, s3: ScriptedS3, fault: tuple[int, str]
) -> None:
    s3.objects["/workspace/key"] = b"0123456789"
    s3.faults, s3.cuts = [fault], [1, 0]
    assert bucket.read("key", 2, 3) == b"234"
    assert s3.tries == 4


@pytest.mark.parametrize("absent", [403, 404])
def test_what_may_not_be_seen_is_not_there(bucket: Bucket, s3: ScriptedS3, absent: int) -> None:
    s3.objects |= {"/workspace/there": b"x", "/workspace/empty": b""}
    s3.absent = absent
    assert [bucket.exists(key) for key in ("there", "empty", "not")] == [True, True, False]
    assert s3.tries == 3


def test_expired_credentials_do_not_make_an_object_absent(bucket: Bucket, s3: ScriptedS3) -> None:
    s3.objects["/workspace/there"] = b"x"
    s3.faults = [(400, "ExpiredToken"), (503, "")]
    assert bucket.exists("there")


def test_a_download_that_is_cut_goes_on_where_it_was(
    bucket: Bucket, s3: ScriptedS3, waits: list[float], tmp_path: Path
) -> None:
    content = bytes(range(256)) * 4096
    s3.objects["/workspace/key"] = content
    s3.cuts = [300_000, 0, 500_000]
    assert bucket.download("key", tmp_path / "file") == len(content)
    assert (tmp_path / "file").read_bytes() == content
    assert [path.name for path in tmp_path.iterdir()] == ["file"]
    assert [wanted for _, wanted in s3.got] == ["", "bytes=300000-", "bytes=300000-", "bytes=800000-"]
    assert len(waits) == 1


def test_faults_before_a_download_are_survived(bucket: Bucket, s3: ScriptedS3, tmp_path: Path) -> None:
    s3.objects |= {"/workspace/key": b"content", "/workspace/empty": b""}
    s3.faults = [(503, "SlowDown"), (RESET, ""), (500, "InternalError")]
    assert bucket.download("key", tmp_path / "file") == 7
    assert bucket.download("empty", tmp_path / "empty") == 0
    assert (tmp_path / "empty").read_bytes() == b""


def test_an_object_that_is_replaced_during_a_download_is_refused_and_leaves_no_file(
    bucket: Bucket, s3: ScriptedS3, tmp_path: Path
) -> None:
    s3.objects["/workspace/key"] = b"x" * 100
    s3.cuts = [50]
    s3.refuse = lambda _path: s3.objects.update({"/workspace/key": b"y" * 100}) if s3.tries == 2 else None
    with pytest.raises(RunnerError, match="key cannot be fetched: S3 answers 412, PreconditionFailed"):
        bucket.download("key", tmp_path / "file")
    assert not (tmp_path / "file").exists()


def test_a_download_without_progress_ends(bucket: Bucket, s3: ScriptedS3, tmp_path: Path) -> None:
    s3.objects["/workspace/key"] = b"x" * 100
    s3.cuts = [50] + [0] * 7
    with pytest.raises(RunnerError, match=r"key cannot be fetched: .* is out of reach"):
        bucket.download("key", tmp_path / "file")


def test_a_full_disk_is_told_as_such(bucket: Bucket, s3: ScriptedS3, tmp_path: Path) -> None:
    s3.objects["/workspace/key"] = b"x" * 1_000_000
    (tmp_path / ".fargo-part").symlink_to("/dev/full")
    with pytest.raises(RunnerError, match=r"cannot be written: No space left on device\. Give the job more"):
        bucket.download("key", tmp_path / "file")
    assert s3.tries == 1
