"""The road of each row: inputs → command → outputs → result; one failing row stops no other."""

from __future__ import annotations

from collections import deque
from contextlib import closing, contextmanager, nullcontext
from dataclasses import dataclass, replace
from functools import partial
from typing import TYPE_CHECKING

from fargo_runner import contract, outputs, result
from fargo_runner.child import not_begun
from fargo_runner.contract import RunnerError
from fargo_runner.payload import Payload
from fargo_runner.rows import Fetched
from fargo_runner.say import say
from fargo_runner.service import Connections
from fargo_runner.task import Task

if TYPE_CHECKING:
    from pathlib import Path
    from typing import Callable, Iterator, Sequence

    from fargo_runner.after import After
    from fargo_runner.child import Children, Ended
    from fargo_runner.folder import OutputFolder
    from fargo_runner.inputs import Inputs
    from fargo_runner.outputs import Stored
    from fargo_runner.rows import Row
    from fargo_runner.service import Service
    from fargo_runner.task import Container

_IDLE_SECONDS = 5
"""After this a connection is made anew: S3 may have hung up, and a failed try costs more."""


@dataclass
class _Road:
    """How far a row has come."""

    command: tuple[str, ...]
    ended: Ended | None = None
    bytes_in: int = 0
    stored: Sequence[Stored] = ()


@dataclass(frozen=True)
class Files:
    """What comes to the rows' commands as files, and what goes.

    Attributes:
        folder: None for a job without output.
        inputs: None for a job without inputs.
        after: None for a command without `{after}`.
    """

    folder: OutputFolder | None
    inputs: Inputs | None
    after: After | None


class Work:
    """The rows of a container, and what has become of them."""

    def __init__(
        self,
        container: Container,
        rows: Sequence[Row],
        *,
        service: Service,
        children: Children,
        files: Files,
    ) -> None:
        self._container, self._rows = container, rows
        self._service, self._children = service, children
        self._folder, self._inputs, self._after = files.folder, files.inputs, files.after
        self._left = deque(rows)
        self._exits: dict[int, int] = {}
        self._skipped: list[int] = []

    def drain(self) -> None:
        """Run rows one after the other until none is left or a stop has come; for several threads at once."""
        with closing(Connections(self._service)) as connections:
            while not self._children.stopped:
                try:
                    row = self._left.popleft()
                except IndexError:
                    return
                exit_code = self._run(row, connections)
                if exit_code is not None:
                    self._exits[row.number] = exit_code

    def exit_code(self) -> int:
        """The container's: of the first row that failed; a signal's where rows were not begun; else 0."""
        if self._skipped:
            rows = f"{len(self._skipped)} of {len(self._rows)} rows" if len(self._rows) > 1 else "The row"
            say(f"{rows} succeeded in an earlier attempt: not run again.")
        not_run = contract.EXIT_RUNNER_FAILED
        if self._children.stopped:
            not_run = contract.EXIT_SIGNAL + self._children.stopped
        failed = [self._exits[row.number] for row in self._rows if self._exits.get(row.number)]
        missing = [not_run for row in self._rows if row.number not in self._exits]
        return next(iter([*failed, *missing]), 0)

    def _run(self, row: Row, connections: Connections) -> int | None:
        """One row from its beginning to its result: its exit code; None where a stop came before it."""
        container, bucket = self._container, self._container.bucket
        road = _Road(container.command)
        try:
            key = contract.result_key(container.run, row.number)
            if container.again and connections.to(bucket).exists(key):
                self._skipped.append(row.number)
                return 0
            with self._fetched(row, connections) as fetched:
                self._command(row, fetched, road, connections)
        except RunnerError as error:
            road.ended = _failed(road.ended, error)
        except OSError as error:  # a folder that cannot be looked into; the rows after it still run
            text = f"{error.filename or 'A file'} cannot be used: {error.strerror or error}."
            road.ended = _failed(road.ended, RunnerError(text))
        if road.ended is None:
            return None
        ended = self._tell(row, road, road.ended, connections)
        self._report(row, ended)
        return ended.exit_code

    @contextmanager
    def _fetched(self, row: Row, connections: Connections) -> Iterator[Fetched]:
        """The row's values while all that is fetched for it is there."""
        inputs = self._inputs.of(row, connections) if self._inputs else nullcontext(Fetched(row.values))
        after = self._after.of(row, connections) if self._after else nullcontext(("", 0))
        with inputs as fetched, after as (folder, size):
            yield replace(fetched, after=str(folder), bytes_in=fetched.bytes_in + size)

    def _command(self, row: Row, fetched: Fetched, road: _Road, connections: Connections) -> None:
        """Run the command and store its outputs, in the row's own folder and among its inputs."""
        output = self._folder.make(row.number) if self._folder else None
        task = Task.of(self._container, row.number, fetched, output)
        road.command, road.bytes_in = task.command, fetched.bytes_in
        road.ended = self._children.run(task.command, task.environ)
        if road.ended and road.ended.seconds > _IDLE_SECONDS:
            connections.close()
        if road.ended and output and self._folder:
            road.stored = self._upload(row, output, connections)
            self._folder.stored(row.number)

    def _upload(self, row: Row, folder: Path, connections: Connections) -> Sequence[Stored]:
        container = self._container
        own = connections.to(container.bucket)
        connect = partial(self._service.connect, container.bucket)
        prefix = contract.output_prefix(container.run, row.number)
        uploader = outputs.Uploader(own, connect, prefix, share=min(container.workers, len(self._rows)))
        return uploader.folder(folder, warn=self._say_of(row))

    def _tell(self, row: Row, road: _Road, ended: Ended, connections: Connections) -> Ended:
        """Write the result, which makes the row's outputs count; the end as it then stands."""
        container = self._container
        name = contract.failed_key if ended.exit_code else contract.result_key
        document = result.document(
            container,
            row.number,
            ended,
            command=road.command,
            bytes_in=road.bytes_in,
            stored=road.stored,
        )
        try:
            bucket = connections.to(container.bucket)
            bucket.put(name(container.run, row.number), Payload.of_bytes(document), "application/json")
        except RunnerError as error:
            return _failed(ended, error)
        return ended

    def _report(self, row: Row, ended: Ended) -> None:
        if len(self._rows) > 1 and ended.exit_code:
            self._say_of(row)(f"exit code {ended.exit_code}. {ended.problem}".strip())
        elif ended.problem:
            say(ended.problem)

    def _say_of(self, row: Row) -> Callable[[str], None]:
        prefix = f"row {row.number}: " if len(self._rows) > 1 else ""
        return lambda message: say(prefix + message)


def _failed(ended: Ended | None, error: RunnerError) -> Ended:
    """The same end with the runner's failure in it; the command's own failure comes first."""
    if ended is None:
        return not_begun(str(error))
    exit_code = ended.exit_code or contract.EXIT_RUNNER_FAILED
    return replace(ended, exit_code=exit_code, problem=ended.problem or str(error))
