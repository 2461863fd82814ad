"""The ETL example as programs: what the logs hold, what is made of them, what is refused."""

import csv
import gzip
import io
import json
import subprocess
import sys
from collections import Counter
from pathlib import Path

import pytest

EXAMPLE = Path(__file__).parents[2] / "examples" / "etl"


def run(script: str, *arguments: str | Path, folder: Path) -> "subprocess.CompletedProcess[str]":
    return subprocess.run(
        [sys.executable, str(EXAMPLE / script), *map(str, arguments)],
        cwd=folder,
        env={"PYTHONIOENCODING": "utf-8"},
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )


@pytest.fixture(scope="module")
def logs(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A day of logs; one file of them broke off."""
    folder = tmp_path_factory.mktemp("etl") / "logs"
    made = run("make_logs.py", folder, "--days", "1", "--lines", "500", folder=folder.parent)
    assert made.stdout == f"13 files in {folder}\n"
    return folder


def cleaned(logs: Path, folder: Path) -> dict[str, int]:
    """Clean each log in a folder of its own, with `out` as a run would leave it: name → exit code."""
    codes = {}
    for row, file in enumerate(sorted(logs.glob("*.log.gz"))):
        own = folder / str(row)
        own.mkdir()
        codes[file.name] = run("clean.py", file, folder=own).returncode
        if (own / "out").exists():
            for item in (own / "out").iterdir():
                item.rename(own / item.name)
    return codes


def test_the_summary_is_what_the_whole_files_hold(logs: Path, tmp_path: Path) -> None:
    codes = cleaned(logs, tmp_path)
    assert [name for name, code in codes.items() if code] == ["web-3-20260301-20.log.gz"]
    total = run("total.py", tmp_path, folder=tmp_path)
    expected = json.loads((logs / "expected.json").read_text())
    with (tmp_path / "out/totals.csv").open(newline="") as table:
        (day,) = csv.DictReader(table)
    assert day["day"] == "2026-03-01"
    for name in ("requests", "errors", "bytes"):
        assert int(day[name]) == expected[f"2026-03-01 {name}"]
    assert total.stdout.splitlines()[-1] == f"12 files, {expected['rejected']} lines rejected"


def test_the_tables_hold_every_request_and_no_whole_address(logs: Path, tmp_path: Path) -> None:
    cleaned(logs, tmp_path)
    tables = sorted(tmp_path.glob("*/day=2026-03-01/*.csv.gz"))
    rows = [
        row
        for table in tables
        for row in csv.DictReader(io.StringIO(gzip.decompress(table.read_bytes()).decode()))
    ]
    expected = json.loads((logs / "expected.json").read_text())
    assert len(rows) == expected["2026-03-01 requests"]
    assert {row["client"] for row in rows} == {"203.0.113.0"}
    assert sum(int(row["bytes"]) for row in rows) == expected["2026-03-01 bytes"]


def test_quantiles_are_those_of_the_requests_within_two_digits(logs: Path, tmp_path: Path) -> None:
    cleaned(logs, tmp_path)
    run("total.py", tmp_path, folder=tmp_path)
    times: Counter[int] = Counter()
    for table in tmp_path.glob("*/day=2026-03-01/*.csv.gz"):
        for row in csv.DictReader(io.StringIO(gzip.decompress(table.read_bytes()).decode())):
            times[int(row["milliseconds"])] += 1
    ranked = sorted(times.elements())
    with (tmp_path / "out/totals.csv").open(newline="") as written:
        (day,) = csv.DictReader(written)
    assert float(day["median_ms"]) == pytest.approx(ranked[len(ranked) // 2], rel=0.06)
    assert float(day["p95_ms"]) == pytest.approx(ranked[len(ranked) * 95 // 100], rel=0.06)


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (gzip.compress(b"no log at all\n" * 10, mtime=0), "10 of 10 lines of bad.log.gz are no requests"),
        (b"not compressed", "bad.log.gz is damaged: Not a gzipped file"),
        (gzip.compress(b"x" * 100_000, mtime=0)[:60], "bad.log.gz is damaged: "),
    ],
)
def test_a_bad_file_fails_with_a_sentence_and_leaves_nothing(
    tmp_path: Path, content: bytes, says: str
) -> None:
    (tmp_path / "bad.log.gz").write_bytes(content)
    done = run("clean.py", tmp_path / "bad.log.gz", folder=tmp_path)
    assert (done.returncode, says in done.stderr, "Traceback" in done.stderr) == (1, True, False)
    assert not (tmp_path / "out").exists()


def test_the_same_seed_makes_the_same_logs(logs: Path, tmp_path: Path) -> None:
    run("make_logs.py", tmp_path / "again", "--days", "1", "--lines", "500", folder=tmp_path)
    for file in logs.iterdir():
        assert (tmp_path / "again" / file.name).read_bytes() == file.read_bytes()
