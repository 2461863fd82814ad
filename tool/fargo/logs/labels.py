"""Which of a run's containers an AWS Batch job is, in a word: `#17`, by its row."""

from array import array
from typing import TYPE_CHECKING

from fargo.errors import AwsError
from fargo.model import naming

if TYPE_CHECKING:
    from fargo.aws.store import Store
    from fargo.model.run import Run, Wave

_ENTRY_WORDS = naming.MAP_ENTRY.count("Q")


class Labels:
    """The containers of one run by their rows: `#17`, and of several rows in one `#40-49`.

    A run of one container has none. A later wave's rows lie in its map, which is read once, when the first
    of its containers is asked for: eight bytes a row stay in memory.

    Args:
        run: whose jobs they are.
        store: the workspace bucket.
    """

    def __init__(self, run: "Run", store: "Store") -> None:
        self._store = store
        self._rows: dict[int, array[int]] = {}
        single = max((wave.containers for wave in run.waves), default=1) == 1
        self._chunks = (
            {}
            if single
            else {
                chunk.job_id: (wave, chunk.number)
                for wave in run.waves
                for chunk in wave.chunks
                if chunk.job_id
            }
        )

    def __call__(self, job_id: str) -> str:
        """The label of a job; empty for a job of another run, and for a run of one container."""
        found = self.rows(job_id)
        if found is None:
            return ""
        first, last = found
        return f"#{first}" if first == last else f"#{first}-{last}"

    def rows(self, job_id: str) -> tuple[int, int] | None:
        """The first and the last row of a job; None where it has no label."""
        parent, _, index = job_id.partition(":")
        if parent not in self._chunks:
            return None
        wave, chunk = self._chunks[parent]
        first = (chunk * naming.ARRAY_MAX + int(index or 0)) * wave.pack
        last = min(first + wave.pack, wave.rows) - 1
        if wave.map:
            rows = self._map(wave)
            first, last = rows[first], rows[last]
        return first, last

    def _map(self, wave: "Wave") -> "array[int]":
        if wave.number not in self._rows:
            rows: array[int] = array("Q")
            rest = b""
            for piece in self._store.chunks(wave.map):
                data = rest + piece
                whole = len(data) - len(data) % (8 * _ENTRY_WORDS)
                words = array("Q", data[:whole])
                words.byteswap()
                rows.extend(words[::_ENTRY_WORDS])
                rest = data[whole:]
            if len(rows) != wave.rows:
                raise AwsError(f"{wave.map} is damaged: it has {len(rows)} rows, and the wave {wave.rows}")
            self._rows[wave.number] = rows
        return self._rows[wave.number]
