"""`fargo down`: what would be lost, and what is left, in words."""

from collections.abc import Collection, Iterator

from fargo.deploy import Keep, Outcome, Standing
from fargo.model.units import bytes_text
from fargo.view.text import plural, safe

NAMED = 5
"""Runs that are named."""


def standing_lines(name: str, standing: Standing, keep: Collection[Keep]) -> Iterator[str]:
    """What `down` would end and remove.

    Args:
        name: the project's.
        standing: the counts.
        keep: what stays.
    """
    jobs = plural(standing.running + standing.waiting, "job")
    how = f" ({standing.running} running, {standing.waiting} waiting)" if standing.waiting else ""
    yield f"{name}: {jobs} to stop{how}, then {plural(standing.resources, 'resource')} to remove"
    if standing.runs:
        whose = [f"{run.id} of {run.by}" if run.by else run.id for run in standing.runs[:NAMED]]
        more = [f"{len(standing.runs) - NAMED} more"] if len(standing.runs) > NAMED else []
        yield safe(f"runs that would be stopped: {', '.join((*whose, *more))}")
    if lost := list(_lost(standing)):
        yield f"lost with them: {', '.join(lost)}"
    if keep:
        yield f"kept: {' and '.join(sorted(keep))}, with the encryption key"


def _lost(standing: Standing) -> Iterator[str]:
    if standing.more_objects:
        yield f"more than {standing.objects:,} objects in the bucket"
    elif standing.objects:
        yield f"{plural(standing.objects, 'object')} in the bucket, {bytes_text(standing.bytes)}"
    if standing.images:
        yield plural(standing.images, "image")
    if standing.log_days:
        yield f"{plural(standing.log_days, 'day')} of logs"


def end_lines(outcome: Outcome) -> Iterator[str]:
    """How it ended, where nothing was left that should not be."""
    if not outcome.kept:
        yield "gone: the account was listed and holds nothing of the project"
    else:
        yield f"gone, but for what was kept: {', '.join(map(str, outcome.kept))}"
        yield "`fargo up` takes it into use again; `fargo down` removes it"
    if outcome.key_deletion:
        day = f"{outcome.key_deletion:%Y-%m-%d}"
        yield f"AWS keeps the encryption key until {day}, and can restore it until then"
    yield "AWS keeps inactive job definitions; the service-linked roles stay for others in the account"
