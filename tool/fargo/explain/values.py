"""What the words of a rule may name: values of a run, of the wave that a job is of, and of the job. Pure."""

import math
from typing import TYPE_CHECKING

from fargo.model.fargate import Size, memory_text, next_valid
from fargo.model.units import duration_text

if TYPE_CHECKING:
    from fargo.config import Project
    from fargo.model.job import Job
    from fargo.model.run import Run, Wave

MORE = 1.5
"""How much more memory is proposed where it ran out; then it is the next that Fargate offers."""
LONGER = 2
"""How much longer a timeout is proposed where it passed."""


def values_of(
    run: "Run", job: "Job", *, row: int | None = None, project: "Project | None" = None, after: str = ""
) -> dict[str, str]:
    """Values by name; one that is not known is not among them.

    Args:
        run: the job's.
        job: the job, or the child of an array.
        row: the first that the job ran; None: not known, or the run has one container.
        project: the project file, for what the ledger does not keep.
        after: the run that it waited for, where that was asked; else what the ledger knows.
    """
    wave = _wave(run, job)
    where = run.id if row is None else f"{run.id}:{row}"
    found = {"run": run.id, "job": run.job, "where": where, **_memory(wave)}
    if after or run.after or wave.after:
        found["after"] = after or run.after or wave.after[0]
    return found | _settings(run, wave, project)


def _wave(run: "Run", job: "Job") -> "Wave":
    wanted = {job.id, job.parent}
    return next((wave for wave in run.waves if not wanted.isdisjoint(wave.job_ids)), run.last)


def _memory(wave: "Wave") -> dict[str, str]:
    more = next_valid(Size(wave.vcpu, math.ceil(wave.memory_mib * MORE)))
    found = {"memory": memory_text(wave.memory_mib)}
    return found | ({"more_memory": memory_text(more.memory_mib)} if more else {})


def _settings(run: "Run", wave: "Wave", project: "Project | None") -> dict[str, str]:
    seconds, found = wave.timeout_seconds, {}
    settings = project.jobs.get(run.job) if project else None
    if project and settings:
        found = {"architecture": project.image.cpu.value, "storage": f"{settings.storage_gib} GiB"}
        seconds = seconds or settings.timeout_seconds
    if seconds:
        found |= {"timeout": duration_text(seconds), "longer_timeout": f"{seconds * LONGER}s"}
    return found
