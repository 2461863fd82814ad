"""What says so: details, the log's end, the row's result, and the network on the way. It asks AWS."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from functools import cache, cached_property
from typing import TYPE_CHECKING, Any

from fargo.aws import network
from fargo.aws.logs import EVERYTHING
from fargo.errors import AwsError
from fargo.explain.finding import Finding
from fargo.explain.rules import RULES
from fargo.model.fargate import memory_text
from fargo.model.job import Job
from fargo.model.log import LogSource, Span, milliseconds
from fargo.model.naming import TAG_RUN
from fargo.model.units import bytes_text, duration_text
from fargo.results import result_of

if TYPE_CHECKING:
    from fargo.aws.batch import Batch
    from fargo.aws.logs import Logs
    from fargo.aws.session import Session
    from fargo.aws.store import Store
    from fargo.history import History
    from fargo.logs import Labels
    from fargo.model.network import Network
    from fargo.model.run import Run

TAIL = 25
"""Lines that are read of a log's end."""
NEAR, LATE = 200, 1000
"""A row's lines may be taken from its container so many milliseconds after it has ended, when the next row
writes too: so many are read to find the runner's own about it."""
RESULTS = 5
"""Findings, the most frequent first, for whose first example the row's result is read."""
_SERVICES = {rule.id: rule.services for rule in RULES if rule.services}


@dataclass(frozen=True, slots=True, kw_only=True)
class Clients:
    """What is asked."""

    session: "Session"
    batch: "Batch"
    logs: "Logs"
    store: "Store"
    history: "History"


class Evidence:
    """Asks for what tells more of some containers of a run.

    Args:
        labels: which rows its jobs ran.
        networks: those that were read already, by the subnets in them that tasks start in.
    """

    def __init__(
        self, clients: Clients, run: "Run", labels: "Labels", networks: Mapping[tuple[str, ...], "Network"]
    ) -> None:
        self._clients, self._run, self._labels, self._networks = clients, run, labels, networks
        self._hops = cache(self._missing)
        self._network = cache(self._read)
        self._results = 0

    @cached_property
    def after(self) -> str:
        """The run that this one comes after, or a job of it; empty where it waits for none."""
        waited_for = [job_id for wave in self._run.waves for job_id in wave.after]
        if self._run.after or not waited_for:
            return self._run.after
        try:
            tags = self._clients.batch.raw(waited_for[0]).get("tags", {})
        except AwsError:
            tags = {}
        return str(tags.get(TAG_RUN, waited_for[0]))

    def row(self, job: Job) -> int | None:
        """The first row that a job ran; None where that is not known, and of a run of one container."""
        if job.row is not None:
            return job.row
        try:
            rows = self._labels.rows(job.id)
        except AwsError:
            return None
        return rows[0] if rows else None

    def detailed(self, jobs: Iterable[Job]) -> dict[Job, Job]:
        """The jobs with attempts and log streams, as far as AWS Batch knows them; a row keeps its own end."""
        asked = list(jobs)
        listed = dict.fromkeys(job.id for job in asked if not job.detailed)
        found = {job.id: job for job in self._clients.batch.describe(list(listed))}
        return {job: _as(job, found[job.id]) if job.id in found else job for job in asked}

    def tail(self, job: Job) -> tuple[str, ...]:
        """The last lines of its last attempt; the runner's own words where the log is gone."""
        result = self._result(job) if job.row is not None else None
        if job.log_streams and job.attempts[-1].log_stream:
            source = LogSource(job.log_streams[-1], job.id)
            lines = self._of_row(source, result) if result else self._last(source, TAIL)
            if lines:
                return lines
        problem = (self._result(job) or {}).get("problem") if job.exit_code is not None else ""
        return (f"fargo-run: {problem}",) if problem else ()

    def _last(self, source: LogSource, count: int, span: Span = EVERYTHING) -> tuple[str, ...]:
        return tuple(event.text for event in self._clients.logs.last(source, count, span))

    def _of_row(self, source: LogSource, result: Mapping[str, Any]) -> tuple[str, ...]:
        """The last lines of one row of several, to the runner's own about its end."""
        try:
            begin, end = (
                milliseconds(datetime.fromisoformat(result[name])) for name in ("started", "stopped")
            )
        except (KeyError, TypeError, ValueError):  # somebody wrote over it
            return ()
        lines = self._last(source, NEAR, Span(begin, end + LATE))
        own = [
            at for at, line in enumerate(lines) if line.startswith(f"fargo-run: row {result.get('row')}: ")
        ]
        return lines[: own[-1] + 1][-TAIL:] if own else self._last(source, TAIL, Span(begin, end))

    def complete(self, finding: Finding) -> Finding:
        """The finding with what the first example's result measured, and with the hops that are missing."""
        more = [*self._measured(finding.examples[0])]
        if services := _SERVICES.get(finding.rule):
            more += self._hops(finding.examples[0].id, services)
        return replace(finding, evidence=(*finding.evidence, *more)) if more else finding

    def _measured(self, job: Job) -> Iterable[str]:
        if job.exit_code is None or self._results >= RESULTS:
            return
        self._results += 1
        result = self._result(job)
        if result and result.get("peak_memory_bytes"):
            wave = next(
                (wave for wave in self._run.waves if wave.number == result.get("wave")), self._run.last
            )
            peak, seconds = bytes_text(result["peak_memory_bytes"]), duration_text(result.get("seconds") or 0)
            yield f"ran {seconds}, held {peak} of {memory_text(wave.memory_mib)} at its peak"

    def _several(self, job: Job) -> bool:
        """Whether a job ran several rows: then none of them speaks for it."""
        try:
            rows = self._labels.rows(job.id)
        except AwsError:
            return True
        return rows is not None and rows[0] != rows[1]

    def _result(self, job: Job) -> dict[str, Any] | None:
        """What the runner wrote of the job's last attempt; what is of another tells nothing of it."""
        row = self.row(job)
        if (row is None and self._run.rows > 1) or (job.row is None and self._several(job)):
            return None
        try:
            result = result_of(self._clients.store, self._run.id, row=row or 0)
        except AwsError:
            return None
        same = result is not None and result.get("job_id") == job.id
        return result if same and result and result.get("attempt") == max(len(job.attempts), 1) else None

    def _missing(self, job_id: str, services: tuple[str, ...]) -> tuple[str, ...]:
        """What is missing between the job's subnets and the services, in sentences."""
        clients, named = self._clients, " and ".join(services)
        try:
            raw = clients.batch.raw(job_id)
            queue = raw.get("jobQueue") or self._run.last.queue
            used = [arn for found in clients.batch.queues((queue,)) for arn in found.environments]
            public = raw.get("container", {}).get("networkConfiguration", {}).get("assignPublicIp")
            found = [
                hop.words
                for environment in clients.batch.environments(used)
                for hop in network.missing_in(
                    self._network(environment.subnets), environment, services, public=public == "ENABLED"
                )
            ]
        except AwsError as error:
            return (f"the network cannot be read: {error.message}",)
        return tuple(dict.fromkeys(found)) or (f"nothing is missing now on the way to {named}",)

    def _read(self, subnets: tuple[str, ...]) -> "Network | None":
        if subnets in self._networks:
            return self._networks[subnets]
        return network.read(self._clients.session.client("ec2"), subnets)


def _as(job: Job, detailed: Job) -> Job:
    """A detailed job; of one row, with that row's end."""
    if job.row is None:
        return detailed
    return replace(
        detailed,
        row=job.row,
        exit_code=job.exit_code,
        reason=job.reason,
        asked_to_end=detailed.asked_to_end and bool(job.reason),
    )
