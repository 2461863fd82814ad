"""A run from Python: how it stands, until it ends, what it came to, once more."""

import os
from collections.abc import Callable, Generator, Iterator
from contextlib import closing
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, SupportsFloat, SupportsIndex

from fargo.api import asking

if TYPE_CHECKING:
    from fargo.connection import Connection
    from fargo.explain.explaining import Explanation
    from fargo.launch import LaunchEvent
    from fargo.logs import LogEvent
    from fargo.model.run import Run as Ledger
    from fargo.model.run import RunSnapshot
    from fargo.results import Fetched, FetchEvent, Lost, RowResult, Standing
    from fargo.spending import RunCost
    from fargo.submit.stopping import Stopping

NAMED = 20
"""Files that are lost are named up to here."""


def sent(connection: "Connection", events: "Generator[LaunchEvent, None, Ledger]") -> "Ledger":
    """Submit, once it is certain that the account is the one deployed to."""
    connection.verify_account()
    return connection.consume(events)


@dataclass(frozen=True, slots=True)
class Run:
    """A run: what one `submit` became, its retries included. It is asked anew by every method.

    Attributes:
        id: its name, also for the command line: `fargo show ID`.
    """

    _connection: "Connection"
    id: str

    def __repr__(self) -> str:
        return f"<fargo.Run {self.id}>"

    def status(self) -> "RunSnapshot":
        """How its jobs stand now: one read of its ledger, one DescribeJobs call per 100 arrays.

        Of jobs that AWS Batch has forgotten, events tell how they ended.
        """
        from fargo import runs

        connection = self._connection
        return runs.state(connection.store, connection.batch, self.id, connection.history)

    def wait(
        self, timeout: float | None = None, on_change: "Callable[[RunSnapshot], None] | None" = None
    ) -> "RunSnapshot":
        """Wait until every job has ended.

        Args:
            timeout: seconds; None for no limit.
            on_change: called with each snapshot that tells more than a later time, the first and the last
                among them.

        Returns:
            How it ended: `state` is SUCCEEDED or FAILED. Jobs that ended more than seven days ago AWS Batch
            may have forgotten: events tell how they ended. Where those are missing too, `jobs` is empty,
            and `standing` tells what the rows came to.

        Raises:
            UsageError: it is not submitted whole; the hint says how to go on.
            WaitTimeout: the jobs go on.
            AwsError: AWS is out of reach or refuses; the jobs go on.
        """
        from fargo import runs
        from fargo.history import recall
        from fargo.model.run import RunSnapshot

        run = runs.load(self._connection.store, self._connection.batch, self.id)
        runs.check_submitted(run)
        seen: RunSnapshot | None = None
        for event in self._connection.watcher(timeout=timeout).watch(run):
            if not isinstance(event, RunSnapshot):
                continue
            changed = seen is None or replace(event, at=seen.at) != seen
            seen = event
            if changed and on_change:
                on_change(event)
        return recall((seen,), self._connection.history)[0] if seen else self.status()

    def stop(self, reason: str = "stopped by fargo stop") -> "Stopping":
        """Stop the jobs that have not ended, of all waves: SIGTERM, half a minute, SIGKILL.

        Args:
            reason: kept with the job.

        Returns:
            What was told to stop; no jobs where all had ended.

        Raises:
            WrongAccount: the credentials are not of the account deployed to.
            AwsError: AWS did not stop some of them; all others were told.
        """
        from fargo import launch
        from fargo.submit import stopping

        connection = self._connection
        connection.verify_account()
        state, found = launch.stop(self.id, connection.sender(), batch=connection.batch, reason=reason)
        stopping.check(state.run, found)
        return found

    def retry(  # noqa: PLR0913 # the options of `fargo retry`, by their names
        self,
        *,
        memory: str | None = None,
        vcpu: SupportsFloat | None = None,
        timeout: str | int | None = None,
        spot: bool | None = None,
        deployed: bool = False,
        pack: SupportsIndex | None = None,
        workers: SupportsIndex | None = None,
    ) -> "Run":
        """Run the rows that failed, or have no result, once more: a new wave of this run.

        Args:
            memory: such as `4 GiB`; or `+50%`, and then the next that Fargate offers. None, as with those
                below: as in the former wave.
            vcpu: what each container reserves.
            timeout: per attempt: seconds, or such as `15m`.
            spot: Fargate Spot, or not.
            deployed: with image and settings as the last `fargo up` deployed them.
            pack: rows in a container.
            workers: of those, how many run at once.

        Returns:
            This run; where every row has succeeded nothing was submitted.

        Raises:
            UsageError: it has not ended, its image has no runner, Fargate does not offer the size, or AWS
                Batch takes no such timeout.
            AwsError: AWS refused or is out of reach; the hint names how to go on.
        """
        from fargo import launch
        from fargo.submit.retry import Changes
        from fargo.submit.retry import memory as wanted

        counts = asking.counts(pack=pack, workers=workers)
        self._connection.renew()
        more = None if memory is None else asking.unit("memory", wanted, memory)
        ready = launch.again(
            self.id,
            Changes(
                vcpu=asking.number(vcpu),
                memory=more,
                timeout_seconds=asking.seconds(timeout),
                spot=spot,
                deployed=deployed,
                **counts,
            ),
            self._connection.outputs,
            store=self._connection.bulk,
            batch=self._connection.batch,
            now=datetime.now(UTC),
        )
        if ready.run is not None:
            events = launch.retry(ready.entry, ready.run, ready.found.undone(), self._connection.sender())
            sent(self._connection, events)
        return self

    def explain(self, row: int | None = None) -> "Explanation":
        """Why containers failed, and why others wait, by states, reasons, logs, quotas and the network.

        Args:
            row: this row alone; None for the whole run.

        Returns:
            A finding for each cause, the most frequent first. The command of a fix is of the command line,
            without `fargo`.

        Raises:
            UsageError: the run has no such row.
            AwsError: AWS is out of reach or refuses.
        """
        from fargo import closer

        run, state = self._asked(row)
        return closer.explain(self._connection, state, run, row)

    def logs(self, *, row: int | None = None, failed: bool = False) -> "Iterator[LogEvent]":
        """The lines that containers have written by now, the oldest first, read as they are asked for.

        Args:
            row: of the containers that ran this row, alone.
            failed: of containers that failed, alone.

        Raises:
            UsageError: the run has no such row.
            AwsError: AWS is out of reach or refuses.
        """
        from fargo import closer
        from fargo.logs import Reader, Span

        _, state = self._asked(row)
        sources = closer.learned(self._connection, state, failed=failed)
        yield from Reader(self._connection.patient_logs(), sources.known, closer.span(state, Span()))

    def cost(self) -> "RunCost":
        """What it has cost so far, what was foretold, and the size that would have been enough.

        Raises:
            AwsError: AWS is out of reach or refuses.
        """
        from fargo import closer, spending

        return spending.of_run(self.status(), closer.places(self._connection))

    def _asked(self, row: int | None) -> "tuple[Ledger, RunSnapshot]":
        """The run, and how it stands, or the containers of one row."""
        from fargo import runs

        connection = self._connection
        run = runs.load(connection.store, connection.batch, self.id)
        asked = run if row is None else runs.only_row(connection.store, run, row)
        return run, runs.stands(asked, connection.batch, connection.history)

    def standing(self) -> "Standing":
        """Which rows succeeded, failed, or have no result, by listing the bucket's keys alone."""
        from fargo.results import standing

        return standing(self._connection.bulk, self._ledger())

    def results(self, *, failed: bool = False) -> "Iterator[RowResult]":
        """What each row came to, in order; some hundreds at once are in memory.

        Args:
            failed: only the rows that have not succeeded.

        Raises:
            AwsError: AWS is out of reach or refuses, or the manifest is gone or damaged.
        """
        from fargo.results import records, standing

        run = self._ledger()
        found = standing(self._connection.bulk, run)
        rows = ~found.succeeded if failed else None
        with closing(records(self._connection.bulk, run, found, rows)) as each:
            yield from each

    def fetch(
        self, folder: str | os.PathLike[str] | None = None, *, failed: bool = False, outputs: bool = True
    ) -> "Fetched":
        """Write the table of rows, and fetch their outputs; what is there already, and right, stays.

        Args:
            folder: where to; None for a folder of the run's id in the current one.
            failed: only the rows that have not succeeded, in `failed.csv` instead of `results.csv`.
            outputs: without them it is the table alone.

        Raises:
            FargoError: the folder cannot be written, or its disk is full.
            AwsError: AWS is out of reach or refuses; a further call goes on from there. Or files are gone or
                damaged in the bucket: all others were fetched, and its notes name the first of those.
        """
        from fargo.results import Lost, check_whole, fetch, standing

        store, run = self._connection.bulk, self._ledger()
        into = Path(self.id) if folder is None else Path(folder)
        lost: list[Lost] = []

        def take(event: "FetchEvent") -> None:
            if isinstance(event, Lost) and len(lost) < NAMED:
                lost.append(event)

        with closing(fetch(store, run, standing(store, run), into, failed=failed, outputs=outputs)) as events:
            fetched = self._connection.consume(events, take)
        _check(fetched, lost, check_whole)
        return fetched

    def _ledger(self) -> "Ledger":
        from fargo import ledger

        return ledger.load(self._connection.bulk, self.id)


def _check(fetched: "Fetched", lost: "list[Lost]", check_whole: Callable[[int], None]) -> None:
    from fargo.errors import AwsError

    try:
        check_whole(fetched.progress.lost)
    except AwsError as error:
        for each in lost:
            error.add_note(f"row {each.row}: {each.why}")
        raise
