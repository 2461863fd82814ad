"""What a run waits for: another run's jobs, all of them or container by container."""

from dataclasses import dataclass, replace

from fargo.errors import UsageError
from fargo.model.job import JobState
from fargo.model.run import Run, RunSnapshot

DEPENDS_MAX = 20
"""Jobs that one job may wait for (AWS Batch API reference, SubmitJob)."""


@dataclass(frozen=True, slots=True)
class After:
    """AWS Batch jobs to wait for; with `paired`, chunk by chunk, and in it child by child.

    Attributes:
        run: the other run.
        rows: how many it has; 0 where they are the same as those of the run that waits.
        partial: some of them may have failed.
    """

    jobs: tuple[str, ...] = ()
    paired: bool = False
    run: str = ""
    rows: int = 0
    partial: bool = False


NOTHING = After()


def after(other: RunSnapshot, *, rows: int, pack: int, manifest: str, partial: bool = False) -> After:
    """What a run over these rows waits for.

    Each container waits for the one of its own rows alone where both runs have the same rows in the same
    packing, and the other is in its first wave; else each waits for all of the other's.

    Args:
        other: how the run stands that is waited for.
        rows: how many rows the new run has, and `pack` of them in a container.
        manifest: the SHA-256 of its manifest; empty where it has none.
        partial: rows of the other run may have failed; then it must have ended.

    Raises:
        UsageError: the other run has failed, is not submitted whole, or is more jobs than AWS Batch
            lets one job wait for.
    """
    run = other.run
    if partial:
        return _of_what_succeeded(other, rows=rows, manifest=manifest)
    if not run.submitted:
        raise UsageError(f"{run.id} is not submitted whole", f"first: `fargo submit --resume {run.id}`")
    if other.counts.get(JobState.FAILED) or other.state is JobState.FAILED:
        raise UsageError(
            f"containers of {run.id} have failed: what waits for it would fail too",
            f"when it has ended: `fargo retry {run.id}`; or go on with what succeeded: --partial",
        )
    if other.unseen and not other.appearing:
        text = f"AWS Batch no longer knows {run.id}, so that nothing can wait for it"
        raise UsageError(text, f"whether it succeeded: `fargo results {run.id}`; then leave --after out")
    live = {job.id for job in other.jobs if not job.state.finished} | set(other.unseen)
    same = _same_rows(run, rows, manifest)
    found = After(run=run.id, rows=0 if same else run.rows)
    if not live:
        return found
    wave = run.last
    if same and len(run.waves) == 1 and not other.past and pack == wave.pack:
        return replace(found, jobs=tuple(chunk.job_id for chunk in wave.chunks), paired=True)
    waited_for = tuple(chunk.job_id for chunk in run.chunks if chunk.job_id in live)
    if len(waited_for) > DEPENDS_MAX:
        raise UsageError(
            f"{run.id} is {len(waited_for)} array jobs, and AWS Batch lets a job wait for {DEPENDS_MAX}",
            f"wait here instead: `fargo wait {run.id}`; or give the same rows in the same packing",
        )
    return replace(found, jobs=waited_for)


def _same_rows(run: Run, rows: int, manifest: str) -> bool:
    return rows > 1 and (rows, manifest) == (run.rows, run.manifest)


def _of_what_succeeded(other: RunSnapshot, *, rows: int, manifest: str) -> After:
    """Nothing is waited for: AWS Batch fails whatever waits for a job that fails."""
    run = other.run
    if other.appearing or any(not job.state.finished for job in other.jobs):
        text = f"{run.id} has not ended, and what succeeds of it is not known before"
        raise UsageError(text, f"wait for it: `fargo wait {run.id}`")
    return After(run=run.id, rows=0 if _same_rows(run, rows, manifest) else run.rows, partial=True)
