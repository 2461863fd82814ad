"""Samples of the control group: which file, which fields, and when not to believe them."""

from pathlib import Path

import pytest
from fargo_runner.memory import MemoryPeak

V2 = {"memory.max": "1000000", "memory.stat": "anon 700\nfile 900000\nshmem 50\n"}
V1 = {
    "memory/memory.limit_in_bytes": "1000000",
    "memory/memory.stat": "rss 1\ntotal_cache 900000\ntotal_rss 700\ntotal_shmem 50\n",
}


def group(root: Path, files: dict[str, str]) -> Path:
    for name, text in files.items():
        (root / name).parent.mkdir(exist_ok=True)
        (root / name).write_text(text)
    return root


@pytest.mark.parametrize("files", [V2, V1], ids=["version 2", "version 1"])
def test_page_cache_does_not_count(tmp_path: Path, files: dict[str, str]) -> None:
    peak = MemoryPeak(group(tmp_path, files))
    peak.sample()
    assert peak.bytes == 750


def test_the_largest_sample_stays(tmp_path: Path) -> None:
    peak = MemoryPeak(group(tmp_path, V2))
    for anon in (700, 90, 800, 5):
        group(tmp_path, {"memory.stat": f"anon {anon}\nshmem 0\n"})
        peak.sample()
    assert peak.bytes == 800


@pytest.mark.parametrize(
    "files",
    [
        {},
        {**V2, "memory.max": "max\n"},
        {**V1, "memory/memory.limit_in_bytes": "9223372036854771712\n"},
        {"memory.max": "1000"},
    ],
    ids=["none", "version 2 without a limit", "version 1 without a limit", "no statistics"],
)
def test_what_may_be_the_whole_machines_is_not_read(tmp_path: Path, files: dict[str, str]) -> None:
    peak = MemoryPeak(group(tmp_path, files))
    peak.sample()
    peak.sample()
    assert peak.bytes == 0
