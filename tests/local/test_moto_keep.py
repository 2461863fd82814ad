"""What every service but Batch holds outlives the process: in order, killed, or of another version."""

import io
import json
import os
import signal
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor, wait
from pathlib import Path

import pytest
from aws_things import LARGE, fill, make_storage, told
from local_aws import client, wait_until

from fargo.local import daemon
from fargo.local.moto_keep import Keep
from fargo.local.moto_moments import Moments
from fargo.local.state import StateDir, Status
from fargo.local.wsgi import Environ, StartResponse


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[StateDir]:
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path))
    yield StateDir.default()
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path))
    daemon.stop()


def start() -> Status:
    """The first time on a free port, then as users start it."""
    return daemon.start(port=None if StateDir.default().last_port else 0, executor="scripted")


def in_order(_: StateDir) -> None:
    daemon.stop()


def killed(folder: StateDir) -> None:
    running = daemon.status()
    assert running
    os.kill(running.pid, signal.SIGKILL)
    wait_until(lambda: not folder.is_locked())


@pytest.mark.parametrize("ends", [in_order, killed])
def test_everything_is_told_again_byte_for_byte(folder: StateDir, ends: Callable[[StateDir], None]) -> None:
    endpoint = start().endpoint
    fill(endpoint)
    kms = client("kms", endpoint)
    sealed = kms.encrypt(KeyId="alias/mine", Plaintext=b"open sesame")["CiphertextBlob"]
    before = told(endpoint)
    ends(folder)
    assert start().endpoint == endpoint
    after = told(endpoint)
    assert {name: after[name] for name in before} == before
    assert after["large"]["Body"] == LARGE
    assert kms.decrypt(CiphertextBlob=sealed)["Plaintext"] == b"open sesame"


@pytest.mark.parametrize("ends", [in_order, killed])
def test_it_goes_on_where_it_was(folder: StateDir, ends: Callable[[StateDir], None]) -> None:
    endpoint = start().endpoint
    fill(endpoint)
    for _ in range(2):
        ends(folder)
        start()
        client("s3", endpoint).put_object(Bucket="bucket", Key="small", Body=b"new")
    found = client("s3", endpoint).list_object_versions(Bucket="bucket", Prefix="small")["Versions"]
    assert len(found) == 4
    assert len({version["VersionId"] for version in found}) == 4
    body = client("s3", endpoint).get_object(Bucket="bucket", Key="small")["Body"].read()
    assert body == b"new"
    ids = [event["eventId"] for event in told(endpoint)["log events"]["events"]]
    assert len(ids) == len(set(ids)) == 101


def test_only_a_killed_server_is_told_of(folder: StateDir) -> None:
    first = start()
    assert first.warning == ""
    killed(folder)
    second = start()
    assert f"(pid {first.pid}) was killed" in second.warning
    assert "all that it had answered is kept" in second.warning
    assert second.warning in folder.log.read_text()
    daemon.stop()
    assert start().warning == ""


def test_a_line_that_was_cut_off_is_dropped_and_the_journal_goes_on(folder: StateDir) -> None:
    endpoint = start().endpoint
    ssm = client("ssm", endpoint)
    ssm.put_parameter(Name="first", Value="1", Type="String")
    killed(folder)
    (journal,) = (folder.path / "moto").glob("*.journal")
    whole = journal.read_bytes()
    journal.write_bytes(whole + whole.splitlines()[-1][:200])
    start()
    assert journal.read_bytes() == whole
    ssm.put_parameter(Name="second", Value="2", Type="String")
    killed(folder)
    start()
    names = [parameter["Name"] for parameter in ssm.describe_parameters()["Parameters"]]
    assert sorted(names) == ["first", "second"]


def test_a_journal_that_is_damaged_in_its_midst_is_kept_and_said(folder: StateDir) -> None:
    endpoint = start().endpoint
    ssm = client("ssm", endpoint)
    for name in ("first", "second", "third"):
        ssm.put_parameter(Name=name, Value="1", Type="String")
    killed(folder)
    (journal,) = (folder.path / "moto").glob("*.journal")
    damaged = journal.read_bytes().replace(b'"second', b"\0" * 7)
    journal.write_bytes(damaged)
    again = start()
    (beside,) = folder.path.glob("*.damaged")
    assert beside.read_bytes() == damaged
    assert f"is damaged and lost; the damaged file is {beside}" in again.warning
    assert [found["Name"] for found in ssm.describe_parameters()["Parameters"]] == ["first"]


def test_who_waits_for_a_message_holds_up_nobody(folder: StateDir) -> None:
    endpoint = start().endpoint
    sqs = client("sqs", endpoint)
    queue = sqs.create_queue(QueueName="queue")["QueueUrl"]
    with ThreadPoolExecutor() as pool:
        waiting = pool.submit(sqs.receive_message, QueueUrl=queue, WaitTimeSeconds=20)
        client("sns", endpoint).create_topic(Name="meanwhile")
        assert not waiting.done()
        client("sqs", endpoint).send_message(QueueUrl=queue, MessageBody="here")
        assert [message["Body"] for message in waiting.result()["Messages"]] == ["here"]


def test_a_private_key_that_no_seed_decides_outlives_a_kill(folder: StateDir) -> None:
    endpoint = start().endpoint
    kms = client("kms", endpoint)
    key = kms.create_key(KeySpec="RSA_2048", KeyUsage="SIGN_VERIFY")["KeyMetadata"]["KeyId"]
    request = {"KeyId": key, "Message": b"m", "SigningAlgorithm": "RSASSA_PSS_SHA_256"}
    signature = kms.sign(**request)["Signature"]
    killed(folder)
    start()
    assert kms.verify(**request, Signature=signature)["SignatureValid"]


def test_a_clean_stop_leaves_a_snapshot_and_large_bodies_once(folder: StateDir) -> None:
    make_storage(start().endpoint)
    daemon.stop()
    kept = folder.path / "moto"
    assert [file.name for file in kept.iterdir() if file.is_file()] == ["1.snapshot"]
    sizes = [file.stat().st_size for file in (kept / "bodies").iterdir()]
    assert sorted(sizes) == [len(LARGE), len(LARGE) + 1]
    assert (kept / "1.snapshot").stat().st_size < len(LARGE)


def test_a_body_that_nothing_refers_to_any_more_is_removed(folder: StateDir) -> None:
    endpoint = start().endpoint
    s3 = client("s3", endpoint)
    s3.create_bucket(Bucket="bucket", CreateBucketConfiguration={"LocationConstraint": "eu-west-1"})
    s3.put_object(Bucket="bucket", Key="large", Body=LARGE)
    daemon.stop()
    start()
    s3.delete_object(Bucket="bucket", Key="large")
    daemon.stop()
    assert list((folder.path / "moto" / "bodies").iterdir()) == []


def test_a_snapshot_of_another_moto_is_put_aside_and_said(folder: StateDir) -> None:
    endpoint = start().endpoint
    client("ssm", endpoint).put_parameter(Name="first", Value="1", Type="String")
    daemon.stop()
    (snapshot,) = (folder.path / "moto").glob("*.snapshot")
    about, _, rest = snapshot.read_bytes().partition(b"\n")
    foreign = json.dumps(json.loads(about) | {"moto": "4.0.1"}).encode() + b"\n" + rest
    snapshot.write_bytes(foreign)
    again = start()
    assert "written with moto 4.0.1 on Python" in again.warning
    (aside,) = folder.path.glob("moto-*")
    assert str(aside) in again.warning
    assert (aside / snapshot.name).read_bytes() == foreign
    assert client("ssm", endpoint).describe_parameters()["Parameters"] == []


def test_a_damaged_snapshot_is_put_aside_and_said(folder: StateDir) -> None:
    client("ssm", start().endpoint).put_parameter(Name="first", Value="1", Type="String")
    daemon.stop()
    (snapshot,) = (folder.path / "moto").glob("*.snapshot")
    snapshot.write_bytes(snapshot.read_bytes()[:-1000])
    again = start()
    assert "cannot be read" in again.warning
    assert again.endpoint == f"http://127.0.0.1:{folder.last_port}"


def test_a_draft_and_what_a_snapshot_has_taken_the_place_of_are_removed(folder: StateDir) -> None:
    client("ssm", start().endpoint).put_parameter(Name="first", Value="1", Type="String")
    daemon.stop()
    kept = folder.path / "moto"
    for left in ("2.new", "0.journal", "0.snapshot"):
        (kept / left).write_text("left by a server that was killed in the midst of it")
    endpoint = start().endpoint
    assert client("ssm", endpoint).get_parameter(Name="first")["Parameter"]["Value"] == "1"
    assert [file.name for file in kept.iterdir() if file.is_file()] == ["1.snapshot"]


def test_an_object_without_a_byte_is_answered(folder: StateDir) -> None:
    s3 = client("s3", start().endpoint)
    s3.create_bucket(Bucket="bucket", CreateBucketConfiguration={"LocationConstraint": "eu-west-1"})
    s3.put_object(Bucket="bucket", Key="empty", Body=b"")
    assert s3.head_object(Bucket="bucket", Key="empty")["ContentLength"] == 0


def test_a_refused_call_is_not_put_on_record(folder: StateDir) -> None:
    endpoint = start().endpoint
    s3 = client("s3", endpoint)
    with pytest.raises(s3.exceptions.NoSuchBucket):
        s3.put_object(Bucket="not-there", Key="k", Body=b"")
    assert list((folder.path / "moto").glob("*.journal")) == []


def test_reset_forgets_everything_and_stops_what_runs(folder: StateDir) -> None:
    endpoint = start().endpoint
    fill(endpoint)
    assert daemon.reset() is True
    assert daemon.status() is None
    assert sorted(file.name for file in folder.path.iterdir()) == ["lock", "server.log"]
    assert client("s3", start().endpoint).list_buckets()["Buckets"] == []
    daemon.stop()
    assert daemon.reset() is False


PLAYED = """
import io, sys, threading
from pathlib import Path
from fargo.local import moto_mends
from fargo.local.moto_keep import Keep
from fargo.local.moto_moments import Moments

folder, names = Path(sys.argv[1]), sys.argv[3:]
moments, moto = Moments(), moto_mends.application()
moments.install()
keep = Keep(folder, moto, moments, longest_play=float(sys.argv[2]))
said = keep.open()
scope = "AWS4-HMAC-SHA256 Credential=local/20250101/eu-west-1/sns/aws4_request, Signature=x"

def call(body):
    environ = {
        "REQUEST_METHOD": "POST", "PATH_INFO": "/", "QUERY_STRING": "", "HTTP_HOST": "localhost",
        "SERVER_NAME": "localhost", "SERVER_PORT": "80", "HTTP_AUTHORIZATION": scope,
        "CONTENT_TYPE": "application/x-www-form-urlencoded", "CONTENT_LENGTH": str(len(body)),
        "wsgi.input": io.BytesIO(body.encode()), "wsgi.url_scheme": "http", "wsgi.errors": sys.stderr,
    }
    return b"".join(keep(environ, lambda *_: None)).decode()

for name in names:
    if name == "a-thread":
        from moto.sns.models import sns_backends
        sns_backends["123456789012"]["eu-west-1"].thread = threading.Thread()
    elif name == "the-end":
        keep.close()
    else:
        call(f"Action=CreateTopic&Version=2010-03-31&Name={name}")
topics = call("Action=ListTopics&Version=2010-03-31").split("<TopicArn>")[1:]
names = [topic.partition("<")[0].rpartition(":")[2] for topic in topics]
print(names, sorted(file.name for file in folder.iterdir()), said)
"""


def played(folder: Path, longest_play: float, *names: str) -> str:
    """What a keeper without a server says: its topics, its files, and what was lost."""
    code = [sys.executable, "-c", PLAYED, str(folder), str(longest_play), *names]
    return subprocess.run(code, capture_output=True, text=True, check=True, timeout=120).stdout.strip()


def test_a_journal_that_takes_too_long_to_play_becomes_a_snapshot(tmp_path: Path) -> None:
    assert played(tmp_path, 0, "a").endswith("['a'] ['1.snapshot']")
    assert played(tmp_path, 3600, "b", "c") == "['a', 'b', 'c'] ['1.journal', '1.snapshot']"
    assert played(tmp_path, 3600, "the-end") == "['a', 'b', 'c'] ['2.snapshot']"


def test_what_cannot_be_written_as_a_snapshot_stays_in_the_journal(tmp_path: Path) -> None:
    assert played(tmp_path, 3600, "a", "a-thread", "the-end", "b") == "['a', 'b'] ['0.journal', '1.new']"
    assert played(tmp_path, 3600) == "['a', 'b'] ['0.journal']"


def test_a_change_that_cannot_be_made_again_is_said_and_the_rest_is_made(tmp_path: Path) -> None:
    played(tmp_path, 3600, "a", "b", "c")
    journal = tmp_path / "0.journal"
    journal.write_text(journal.read_text().replace("Name=b", "Name=!"))
    lost = "changes that were kept and could not be made again: 1; the log says which"
    assert played(tmp_path, 3600) == f"['a', 'c'] ['0.journal'] {lost}"


def test_who_looks_waits_until_a_change_is_made(tmp_path: Path) -> None:
    """moto's dictionaries change meanwhile, and a look that goes through them would end with a 500."""
    going_on, may_end, order = threading.Event(), threading.Event(), []

    def moto(environ: Environ, start_response: StartResponse) -> list[bytes]:
        if environ["REQUEST_METHOD"] == "PUT":
            going_on.set()
            may_end.wait(30)
        order.append(environ["REQUEST_METHOD"])
        start_response("400 Bad Request", [])  # so that nothing is put on record
        return [b""]

    keep = Keep(tmp_path, moto, Moments())

    def call(method: str) -> None:
        environ = {"REQUEST_METHOD": method, "PATH_INFO": "/bucket", "wsgi.input": io.BytesIO()}
        list(keep(environ, lambda *_: None))

    with ThreadPoolExecutor(2) as pool:
        change = pool.submit(call, "PUT")
        assert going_on.wait(30)
        look = pool.submit(call, "GET")
        wait([look], timeout=0.3)
        may_end.set()
        change.result()
        look.result()
    assert order == ["PUT", "GET"]
