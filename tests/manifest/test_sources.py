import gzip
import io
import os
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from row_dicts import as_dicts

from fargo.aws.store import Store
from fargo.errors import UsageError
from fargo.manifest import FORMATS
from fargo.manifest.picking import picked
from fargo.manifest.sources import Outside, rows


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return tmp_path


NOTHING = Outside()


def values(over: list[str], outside: Outside = NOTHING, kind: str = "") -> list[str]:
    with closing(rows(over, outside, kind)) as found:
        return [value for _, row in as_dicts(found) for value in row.values()]


def test_a_glob_gives_files_in_order_and_no_folders(here: Path) -> None:
    for name in ("b.jpg", "a.jpg", "sub/c.jpg", "d.png"):
        (here / name).parent.mkdir(exist_ok=True)
        (here / name).touch()
    (here / "folder.jpg").mkdir()
    assert values(["*.jpg"]) == ["a.jpg", "b.jpg"]
    assert values(["**/*.jpg"]) == ["a.jpg", "b.jpg", "sub/c.jpg"]
    assert values([f"{here}/?.png"]) == [f"{here}/d.png"]
    with pytest.raises(UsageError, match=r"--over '\*.gif': no file fits"):
        values(["*.gif"])


def test_with_a_format_a_glob_gives_the_rows_that_are_in_its_files(here: Path) -> None:
    (here / "1.csv").write_text("a\n1\n2\n")
    (here / "2[x].csv").write_text("a\n3\n")
    assert values(["*.csv"]) == ["1.csv", "2[x].csv"]
    assert values(["*.csv"], kind="csv") == ["1", "2", "3"]


def test_a_file_whose_name_looks_like_a_glob_is_that_file(here: Path) -> None:
    (here / "list[1].csv").write_text("a\n1\n")
    assert values(["list[1].csv"]) == ["1"]


def test_sources_follow_each_other(here: Path) -> None:
    (here / "a.csv").write_text("x\n1\n")
    (here / "b.jsonl").write_text('{"y": 2}\n')
    standard_input = io.BytesIO(b"3\n4")
    assert values(["a.csv", "-", "b.jsonl"], Outside(stdin=standard_input)) == ["1", "3", "4", "2"]


def test_standard_input_is_what_the_format_says_and_stays_open() -> None:
    stream = io.BufferedReader(io.BytesIO(b"x,y\n1,2\n"))
    assert values(["-"], Outside(stdin=stream), "csv") == ["1", "2"]
    assert not stream.closed


@pytest.mark.parametrize(
    ("over", "kind", "said"),
    [
        (["no.csv"], "", "--over no.csv: it is not there"),
        (["."], "", "--over .: it is a folder"),
        (["-", "-"], "", "--over - is there twice"),
        (["-"], "xml", "there is no format xml"),
        (["s3://"], "", "s3:// names no bucket"),
    ],
)
def test_sources_that_cannot_be_are_refused(here: Path, over: list[str], kind: str, said: str) -> None:
    with pytest.raises(UsageError) as refused:
        values(over, kind=kind)
    assert refused.value.message.startswith(said)
    assert FORMATS == ("csv", "tsv", "jsonl", "lines")


@pytest.mark.skipif(os.getuid() == 0, reason="root reads everything")
def test_a_file_that_may_not_be_read_is_refused(here: Path) -> None:
    (here / "a.csv").touch(mode=0)
    with pytest.raises(UsageError, match="it cannot be read"):
        values(["a.csv"])


def test_a_prefix_on_s3_gives_its_objects(s3: Any, store: Store) -> None:
    for key in ("in/a.jpg", "in/b.png", "in/sub/c.jpg", "in/folder/", "other"):
        s3.put_object(Bucket=store.bucket, Key=key, Body=b"" if key.endswith("/") else b"x")
    base, outside = f"s3://{store.bucket}", Outside(store)
    assert values([f"{base}/in/"], outside) == [
        f"{base}/in/a.jpg",
        f"{base}/in/b.png",
        f"{base}/in/sub/c.jpg",
    ]
    assert values([f"{base}/in/*.jpg"], outside) == [f"{base}/in/a.jpg", f"{base}/in/sub/c.jpg"]
    with pytest.raises(UsageError, match="no object is there"):
        values([f"{base}/nothing/"], outside)
    with pytest.raises(UsageError, match="there is no such bucket"):
        values(["s3://not-there-at-all/x/"], outside)


def test_a_manifest_on_s3_is_read_in_ranges(s3: Any, store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("fargo.aws.reading.RANGE", 1_000)
    text = "n\n" + "".join(f"{n}\n" for n in range(5_000))
    base, outside = f"s3://{store.bucket}", Outside(store)
    s3.put_object(Bucket=store.bucket, Key="t.csv", Body=text.encode())
    s3.put_object(Bucket=store.bucket, Key="t.csv.gz", Body=gzip.compress(text.encode()))
    s3.put_object(Bucket=store.bucket, Key="empty.csv", Body=b"")
    assert values([f"{base}/t.csv"], outside) == [str(n) for n in range(5_000)]
    assert values([f"{base}/t*.csv"], outside) == [f"{base}/t.csv"]
    assert values([f"{base}/t*.csv"], outside, "csv") == [str(n) for n in range(5_000)]
    assert values([f"{base}/t.csv.gz"], outside) == [str(n) for n in range(5_000)]
    with pytest.raises(UsageError, match=r"empty.csv: it is empty"):
        values([f"{base}/empty.csv"], outside)
    with pytest.raises(UsageError, match=r"no.csv: it is not there"):
        values([f"{base}/no.csv"], outside)


def numbers(count: int) -> Any:
    return rows(["-"], Outside(stdin=io.BytesIO(b"".join(b"%d\n" % n for n in range(count)))))


def test_limit_takes_the_first_and_reads_no_further() -> None:
    broken = io.BytesIO(b"1\n2\n" + b"x\n" * 100_000 + b"\xff\n")
    found = picked(rows(["-"], Outside(stdin=broken)), 2, None)
    assert [row[2][0] for row in found] == ["1", "2"]


def test_a_sample_is_the_same_each_time_in_order_and_from_everywhere() -> None:
    first, second = ([int(row[2][0]) for row in picked(numbers(10_000), None, 100)] for _ in range(2))
    assert first == second == sorted(set(first))
    assert len(first) == 100
    assert min(first) < 1_000
    assert max(first) > 9_000


def test_a_sample_of_more_than_there_is_takes_all() -> None:
    assert len(list(picked(numbers(5), None, 100))) == 5


@pytest.mark.parametrize(("limit", "sample"), [(1, 1), (0, None), (None, 0), (None, 100_001)])
def test_counts_that_cannot_be_are_refused(limit: int | None, sample: int | None) -> None:
    with pytest.raises(UsageError, match=r"--(limit|sample)"):
        picked(numbers(3), limit, sample)
