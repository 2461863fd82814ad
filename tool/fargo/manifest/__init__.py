"""What a job runs over: sources → rows → a manifest with its index, and the inputs that it names.

In: `--over` values, the command, the `inputs` columns. Out: a `Manifest` on disk, wholly checked. AWS is read
where a source is on S3; nothing is sent before `upload`.
"""

import tempfile
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path

from fargo.errors import UsageError
from fargo.manifest.columns import Columns, check_command
from fargo.manifest.inputs import Inputs
from fargo.manifest.picking import picked
from fargo.manifest.sources import FORMATS, Outside, rows
from fargo.manifest.uploading import Sent, upload
from fargo.manifest.writer import Tell, Writer

__all__ = ["FORMATS", "Manifest", "Outside", "Over", "Sent", "check_command", "prepared", "upload"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Over:
    """What the user asks to run over.

    Attributes:
        sources: the `--over` values.
        format: of `FORMATS`; empty: as the names say.
        limit: the first N rows.
        sample: N rows at random, the same each time.
    """

    sources: tuple[str, ...]
    format: str = ""
    limit: int | None = None
    sample: int | None = None

    @classmethod
    def of(
        cls,
        over: Sequence[str],
        *,
        format: str | None = None,  # noqa: A002 # the option's name
        limit: int | None = None,
        sample: int | None = None,
    ) -> "Over | None":
        """As the options of `fargo submit` say; None where there is no `--over`.

        Raises:
            UsageError: another one says which of its rows, and there is none.
        """
        if over:
            return cls(sources=tuple(over), format=format or "", limit=limit, sample=sample)
        for name, value in (("format", format), ("limit", limit), ("sample", sample)):
            if value is not None:
                raise UsageError(f"--{name} says which rows of --over, and there is none", "give --over ROWS")
        return None


@dataclass(frozen=True, slots=True, kw_only=True)
class Manifest:
    """Rows on disk, ready to be sent.

    Attributes:
        columns: all names, in order of first appearance.
        sha256: of the manifest.
        jsonl: the rows, as `naming.manifest_key` says.
        index: where they begin, as `naming.index_key` says.
        inputs: local files to send with it; None where no column names any.
        files: how many those are, each content once.
        bytes: all that is sent at the most, in bytes.
    """

    rows: int
    columns: tuple[str, ...]
    sha256: str
    jsonl: Path
    index: Path
    inputs: Inputs | None
    files: int
    bytes: int


@contextmanager
def prepared(
    over: Over,
    *,
    command: Sequence[str],
    inputs: Sequence[str],
    bucket: str,
    outside: Outside,
    tell: Tell = lambda _: None,
) -> Iterator[Manifest]:
    """Read all rows, check them, and hash the local files that they name; the files go at the end.

    Args:
        command: the job's arguments, with placeholders.
        inputs: the columns whose files the runner fetches.
        bucket: the workspace's, where local inputs will be.
        tell: called now and then with how many rows have been read.

    Raises:
        UsageError: a source, a row or a file is not as it must be: its place, and why.
        AwsError: a source on S3 cannot be read.
    """
    with tempfile.TemporaryDirectory(prefix="fargo-rows-") as name:
        folder = Path(name)
        held = Inputs(folder / "inputs.db", bucket, inputs) if inputs else None
        try:
            yield _written(over, Columns(command, inputs), held, outside, folder, tell)
        finally:
            if held:
                held.close()


def _written(
    over: Over, columns: Columns, inputs: Inputs | None, outside: Outside, folder: Path, tell: Tell
) -> Manifest:
    jsonl, index = folder / "manifest.jsonl", folder / "manifest.idx"
    every = rows(over.sources, outside, over.format)
    with closing(every), jsonl.open("wb") as lines, index.open("wb") as offsets:
        writer = Writer(lines, offsets, columns, inputs)
        writer.write(picked(every, over.limit, over.sample), tell)
    if not writer.rows:
        raise UsageError(f"no rows in {', '.join(over.sources)}", "a run needs one row or more")
    files, size = inputs.totals() if inputs else (0, 0)
    return Manifest(
        rows=writer.rows,
        columns=columns.names,
        sha256=writer.sha256,
        jsonl=jsonl,
        index=index,
        inputs=inputs,
        files=files,
        bytes=size + jsonl.stat().st_size + index.stat().st_size,
    )
