"""What is asked of whom, to make a report."""

from collections.abc import Generator, Iterable, Sequence
from contextlib import closing
from dataclasses import dataclass, replace

from fargo.containers import Containers, containers
from fargo.cost import Actual, actual
from fargo.errors import AwsError
from fargo.explain import Finding
from fargo.failures import Cause, causes
from fargo.history import Which
from fargo.logs import Labels
from fargo.model.image import ImageRef
from fargo.model.job import Job
from fargo.model.run import Run, RunSnapshot
from fargo.model.timeline import Move
from fargo.report.figures import Reading, Report, Sources
from fargo.report.lanes import lanes
from fargo.report.rowtable import RowsInTheMaking, RowTable
from fargo.results import Measured, records, standing
from fargo.sizing import SAMPLE, Advice, advise, used

CONTAINERS = 100_000
"""Containers that are looked at one by one: a hundred calls of ListJobs, and a thousand of DescribeJobs more
where they may have been tried again."""
EARLIER = "in an earlier wave: its rows ran again"
TOLD = 1000
"""Rows between two words of how far the reading is."""


def gather(state: RunSnapshot, sources: Sources) -> Generator[Reading, None, Report]:
    """Read all that a report of a run shows.

    Args:
        state: how it stands.

    Returns:
        The report. What could not be had is left out, and said in its warnings.

    Raises:
        AwsError: AWS is out of reach or refuses what no report can do without.
    """
    run = state.run
    warnings: list[str] = []
    found = containers(state, sources.batch, sources.history, most=CONTAINERS)
    seen = lanes(run, found.jobs, _moves(state, sources, warnings), total=found.total, now=state.at)
    rows = yield from _rows(run, sources, warnings)
    cost = actual(state, found.jobs, sources.task)
    findings = _findings(state, found.jobs, sources, warnings)
    made = Report(
        state=state,
        region=sources.region,
        settings=sources.settings,
        digests=_digests(run, sources, warnings),
        lanes=seen,
        rows=rows.table,
        findings=findings,
        names=_names(run, findings, sources, warnings),
        cost=cost,
        advice=_advice(run, found, rows, cost),
    )
    return replace(made, warnings=(*_about(made, rows.table), *warnings))


def _moves(state: RunSnapshot, sources: Sources, warnings: list[str]) -> dict[str, tuple[Move, ...]]:
    """When containers came to STARTING, as far as events tell."""
    try:
        stories = sources.history.stories(state.run, Which.STARTING)
    except AwsError as error:
        warnings.append(f"Start-up times are left out, because events cannot be read: {error.message}.")
        return {}
    return {story.job.id: story.moves for story in stories.all}


@dataclass(frozen=True, slots=True)
class _Rows:
    """All rows, and what was measured of some of them."""

    table: RowTable
    sample: Sequence[Measured]


def _rows(run: Run, sources: Sources, warnings: list[str]) -> Generator[Reading, None, _Rows]:
    """Read the rows; without their columns where the manifest is damaged."""
    try:
        return (yield from _read(run, sources))
    except AwsError as error:
        if not run.manifest:
            raise
        rows = yield from _read(replace(run, manifest="", columns=()), sources)
        warnings.append(f"The rows' own columns are left out: {error.message}.")
        return rows


def _read(run: Run, sources: Sources) -> Generator[Reading, None, _Rows]:
    memory = {wave.number: wave.memory_mib for wave in run.waves}
    making = RowsInTheMaking(run.columns if run.manifest else (), memory)
    sample = []
    step = -(-run.rows // SAMPLE)
    with closing(records(sources.store, run, standing(sources.store, run))) as found:
        for number, record in enumerate(found, 1):
            making.add(record)
            if record.measured and record.row % step == 0:
                sample.append(record.measured)
            if number % TOLD == 0:
                yield Reading(number, run.rows)
    return _Rows(making.table(), sample)


def _digests(run: Run, sources: Sources, warnings: list[str]) -> tuple[tuple[str, str], ...]:
    known = {}
    for image in dict.fromkeys(wave.image for wave in run.waves):
        repository, _, tag = image.rpartition(":")
        try:
            known[image] = sources.digest(ImageRef(repository, tag))
        except AwsError as error:
            warnings.append(f"The image's digest is left out: {error.message}.")
            break
    return tuple((image, digest) for image, digest in known.items() if digest)


def _findings(
    state: RunSnapshot, jobs: Iterable[Job], sources: Sources, warnings: list[str]
) -> tuple[Finding, ...]:
    """Why the last wave failed or waits, looked at closely; and in AWS's words why others failed."""
    try:
        found, told = sources.explain(state).findings, set(state.run.last.job_ids)
    except AwsError as error:
        warnings.append(f"Why containers failed or wait is told in AWS's words alone: {error.message}.")
        found, told = (), set()
    rest = causes(job for job in jobs if (job.parent or job.id) not in told)
    return found + tuple(
        Finding(
            rule="",
            cause=_why(cause),
            evidence=(EARLIER,) if told else (),
            jobs=cause.count,
            examples=cause.examples,
        )
        for cause in rest
    )


def _names(run: Run, findings: Iterable[Finding], sources: Sources, warnings: list[str]) -> dict[str, str]:
    """What commands call the findings' examples; the ids stand where that cannot be read."""
    labels = Labels(run, sources.store)
    try:
        return {job.id: labels(job.id) for each in findings for job in each.examples}
    except AwsError as error:
        warnings.append(f"Which rows failed containers ran is left out: {error.message}.")
        return {}


def _why(cause: Cause) -> str:
    """AWS's own words, and how the container ended."""
    ended = "" if cause.exit_code is None else f"exit {cause.exit_code}"
    return ", ".join(filter(None, (ended, cause.reason))) or "no reason given"


def _advice(run: Run, found: Containers, rows: _Rows, cost: Actual | None) -> Advice | None:
    return advise(used(rows.sample, run), run, found.jobs, cost) if cost and cost.finished else None


def _about(report: Report, rows: RowTable) -> list[str]:
    """What the reader must know about the figures."""
    state, seen, waiting = report.state, report.lanes, report.waiting
    told = []
    if not state.finished and state.jobs:
        told.append("The run has not ended: this is how it stood at the moment of the report.")
    if not state.run.submitted:
        told.append(f"{state.run.unsent} of {len(state.run.chunks)} jobs were never submitted.")
    if state.gone:
        told.append(
            f"AWS Batch no longer knows {state.gone} of {len(state.run.job_ids)} jobs: their times and cost"
            " are missing; the rows' results are not."
        )
    if waiting:
        told.append(f"{waiting:,} containers have not started yet: times are of those that have.")
    if 0 < len(seen) < seen.total:
        told.append(f"Of {seen.total:,} containers {len(seen):,} were looked at one by one.")
    if rows.damaged:
        told.append(f"{rows.damaged:,} results cannot be read: nobody knows how those rows ended.")
    return told
