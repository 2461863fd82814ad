"""Results on disk: the table, the outputs, and all that may be in the way."""

import csv
import errno
import os
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from faulty import faults
from results_bucket import Bucket

from fargo.aws.store import Store
from fargo.errors import AwsUnreachable, PrerequisiteError, UsageError
from fargo.model import naming
from fargo.model.run import Run
from fargo.results import Fetched, Lost, Progress, fetch, standing
from fargo.results.folder import TEMPORARY, Folder


def fetched(bucket: Bucket, run: Run, folder: Path, **how: Any) -> tuple[Fetched, list[Any]]:
    store = bucket.store()
    events = fetch(store, run, standing(store, run), folder, **how)
    seen = []
    while True:
        try:
            seen.append(next(events))
        except StopIteration as end:
            return end.value, seen


def lost(seen: list[Any]) -> list[str]:
    return [each.why for each in seen if isinstance(each, Lost)]


def table(folder: Path, name: str = "results.csv") -> list[dict[str, str]]:
    with (folder / name).open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file, strict=True))


def files(folder: Path) -> dict[str, bytes]:
    return {
        path.relative_to(folder).as_posix(): path.read_bytes() for path in folder.rglob("*") if path.is_file()
    }


def test_outputs_and_table_are_there_afterwards_and_nothing_else(bucket: Bucket, tmp_path: Path) -> None:
    run = bucket.run(4)
    bucket.result(
        run, 0, {"a.txt": b"zero", "deep/er/ü ~$(x).bin": b"\0" * 700_000}, peak_memory_bytes=2_500_000
    )
    bucket.result(run, 1, {"a.txt": b""}, wave=2, attempt=3, host={"name": "h", "cpu": "c", "arch": "arm64"})
    bucket.result(run, 2, {"log": b"why"}, exit_code=137, signal=9)
    bucket.put(naming.output_prefix(run.id, 0) + "leftover", b"of a failed attempt")
    came, seen = fetched(bucket, run, tmp_path / "new" / "er")
    folder = tmp_path / "new" / "er"
    assert files(folder / "output") == {
        "0/a.txt": b"zero",
        "0/deep/er/ü ~$(x).bin": b"\0" * 700_000,
        "1/a.txt": b"",
        "2/log": b"why",
    }
    assert {path.name for path in folder.iterdir()} == {"output", "results.csv"}
    assert (came.progress.files, came.progress.kept, came.progress.lost) == (4, 0, 0)
    assert came.progress.bytes == came.progress.all_bytes == 700_007
    assert [each.rows for each in seen if isinstance(each, Progress)][-1] == 4
    rows = table(folder)
    assert [row["state"] for row in rows] == ["succeeded", "succeeded", "failed", "missing"]
    assert (rows[0]["peak_mb"], rows[0]["signal"], rows[2]["signal"], rows[2]["exit_code"]) == (
        "2.5",
        "",
        "9",
        "137",
    )
    assert [rows[1][name] for name in ("attempts", "wave", "host", "host_cpu", "host_arch")] == [
        "3",
        "2",
        "h",
        "c",
        "arm64",
    ]
    assert rows[3]["seconds"] == rows[3]["exit_code"] == ""


def test_columns_survive_the_table_whatever_is_in_them(bucket: Bucket, tmp_path: Path) -> None:
    hostile = ['a,b"c', "two\nlines", "cr\rlf\r\n", "", " ", "\0", "=1+1", "ünï ☃ 😀", '"', "';--"]
    columns = [{"row": value, "column_row": "own", "photo": value[::-1]} for value in hostile]
    run = bucket.run(len(hostile), columns)
    fetched(bucket, run, tmp_path)
    rows = table(tmp_path)
    assert [row["column_column_row"] for row in rows] == hostile
    assert {row["column_row"] for row in rows} == {"own"}
    assert [row["photo"] for row in rows] == [value[::-1] for value in hostile]
    assert [row["row"] for row in rows] == [str(number) for number in range(len(hostile))]


def test_what_is_there_and_right_is_not_fetched_again(bucket: Bucket, tmp_path: Path) -> None:
    run = bucket.run(3)
    for row in range(3):
        bucket.result(run, row, {"a": b"right", "b": b"other"})
    fetched(bucket, run, tmp_path)
    (tmp_path / "output/0/a").write_bytes(b"wrong")
    (tmp_path / "output/1/a").write_bytes(b"longer than before")
    (tmp_path / "output/2/a").unlink()
    bucket.client.delete_object(Bucket=bucket.name, Key=naming.output_prefix(run.id, 0) + "b")
    came, _ = fetched(bucket, run, tmp_path)
    assert (came.progress.files, came.progress.kept, came.progress.lost) == (6, 3, 0)
    assert {content for name, content in files(tmp_path / "output").items() if name.endswith("a")} == {
        b"right"
    }


@pytest.mark.parametrize(
    "name",
    ["../../escaped", "..", "a/../../b", "/etc/x", "a//b", "a/", ".", "nul\0byte", ""],
)
def test_a_key_that_leads_elsewhere_is_refused(bucket: Bucket, tmp_path: Path, name: str) -> None:
    run = bucket.run(1)
    prefix = naming.output_prefix(run.id, 0)
    bucket.result(run, 0, keys=[prefix + name])
    _, seen = fetched(bucket, run, tmp_path / "in")
    assert len(lost(seen)) == 1
    assert set(files(tmp_path)) == {"in/results.csv"}


@pytest.mark.parametrize("key", ["/etc/passwd", "runs/another/output/0/a", "inputs/x", ""])
def test_a_key_of_something_else_is_refused(bucket: Bucket, tmp_path: Path, key: str) -> None:
    run = bucket.run(1)
    bucket.result(run, 0, keys=[key])
    _, seen = fetched(bucket, run, tmp_path)
    assert ["is refused" in why for why in lost(seen)] == [True]


def test_a_link_in_the_way_is_not_followed(bucket: Bucket, tmp_path: Path) -> None:
    outside, folder = tmp_path / "outside", tmp_path / "in"
    outside.mkdir()
    (outside / "file").write_bytes(b"mine")
    (folder / "output" / "1").mkdir(parents=True)
    (folder / "output" / "0").symlink_to(outside)
    (folder / "output" / "1" / "file").symlink_to(outside / "file")
    run = bucket.run(2)
    for row in range(2):
        bucket.result(run, row, {"file": b"theirs"})
    _, seen = fetched(bucket, run, folder)
    assert len(lost(seen)) == 1
    assert files(outside) == {"file": b"mine"}
    assert (folder / "output/1/file").read_bytes() == b"theirs"
    assert not (folder / "output/1/file").is_symlink()


def test_names_that_this_file_system_cannot_hold_are_named_and_the_rest_fetched(
    bucket: Bucket, tmp_path: Path
) -> None:
    run = bucket.run(1)
    bucket.result(run, 0, {"n" * 300: b"long", "a": b"file", "a/b": b"below a file", "z": b"last"})
    came, seen = fetched(bucket, run, tmp_path)
    assert came.progress.lost == 2
    assert any("File name too long" in why for why in lost(seen))
    assert (tmp_path / "output/0/z").read_bytes() == b"last"


def test_what_is_gone_or_changed_in_the_bucket_is_named_and_the_rest_fetched(
    bucket: Bucket, tmp_path: Path
) -> None:
    run = bucket.run(3)
    for row in range(3):
        bucket.result(run, row, {"a": b"right", "b": b"fine"})
    keys = [naming.output_prefix(run.id, row) + "a" for row in range(3)]
    bucket.client.delete_object(Bucket=bucket.name, Key=keys[0])
    bucket.put(keys[1], b"wrong")
    bucket.put(keys[2], b"longer")
    came, seen = fetched(bucket, run, tmp_path)
    assert (came.progress.files, came.progress.lost) == (3, 3)
    said = "\n".join(lost(seen))
    assert f"{keys[0]} is in the result, and gone from the bucket" in said
    assert f"{keys[1]} has another SHA-256 than in the result" in said
    assert f"{keys[2]} has 6 bytes, and 5 in the result" in said
    assert set(files(tmp_path)) == {"results.csv", *(f"output/{row}/b" for row in range(3))}


def test_only_the_rows_that_have_not_succeeded_get_a_table_of_their_own(
    bucket: Bucket, tmp_path: Path
) -> None:
    run = bucket.run(3)
    bucket.result(run, 0, {"a": b"0"})
    bucket.result(run, 1, {"a": b"1"}, exit_code=1)
    fetched(bucket, run, tmp_path, failed=True)
    assert set(files(tmp_path)) == {"failed.csv", "output/1/a"}
    assert [row["row"] for row in table(tmp_path, "failed.csv")] == ["1", "2"]


def test_the_table_alone(bucket: Bucket, tmp_path: Path) -> None:
    run = bucket.run(1)
    bucket.result(run, 0, {"a": b"0"})
    fetched(bucket, run, tmp_path, outputs=False)
    assert set(files(tmp_path)) == {"results.csv"}


def test_an_abandoned_fetch_leaves_whole_files_and_the_old_table(bucket: Bucket, tmp_path: Path) -> None:
    run = bucket.run(50)
    for row in range(50):
        bucket.result(run, row, {"a": b"x" * 1000})
    (tmp_path / "results.csv").write_text("old")
    store = bucket.store()
    with closing(fetch(store, run, standing(store, run), tmp_path)) as events:
        for event in events:
            if isinstance(event, Progress) and event.files > 5:
                break
    left = files(tmp_path)
    assert left.pop("results.csv") == b"old"
    assert set(left.values()) == {b"x" * 1000}
    came, _ = fetched(bucket, run, tmp_path)
    assert came.progress.kept == len(left)
    assert came.progress.files == 50


def test_what_a_kill_left_is_removed_by_the_next_call(bucket: Bucket, tmp_path: Path) -> None:
    (tmp_path / TEMPORARY).mkdir()
    (tmp_path / TEMPORARY / "0123.part").write_bytes(b"half")
    fetched(bucket, bucket.run(1), tmp_path)
    assert [path.name for path in tmp_path.iterdir()] == ["results.csv"]


def test_two_at_once_do_not_take_each_others_files(bucket: Bucket, tmp_path: Path) -> None:
    with Folder(tmp_path), pytest.raises(UsageError, match="another"):
        fetched(bucket, bucket.run(1), tmp_path)
    fetched(bucket, bucket.run(1), tmp_path)


def test_a_folder_that_cannot_be_written_is_a_sentence(bucket: Bucket, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    for folder in (tmp_path / "file", tmp_path / "file" / "below", Path("/proc/nothing")):
        with pytest.raises(UsageError, match="cannot be written"):
            fetched(bucket, bucket.run(1), folder)


def test_a_full_disk_is_a_sentence_and_leaves_no_half_file(
    bucket: Bucket, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    run = bucket.run(1)
    bucket.result(run, 0, {"a": b"x" * 1000})

    def full(self: Store, key: str) -> Iterator[bytes]:
        yield b"x" * 100
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr(Store, "chunks", full)
    with pytest.raises(PrerequisiteError, match="no room left"):
        fetched(bucket, run, tmp_path)
    assert files(tmp_path) == {}


def test_no_network_ends_it_with_a_sentence(
    bucket: Bucket, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    run = bucket.run(20)
    for row in range(20):
        bucket.result(run, row, {"a": b"x"})
    whole, calls = Store.chunks, iter(range(1000))

    def cut(self: Store, key: str) -> Any:
        if next(calls) > 10:
            raise AwsUnreachable("AWS could not be asked (GetObject): cable")
        return whole(self, key)

    monkeypatch.setattr(Store, "chunks", cut)
    with pytest.raises(AwsUnreachable, match="cable"):
        fetched(bucket, run, tmp_path)
    assert set(files(tmp_path).values()) == {b"x"}
    monkeypatch.undo()
    came, _ = fetched(bucket, run, tmp_path)
    assert came.progress.kept > 0
    assert came.progress.files == 20


def test_all_arrives_though_s3_refuses_every_third_call(bucket: Bucket, tmp_path: Path) -> None:
    run = bucket.run(60)
    for row in range(60):
        bucket.result(run, row, {"out": b"%d" % row})
    store = bucket.patient()
    refused = {"service": "s3", "operation": "*", "kind": "throttle", "rate": 0.33, "seed": 2}
    with faults(bucket.endpoint, [refused]):
        assert not lost(list(fetch(store, run, standing(store, run), tmp_path)))
    assert files(tmp_path / "output") == {f"{row}/out": b"%d" % row for row in range(60)}
