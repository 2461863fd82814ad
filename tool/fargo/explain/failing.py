"""One container that failed → why, by the rules; nothing is asked. `explaining` gathers what it is told."""

from collections.abc import Mapping

from fargo.explain.finding import Finding, Fix
from fargo.explain.rule import LINE, Match, Seen, filled, first, fixes, mentioned
from fargo.explain.rules import RULES
from fargo.explain.rules.fixes import READ_LOG
from fargo.explain.rules.log import LOG
from fargo.model.job import Job

SILENT = "AWS gives no reason"
UNKNOWN = "these are AWS's own words, which no rule knows"


def seen(job: Job, lines: tuple[str, ...] = ()) -> Seen:
    """What a job shows.

    Args:
        lines: the last of its log, oldest first.
    """
    cut = tuple(line[:LINE].rstrip() for line in lines)
    return Seen(exit_code=job.exit_code, reason=job.reason[:LINE], lines=cut, stopped=job.asked_to_end)


def why(job: Job, values: Mapping[str, str], lines: tuple[str, ...] = ()) -> Finding:
    """Why a container failed: by a rule, or in AWS's own words where none knows them.

    Args:
        values: see `values_of`; a fix that needs one that is not there is left out.
        lines: the last of its log, oldest first.
    """
    shown = seen(job, lines)
    match = first(RULES, shown)
    if match is None:
        return Finding(
            rule="",
            cause=job.reason or SILENT,
            evidence=_told(UNKNOWN if job.reason else "", _exit(job), _tries(job)),
            fixes=_raw_fixes(job, values),
            jobs=1,
            examples=(job,),
            tail=shown.lines,
        )
    return Finding(
        rule=match.rule.id,
        cause=filled(match.rule.cause, {**values, **match.values}) or job.reason or SILENT,
        evidence=_told(_said(job), match.line or _mentions(match, shown), _tries(job)),
        fixes=fixes(match, values),
        jobs=1,
        examples=(job,),
        tail=shown.lines,
    )


def _told(*evidence: str) -> tuple[str, ...]:
    return tuple(filter(None, evidence))


def _said(job: Job) -> str:
    """Like `AWS: exit 137, OutOfMemoryError: Container killed due to memory usage`.

    Of one row of several AWS knows the container's end alone: the exit code is what the runner saw.
    """
    if job.row is not None:
        return ", ".join(_told(_exit(job), f"AWS of its container: {job.reason}" if job.reason else ""))
    parts = _told(_exit(job), job.reason)
    return f"AWS: {', '.join(parts)}" if parts else ""


def _mentions(match: Match, shown: Seen) -> str:
    """What may be the cause and need not: where the exit code alone tells it, and the log knows more."""
    line = mentioned(LOG, shown.lines) if match.rule.exit_codes else ""
    return f"its log mentions: {line}" if line else ""


def _exit(job: Job) -> str:
    return "" if job.exit_code is None else f"exit {job.exit_code}"


def _tries(job: Job) -> str:
    """How each attempt ended, where it had several."""
    if len(job.attempts) <= 1:
        return ""
    ends = (
        attempt.reason if attempt.exit_code is None else f"exit {attempt.exit_code}"
        for attempt in job.attempts
    )
    return f"tried {len(job.attempts)} times: {', '.join(end or 'no reason given' for end in ends)}"


def _raw_fixes(job: Job, values: Mapping[str, str]) -> tuple[Fix, ...]:
    command = filled(READ_LOG.command, values)
    return (Fix(READ_LOG.words, command),) if command and job.exit_code is not None else ()
