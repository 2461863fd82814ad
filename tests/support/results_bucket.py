"""A workspace bucket on the local AWS, and what the runner would have written there."""

import hashlib
import json
import struct
from collections.abc import Iterable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any

from fargo.aws.patience import Patience
from fargo.aws.session import Session, Target
from fargo.aws.store import Store
from fargo.model import naming
from fargo.model.run import Chunk, Run, Wave

REGION = "eu-west-1"
NOW = datetime(2026, 11, 22, 18, 30, tzinfo=UTC)
WAVE = Wave(
    number=1, created=NOW, queue="q", definition="d", image="i", vcpu=0.25, memory_mib=512,
    chunks=(Chunk(number=0, job_name="r-w1-c0", job_id="j1"),),
)  # fmt: skip


@dataclass
class Bucket:
    """The bucket, written to as the runner and `submit` do."""

    client: Any
    name: str
    endpoint: str
    runs: int = 0

    def store(self, *, attempts: int = 3) -> Store:
        session = Session(Target.LOCAL, REGION, endpoint=self.endpoint)
        return Store(session.client("s3", attempts=attempts), self.name)

    def patient(self) -> Store:
        """As commands read it that read much."""
        patience = Patience()
        session = Session(Target.LOCAL, REGION, endpoint=self.endpoint)
        return Store(session.client("s3", patience=patience), self.name, patience)

    def put(self, key: str, body: bytes = b"") -> None:
        self.client.put_object(Bucket=self.name, Key=key, Body=body)

    def run(self, rows: int, columns: Sequence[Mapping[str, str]] = ()) -> Run:
        """A run of so many rows; with `columns`, its manifest and index are stored."""
        self.runs += 1
        run_id = f"work-261122-183000-{self.runs:04}"
        run = Run(
            id=run_id, project="demo", job="work", created=NOW, command=("work",), rows=rows,
            columns=tuple(columns[0]) if columns else (), manifest="m" if columns else "",
            waves=(replace(WAVE, rows=rows),),
        )  # fmt: skip
        if columns:
            lines = [json.dumps(row, ensure_ascii=False).encode() + b"\n" for row in columns]
            offsets = [0]
            for line in lines:
                offsets.append(offsets[-1] + len(line))
            self.put(naming.manifest_key(run_id), b"".join(lines))
            self.put(naming.index_key(run_id), b"".join(struct.pack(naming.OFFSET, at) for at in offsets))
        return run

    def result(
        self,
        run: Run,
        row: int,
        outputs: Mapping[str, bytes] | None = None,
        *,
        keys: Sequence[str] = (),
        **fields: Any,
    ) -> None:
        """What the runner leaves of a row: its outputs, then the result.

        `keys` are named in the result, and not stored.
        """
        stored: list[dict[str, Any]] = [{"key": key, "size": 1, "sha256": ""} for key in keys]
        for name, body in (outputs or {}).items():
            key = naming.output_prefix(run.id, row) + name
            self.put(key, body)
            stored.append({"key": key, "size": len(body), "sha256": hashlib.sha256(body).hexdigest()})
        found = document(row, outputs=stored, **fields)
        key = naming.failed_key if found["exit_code"] or found["problem"] else naming.result_key
        self.put(key(run.id, row), json.dumps(found).encode())

    def results(self, run: Run, rows: Iterable[int], **fields: Any) -> None:
        """The same of many rows, without outputs."""
        with ThreadPoolExecutor(8) as pool:
            list(pool.map(lambda row: self.result(run, row, **fields), rows))


def document(row: int, **fields: Any) -> dict[str, Any]:
    """A result object as the runner writes it."""
    return {
        "version": 2,
        "row": row,
        "wave": 1,
        "attempt": 1,
        "job_id": f"j1:{row}",
        "command": ["work"],
        "exit_code": 0,
        "signal": None,
        "problem": "",
        "started": "2026-11-22T18:30:00.000Z",
        "stopped": "2026-11-22T18:30:01.500Z",
        "seconds": 1.5,
        "peak_memory_bytes": 64 * 2**20,
        "cpu_seconds": 0.5,
        "bytes_in": 0,
        "bytes_out": 0,
        "outputs": [],
        "runner": "0.1.0",
        **fields,
    }
