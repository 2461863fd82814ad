"""A run's snapshot → findings: why containers failed, why others wait. A few calls, however many."""

import re
from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from functools import partial
from itertools import islice
from typing import TYPE_CHECKING

from fargo import failures
from fargo.aws.calls import THREADS
from fargo.children import listed
from fargo.explain.evidence import Evidence
from fargo.explain.failing import why
from fargo.explain.finding import Finding, Fix
from fargo.explain.rows import Split, split
from fargo.explain.rule import RAN
from fargo.explain.surroundings import look
from fargo.explain.values import values_of
from fargo.explain.waiting import waiting
from fargo.model import naming
from fargo.model.job import Job, JobState

if TYPE_CHECKING:
    from fargo.config import Project
    from fargo.explain.evidence import Clients
    from fargo.logs import Labels
    from fargo.model.run import Run, RunSnapshot

LOOKED = 10_000
"""Failed containers that are listed at the most: ten calls."""
KINDS = 20
"""Kinds of failure, by exit code and reason, the most frequent first, of which examples are looked at."""
LOGS = (3, 9)
"""Logs that are read of a kind whose cause only they tell: at least, and one more per hundred to the most."""
NOT_READ = "not-read"
"""The rule's name where containers ended alike, those that were looked at for several causes."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Explanation:
    """Why a run, or a part of it, stands where it stands.

    Attributes:
        findings: why containers failed, the most frequent cause first; then why others wait.
        failed: containers of its last wave that failed.
        looked: how many of them were looked at.
        rows: where containers have several, how many of their rows failed; 0 where they have one.
        read: of how many of these the result was read.
    """

    state: "RunSnapshot"
    findings: tuple[Finding, ...]
    failed: int = 0
    looked: int = 0
    rows: int = 0
    read: int = 0


def explain(
    state: "RunSnapshot",
    clients: "Clients",
    *,
    labels: "Labels",
    project: "Project | None" = None,
    over: bool = False,
    row: int | None = None,
) -> Explanation:
    """Look closer at what failed in a run's last wave, and at what waits.

    Args:
        labels: which rows its jobs ran.
        project: the project file, for what the ledger does not keep; None: there is none.
        over: a later wave has taken over what failed: nothing is proposed to be run again.
        row: the one that is asked about, where its container has several.

    Raises:
        AwsError: AWS is out of reach or refuses.
    """
    state = _recalled(state, clients)
    if row is not None and clients.store.size(naming.result_key(state.run.id, row)) is not None:
        state = replace(state, jobs=tuple(replace(job, state=JobState.SUCCEEDED) for job in state.jobs))
    jobs = tuple(_failed(state, clients))
    several = row is not None or state.run.packed
    parts = split(jobs, state.run, store=clients.store, labels=labels, only=row) if several else Split(jobs)
    around = look(clients.session, clients.batch, state)
    evidence = Evidence(clients, state.run, labels, around.networks)
    explained = _Failures(state.run, evidence, project).explain(parts.jobs)
    if over:
        explained = tuple(map(_not_again, explained))
    counted = sum(state.containers(job).get(JobState.FAILED, 0) for job in state.of_last_wave)
    return Explanation(
        state=state,
        findings=(*explained, *_unfinished(state), *waiting(state, around)),
        failed=max(counted, len(jobs)),
        looked=len(jobs),
        rows=parts.rows,
        read=parts.read,
    )


def _failed(state: "RunSnapshot", clients: "Clients") -> Iterator[Job]:
    """Single jobs and children of the last wave that failed; an array itself where nobody knows which."""
    wave = state.of_last_wave
    forgotten = {job.id for job in wave if job.size and job.id in state.past}
    yield from listed(
        clients.batch, [job for job in wave if job.id not in forgotten], JobState.FAILED, most=LOOKED
    )
    children = clients.history.children(state.run, forgotten, JobState.FAILED) if forgotten else iter(())
    told = set()
    for child in islice(children, LOOKED):
        told.add(child.parent)
        yield child
    yield from (
        replace(job, size=0) for job in wave if job.id in forgotten - told and job.state is JobState.FAILED
    )


def _recalled(state: "RunSnapshot", clients: "Clients") -> "RunSnapshot":
    """With the children that were asked for one by one, and whose end only events tell."""
    asked = () if state.appearing else [job_id for job_id in state.unseen if ":" in job_id]
    found = [child for job_id in asked if (child := clients.history.job(state.run, job_id))]
    return replace(state, jobs=(*state.jobs, *found), gone=state.gone - len(found))


def _not_again(finding: Finding) -> Finding:
    return replace(finding, fixes=tuple(fix for fix in finding.fixes if not fix.command.startswith("retry ")))


class _Failures:
    """Explains kinds of failure by some examples of each."""

    def __init__(self, run: "Run", evidence: Evidence, project: "Project | None") -> None:
        self._run, self._evidence, self._project = run, evidence, project

    def explain(self, jobs: Sequence[Job]) -> tuple[Finding, ...]:
        """One finding per cause, the most frequent first."""
        kinds = _kinds(jobs)
        closer = [_examples(kind) if number < KINDS else kind[:1] for number, kind in enumerate(kinds)]
        details = self._evidence.detailed(job for examples in closer[:KINDS] for job in examples)
        with ThreadPoolExecutor(THREADS) as pool:
            tails = dict(zip(details, pool.map(self._evidence.tail, details.values()), strict=True))
        one = partial(self._one, details=details, tails=tails)
        found: list[Finding] = []
        for kind, examples in zip(kinds, closer, strict=True):
            found += _of_kind(self._run.id, kind, [one(job) for job in examples])
        return tuple(self._evidence.complete(finding) for finding in _merged(found))

    def _one(self, job: Job, *, details: dict[Job, Job], tails: dict[Job, tuple[str, ...]]) -> Finding:
        detail = details.get(job, job)
        values = values_of(
            self._run, job, row=self._evidence.row(job), project=self._project, after=self._evidence.after
        )
        return why(detail, values, tails.get(job, ()))


def _kinds(jobs: Sequence[Job]) -> list[list[Job]]:
    """Those that ended alike, in their order; the most frequent kind first."""
    found: dict[object, list[Job]] = {}
    for job in jobs:
        if kind := failures.kind(job):
            found.setdefault(kind, []).append(job)
    return sorted(found.values(), key=len, reverse=True)


def _examples(kind: Sequence[Job]) -> Sequence[Job]:
    """Those to look at closer: one where AWS's words tell the cause, more where only the log may.

    They are spread evenly over the kind, because neighbours often fail alike.
    """
    if not _by_log(kind):
        return kind[:1]
    least, most = LOGS
    many = min(len(kind), least + len(kind) // 100, most)
    return [kind[number * (len(kind) - 1) // max(many - 1, 1)] for number in range(many)]


def _by_log(kind: Sequence[Job]) -> bool:
    """Whether only their logs tell why they failed."""
    return re.search(RAN, kind[0].reason) is not None


def _of_kind(run: str, kind: Sequence[Job], found: Sequence[Finding]) -> Iterator[Finding]:
    """The examples' causes: where they are all one, for the whole kind; else what was not read by itself."""
    merged, left = _merged(found), len(kind) - len(found)
    said = (f"{len(found)} of {len(kind):,} logs were read",) if left and _by_log(kind) else ()
    if len(merged) == 1:
        told = merged[0]
        named = told.examples if _by_log(kind) else (*told.examples, *kind[1 : failures.EXAMPLES])
        yield replace(told, jobs=len(kind), examples=named, evidence=(*told.evidence, *said))
        return
    for finding in merged:
        yield replace(finding, evidence=(*finding.evidence, *said))
    if left:
        read = {(job.id, job.row) for finding in found for job in finding.examples}
        yield _not_read(run, kind[0].exit_code, [job for job in kind if (job.id, job.row) not in read])


def _not_read(run: str, exit_code: int | None, jobs: Sequence[Job]) -> Finding:
    first = jobs[0].id if jobs[0].row is None else f"{run}:{jobs[0].row}"
    how = "without an exit code" if exit_code is None else f"with exit code {exit_code}"
    return Finding(
        rule=NOT_READ,
        cause=f"It ended {how} too, and its log was not read: one of these causes, or another",
        fixes=(Fix("look at one of them", f"explain {first}"),),
        jobs=len(jobs),
        examples=tuple(jobs[: failures.EXAMPLES]),
    )


def _merged(found: Iterable[Finding]) -> tuple[Finding, ...]:
    """Findings of one cause as one, the most frequent first; what was not read is last."""
    by_cause: dict[tuple[str, str, bool], Finding] = {}
    for finding in found:
        key = (finding.rule, finding.cause, finding.of_rows)
        before = by_cause.get(key)
        by_cause[key] = (
            replace(
                before,
                jobs=before.jobs + finding.jobs,
                examples=(*before.examples, *finding.examples)[: failures.EXAMPLES],
            )
            if before
            else finding
        )
    return tuple(sorted(by_cause.values(), key=lambda finding: (finding.rule == NOT_READ, -finding.jobs)))


def _unfinished(state: "RunSnapshot") -> Iterator[Finding]:
    """What was never submitted, and what nobody knows any more."""
    run = state.run
    if run.unsent:
        yield Finding(
            rule="not-submitted",
            cause=f"{run.unsent} of its {len(run.chunks)} jobs were never submitted: that broke off",
            fixes=(Fix("submit what is left", f"submit --resume {run.id}"),),
        )
    if state.gone and state.appearing:
        yield Finding(
            rule="appearing", cause="It was submitted a moment ago, and AWS Batch does not show it yet"
        )
    elif state.gone:
        yield Finding(
            rule="forgotten",
            cause="AWS Batch has forgotten jobs of it, as it may after seven days, and no event is left",
            fixes=(Fix("see what its rows came to", f"results {run.id}"),),
        )
