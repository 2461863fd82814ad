"""Ledgers that many threads read first of all: what a library learns of a type, it must learn before."""

import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[2]
FIRST_OF_ALL = """
import sys, threading
sys.setswitchinterval(1e-6)
from dataclasses import replace
import msgspec
from fakes import a_run
from fargo import ledger

run = a_run("j1")

class Store:
    bucket = "b"
    def folders(self, prefix):
        return [f"work-261122-18300{number}-abcd" for number in range(8)]
    def get_tagged(self, key):
        start.wait()
        return msgspec.json.encode(replace(run, id=key.split("/")[1])), "etag"

start = threading.Barrier(8)
assert len(list(ledger.recent(Store(), 8))) == 8
"""


def test_eight_ledgers_read_at_once_in_a_young_process() -> None:
    path = f"{ROOT / 'tool'}:{ROOT / 'tests' / 'support'}"
    for _ in range(8):  # without care each one in two ends by a segmentation fault
        done = subprocess.run(
            [sys.executable, "-c", FIRST_OF_ALL],
            env={"PYTHONPATH": path},
            capture_output=True,
            check=False,
            text=True,
        )
        assert done.returncode == 0, done.stderr
