"""A project from Python: submit its jobs, and find its runs."""

from collections.abc import Generator, Iterable, Mapping
from datetime import UTC, datetime
from typing import TYPE_CHECKING, SupportsFloat, SupportsIndex

from fargo.api import asking
from fargo.api.run import Run, sent

if TYPE_CHECKING:
    from fargo.api.asking import Over
    from fargo.connection import Connection
    from fargo.launch import LaunchEvent, Work
    from fargo.model.run import Run as Ledger


class Project:
    """A project on AWS or on the local AWS; made by `connect`. For one thread at a time.

    Attributes:
        name: as its project file says.
    """

    def __init__(self, connection: "Connection", *, name: str) -> None:
        self._connection = connection
        self.name = name

    def __repr__(self) -> str:
        return f"<fargo.Project {self.name}>"

    def submit(  # noqa: PLR0913 # the options of `fargo submit`, by their names
        self,
        job: str,
        *,
        over: "Over | None" = None,
        array: SupportsIndex | None = None,
        arguments: Iterable[object] = (),
        environment: Mapping[str, object] | None = None,
        vcpu: SupportsFloat | None = None,
        memory: str | None = None,
        timeout: str | int | None = None,
        spot: bool | None = None,
        pack: SupportsIndex | None = None,
        workers: SupportsIndex | None = None,
        limit: SupportsIndex | None = None,
        sample: SupportsIndex | None = None,
        after: Run | str | None = None,
        partial: bool = False,
    ) -> Run:
        """Run a job once, or once a row. None leaves a setting to the project file.

        All rows are read and checked before anything is sent. The project file is read anew, and the run uses
        the image that is deployed now.

        Args:
            job: a job of the project file.
            over: rows with columns: a file, a glob, an `s3://` address, or several of them; or a mapping a
                row, from column to value, of which one at a time is in memory.
            array: so many rows that are only numbers.
            arguments: added to the job's command, each as text.
            environment: variables of the command.
            vcpu: what each container reserves.
            memory: the same, such as `2 GiB`.
            timeout: per attempt: seconds, or such as `15m`.
            spot: Fargate Spot, or not.
            pack: rows in a container.
            workers: of those, how many run at once.
            limit: the first N rows of `over`.
            sample: N rows of `over` at random, always the same.
            after: a run, or its id, that must succeed first; row by row where both have the same rows.
            partial: rows of that run may have failed; it must have ended.

        Raises:
            UsageError: a row, a file, the command or the size cannot be so; nothing was sent.
            NotDeployed: the project, or this job of it, is not deployed.
            WrongAccount: the credentials are not of the account deployed to.
            AwsError: AWS refused or is out of reach; the hint names how to go on where there is a run.
            Interrupted: Ctrl-C while jobs were submitted; the same.
        """
        from fargo import launch
        from fargo.manifest import Over
        from fargo.submit import Request

        counts = asking.counts(array=array, pack=pack, workers=workers, limit=limit, sample=sample)
        self._connection.renew()
        request = Request(
            job=job,
            arguments=asking.texts("arguments", arguments),
            environment=tuple((name, str(value)) for name, value in (environment or {}).items()),
            vcpu=asking.number(vcpu),
            memory_mib=asking.memory(memory),
            timeout_seconds=asking.seconds(timeout),
            spot=spot,
            pack=counts["pack"],
            workers=counts["workers"],
        )
        with asking.sources(over) as found:
            return self._launched(
                launch.Work(
                    request=request,
                    settings=self._connection.project.job(job),
                    array=counts["array"],
                    over=Over.of(found, limit=counts["limit"], sample=counts["sample"]),
                    after=self._run(after).status() if after is not None else None,
                    partial=partial,
                )
            )

    def _launched(self, work: "Work") -> Run:
        from fargo import launch
        from fargo.manifest import Outside

        connection = self._connection
        outside = Outside(connection.bulk) if work.over else Outside()
        with launch.prepared(work, connection.outputs, outside, now=datetime.now(UTC)) as ready:
            return self._sent(launch.launch(ready, connection.sender()))

    def _sent(self, events: "Generator[LaunchEvent, None, Ledger]") -> Run:
        return Run(self._connection, sent(self._connection, events).id)

    def _run(self, named: Run | str) -> Run:
        return named if isinstance(named, Run) else self.run(named)

    def run(self, id: str) -> Run:  # noqa: A002 # its name everywhere
        """A run that was submitted before, from here or from anywhere else.

        Args:
            id: its id, or a beginning of it that no other run shares.

        Raises:
            UsageError: there is no such run, or there are several.
        """
        from fargo import ledger

        return Run(self._connection, ledger.load(self._connection.store, id).id)

    def runs(self, limit: int = 20) -> list[Run]:
        """The latest runs, newest first."""
        from fargo import ledger

        most = asking.count("limit", limit)
        return [Run(self._connection, run.id) for run in ledger.recent(self._connection.store, most)]

    def resume(self, id: str) -> Run:  # noqa: A002 # its name everywhere
        """Submit what is left of a run whose submission broke off; no job is submitted twice.

        Raises:
            UsageError: there is no such run, or nothing is left.
            AwsError: as `submit`.
        """
        from fargo import launch

        return self._sent(launch.resume(id, self._connection.sender()))
