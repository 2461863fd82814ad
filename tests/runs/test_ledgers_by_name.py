"""A run by the beginning of its id: whatever else the bucket holds is not listed."""

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import msgspec
import pytest
from fakes import a_run, refusal

from fargo import ledger
from fargo.aws.errors import translated
from fargo.errors import UsageError
from fargo.model import naming

IDS = ("work-261122-183000-abcd", "work-261122-183001-abce", "other-261122-183000-abcd")


class Bucket:
    """Ledgers, and what was listed of them."""

    bucket = "b"

    def __init__(self) -> None:
        self.held = {
            naming.ledger_key(each): msgspec.json.encode(replace(a_run("j1"), id=each)) for each in IDS
        }
        self.listed: list[str] = []

    def get_tagged(self, key: str) -> tuple[bytes, str]:
        with translated("GetObject"):
            if key not in self.held:
                raise refusal("NoSuchKey", 404)
        return self.held[key], "etag"

    def folders(self, prefix: str) -> Iterator[str]:
        self.listed.append(prefix)
        keys = [key for key in self.held if key.startswith(prefix)]
        return (key.removeprefix(prefix).partition("/")[0] for key in keys)


def test_a_beginning_that_one_run_has_lists_what_begins_so_alone() -> None:
    store: Any = Bucket()
    assert ledger.load(store, "other").id == IDS[2]
    assert ledger.load(store, IDS[0]).id == IDS[0]
    assert store.listed == ["runs/other"]


def test_a_beginning_of_several_runs_names_them() -> None:
    store: Any = Bucket()
    with pytest.raises(UsageError, match=f"work-26 may be any of {IDS[0]}, {IDS[1]}"):
        ledger.load(store, "work-26")
    with pytest.raises(UsageError, match="there is no run work-27"):
        ledger.load(store, "work-27")
