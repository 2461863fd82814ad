import hashlib
import json
import os
from pathlib import Path
from typing import Any

import pytest

from fargo.aws import sending
from fargo.aws.store import Store
from fargo.errors import AwsError, UsageError
from fargo.manifest import Manifest, Outside, Over, prepared, upload
from fargo.view import rows as view


def over(store: Store, *sources: str, column: str = "photo") -> Any:
    return prepared(
        Over(sources=sources),
        command=(f"{{{column}}}",),
        inputs=(column,),
        bucket=store.bucket,
        outside=Outside(),
    )


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.fixture
def small_parts(monkeypatch: pytest.MonkeyPatch) -> int:
    size = 5 * 1024 * 1024
    monkeypatch.setattr("fargo.aws.sending.PART", size)
    return size


def stored(s3: Any, bucket: str) -> list[str]:
    return [item["Key"] for item in s3.list_objects_v2(Bucket=bucket).get("Contents", ())]


def address(store: Store, content: bytes, name: str) -> str:
    return f"s3://{store.bucket}/inputs/{hashlib.sha256(content).hexdigest()}/{name}"


def rows_of(manifest: Manifest) -> list[dict[str, str]]:
    return [json.loads(line) for line in manifest.jsonl.read_bytes().splitlines()]


def test_local_files_become_addresses_by_content_and_are_sent_once(here: Path, s3: Any, store: Store) -> None:
    (here / "a.jpg").write_bytes(b"one")
    (here / "sub").mkdir()
    (here / "sub/a.jpg").write_bytes(b"one")
    (here / "b.jpg").write_bytes(b"")
    (here / "t.csv").write_text(
        f"photo,n\na.jpg,1\nsub/a.jpg,2\nb.jpg,3\ns3://else/where,4\n,5\n{here}/a.jpg,6\n"
    )
    with over(store, "t.csv") as manifest:
        one, nothing = address(store, b"one", "a.jpg"), address(store, b"", "b.jpg")
        assert [row["photo"] for row in rows_of(manifest)] == [one, one, nothing, "s3://else/where", "", one]
        assert manifest.files == 2
        events = list(upload(manifest, "run-1", store))
        assert (events[-1].files, events[-1].files_total, events[-1].skipped) == (3, 3, 0)
        assert events[-1].bytes == events[-1].bytes_total == manifest.bytes
        assert [event.bytes for event in events] == sorted(event.bytes for event in events)
        keys = sorted(
            [
                *(each.removeprefix(f"s3://{store.bucket}/") for each in (one, nothing)),
                "runs/run-1/manifest.idx",
                "runs/run-1/manifest.jsonl",
            ]
        )
        assert stored(s3, store.bucket) == keys
        assert store.get("runs/run-1/manifest.jsonl") == manifest.jsonl.read_bytes()
        assert store.get("runs/run-1/manifest.idx") == manifest.index.read_bytes()
        again = list(upload(manifest, "run-2", store))[-1]
        assert (again.skipped, again.bytes) == (2, manifest.bytes)
        assert (manifest.rows, manifest.files) == (6, 2)


def test_a_large_file_goes_in_parts(here: Path, s3: Any, store: Store, small_parts: int) -> None:
    content = os.urandom(2 * small_parts + 1)
    (here / "big").write_bytes(content)
    (here / "t.csv").write_text("photo\nbig\n")
    with over(store, "t.csv") as manifest:
        events = list(upload(manifest, "run-1", store))
        assert len(events) > 5
        again = list(upload(manifest, "run-1", store))[-1]
    assert again.skipped == 1
    assert store.get(f"inputs/{hashlib.sha256(content).hexdigest()}/big") == content


@pytest.mark.parametrize("size", [10, 11 * 1024 * 1024])
def test_a_file_that_changes_in_between_is_never_stored_under_the_old_hash(
    here: Path, s3: Any, store: Store, small_parts: int, size: int
) -> None:
    (here / "f").write_bytes(bytes(size))
    (here / "t.csv").write_text("photo\nf\n")
    with over(store, "t.csv") as manifest:
        (here / "f").write_bytes(b"x" * size)
        with pytest.raises(UsageError, match=r"(?m)^f changed while it was submitted$"):
            list(upload(manifest, "run-1", store))
        (here / "f").unlink()
        with pytest.raises(UsageError, match=r"^f cannot be read any more"):
            list(upload(manifest, "run-1", store))
    assert stored(s3, store.bucket) == []
    assert "Uploads" not in s3.list_multipart_uploads(Bucket=store.bucket)


def test_an_upload_that_is_left_leaves_no_parts(here: Path, s3: Any, store: Store, small_parts: int) -> None:
    (here / "big").write_bytes(bytes(4 * small_parts))
    sent = sending.send(store, here / "big", "key")
    next(sent)
    sent.close()
    assert stored(s3, store.bucket) == []
    assert "Uploads" not in s3.list_multipart_uploads(Bucket=store.bucket)


def test_many_files_are_all_there(here: Path, s3: Any, store: Store) -> None:
    for n in range(60):
        (here / f"{n}.jpg").write_text(str(n))
    with over(store, "*.jpg", column="file") as manifest:
        last = list(upload(manifest, "run-1", store))[-1]
        wanted = {row["file"].removeprefix(f"s3://{store.bucket}/") for row in rows_of(manifest)}
    assert last.files == 61
    assert wanted == {key for key in stored(s3, store.bucket) if key.startswith("inputs/")}


def test_a_missing_file_is_refused_with_its_place_and_where_it_might_be(here: Path, store: Store) -> None:
    (here / "data").mkdir()
    (here / "data/a.jpg").touch()
    (here / "data/t.csv").write_text("n,photo\n1,a.jpg\n")
    with pytest.raises(UsageError) as refused, over(store, "data/t.csv"):
        pass
    assert (
        refused.value.message
        == "data/t.csv, line 2: the file in 'photo' cannot be read: a.jpg: No such file or directory"
    )
    assert refused.value.hint == "it is there beside data/t.csv: run fargo in data, or write data/a.jpg"


@pytest.mark.parametrize("path", ["no.jpg", "~/x", ".", "x" * 5_000])
def test_what_is_no_file_is_refused(here: Path, store: Store, path: str) -> None:
    (here / "t.csv").write_text(f"photo\n{path}\n")
    with (
        pytest.raises(UsageError, match=r"^t.csv, line 2: the file in 'photo' cannot be read"),
        over(store, "t.csv"),
    ):
        pass


def test_a_bucket_that_is_gone_is_aws_error(here: Path, s3: Any, store: Store) -> None:
    (here / "a.jpg").write_bytes(b"one")
    (here / "t.csv").write_text("photo\na.jpg\n")
    with over(store, "t.csv") as manifest, pytest.raises(AwsError):
        list(upload(manifest, "run-1", store.beside("no-such-bucket")))


def test_progress_in_words() -> None:
    from fargo.manifest import Sent

    shown = view.RowsView()
    assert shown.line() == ""
    shown.take(12_345)
    assert shown.line() == "reading rows: 12,345"
    shown.take(Sent(1, 3, 1024, 2048))
    assert shown.line() == "uploading 1 of 3 files, 1.0 KiB of 2.0 KiB"
    assert shown.render()
