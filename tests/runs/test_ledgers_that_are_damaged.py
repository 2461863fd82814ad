"""A ledger that somebody wrote in by hand: it is named, and no list of runs ends with it."""

import json
from collections.abc import Iterator
from typing import Any

import msgspec
import pytest
from fakes import a_run

from fargo import ledger
from fargo.errors import AwsError
from fargo.model import naming

RUN = a_run("j1")


class Bucket:
    """Ledgers by run."""

    bucket = "b"

    def __init__(self, held: dict[str, bytes]) -> None:
        self.held = {naming.ledger_key(name): content for name, content in held.items()}

    def get_tagged(self, key: str) -> tuple[bytes, str]:
        return self.held[key], "etag"

    def folders(self, prefix: str) -> Iterator[str]:
        return (key.removeprefix(prefix).removesuffix("/run.json") for key in self.held)


def _with(**changes: Any) -> bytes:
    """The ledger with these keys of its wave, or of the whole where the wave has none of the name."""
    told = json.loads(msgspec.json.encode(RUN))
    wave = told["waves"][0]
    for name, value in changes.items():
        (wave if name in wave else told)[name] = value
    return json.dumps(told).encode()


@pytest.mark.parametrize(
    ("content", "why"),
    [
        (_with(waves=[]), r"length >= 1 - at `\$.waves`"),
        (_with(chunks=[]), r"length >= 1 - at `\$.waves\[0\].chunks`"),
        (
            _with(chunks=[{"number": 0, "job_name": "n", "size": 0}]),
            r">= 1 - at `\$.waves\[0\].chunks\[0\].size`",
        ),
        (_with(pack=0), r"`int` >= 1 - at `\$.waves\[0\].pack`"),
        (_with(workers=0), r"`int` >= 1 - at `\$.waves\[0\].workers`"),
        (_with(vcpu=0), r"`float` > 0.0 - at `\$.waves\[0\].vcpu`"),
        (_with(row_seconds=1e300), r"at `\$.row_seconds`"),
        (_with(created="2026-11-22T18:30:00"), "timezone"),
        (_with(id="another"), "is of the run another"),
        (b'{"writer": ' + b"[" * 100_000, "cannot be read"),
        (b"", "cannot be read"),
        (b"\xff", "cannot be read"),
    ],
)
def test_what_no_submit_writes_is_named(content: bytes, why: str) -> None:
    store: Any = Bucket({RUN.id: content})
    with pytest.raises(AwsError, match=why) as raised:
        ledger.load(store, RUN.id)
    assert f"s3://b/runs/{RUN.id}/run.json" in raised.value.message


def test_the_list_of_runs_goes_on_without_it() -> None:
    store: Any = Bucket(
        {
            RUN.id: msgspec.json.encode(RUN),
            "empty-261122-183001-abcd": _with(id="empty-261122-183001-abcd", waves=[]),
            "\x1b]0;x\x07-261122-183002-abcd": _with(id="\x1b]0;x\x07-261122-183002-abcd"),
        }
    )
    assert list(ledger.recent(store, 10)) == [RUN]
