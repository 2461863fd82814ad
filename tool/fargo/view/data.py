"""Model → what `--json` prints: plain dictionaries with stable keys, times in ISO 8601."""

from dataclasses import replace
from datetime import datetime
from typing import TYPE_CHECKING, Any

from fargo.cost import StandingCost
from fargo.errors import FargoError
from fargo.model.job import Attempt, Job
from fargo.model.log import LogEvent
from fargo.model.run import Run, RunSnapshot, Wave
from fargo.view import runs
from fargo.watch import Recovered, Trouble, WatchEvent

if TYPE_CHECKING:
    # What concerns one command only is not imported by all the others.
    from fargo.deploy import Change, DeployPlan
    from fargo.results import Standing
    from fargo.submit.stopping import Stopping


def run(found: Run) -> dict[str, Any]:
    """A run as its ledger has it."""
    return {
        "id": found.id,
        "project": found.project,
        "job": found.job,
        "created": iso(found.created),
        "by": found.by,
        "queue": found.last.queue,
        "definition": found.last.definition,
        "image": found.last.image,
        "command": list(found.command),
        "environment": dict(found.environment),
        "vcpu": found.last.vcpu,
        "memory_mib": found.last.memory_mib,
        "rows": found.rows,
        "columns": list(found.columns),
        "waves": [_wave(each) for each in found.waves],
    }


def _wave(found: Wave) -> dict[str, Any]:
    return {
        "number": found.number,
        "created": iso(found.created),
        "rows": found.rows,
        "pack": found.pack,
        "workers": found.workers,
        "containers": found.containers,
        "queue": found.queue,
        "definition": found.definition,
        "image": found.image,
        "vcpu": found.vcpu,
        "memory_mib": found.memory_mib,
        "jobs": [chunk.job_id for chunk in found.chunks],
    }


def standing_rows(found: "Standing") -> dict[str, Any]:
    """How a run's rows stand."""
    return {"succeeded": found.done, "failed": found.failed, "without_result": found.missing}


def stopping(found: Run, stopped: "Stopping") -> dict[str, Any]:
    """What a stop reached."""
    return {
        "run": found.id,
        "stopping": [job(each) for each in stopped.jobs],
        "running": stopped.running,
        "waiting": stopped.waiting,
        "unseen": stopped.unseen,
        "refused": stopped.refused,
        "unsent": stopped.unsent,
    }


def snapshot(state: RunSnapshot) -> dict[str, Any]:
    """A run and how its jobs stand."""
    return run(state.run) | {
        "at": iso(state.at),
        "state": runs.word(state),
        "finished": state.finished,
        "gone": state.gone,
        "past": list(state.past),
        "counts": {each.value: count for each, count in state.counts.items()},
        "jobs": [job(each) for each in state.jobs],
    }


def job(found: Job) -> dict[str, Any]:
    """One AWS Batch job."""
    return {
        "id": found.id,
        "name": found.name,
        "state": found.state.value,
        "reason": found.reason,
        "exit_code": found.exit_code,
        "stopping": found.stopping,
        "created": iso(found.created),
        "started": iso(found.started),
        "stopped": iso(found.stopped),
        "attempts": [_attempt(each) for each in found.attempts],
        "counts": {state.value: count for state, count in found.counts},
    }


def _attempt(found: Attempt) -> dict[str, Any]:
    return {
        "started": iso(found.started),
        "stopped": iso(found.stopped),
        "exit_code": found.exit_code,
        "reason": found.reason,
        "log_stream": found.log_stream,
    }


def line(event: LogEvent) -> dict[str, Any]:
    """One log line."""
    return {
        "at": iso(event.at),
        "label": event.label,
        "attempt": event.attempt,
        "stream": event.stream,
        "text": event.text,
    }


def event(seen: WatchEvent) -> dict[str, Any]:
    """One line of NDJSON while following."""
    if isinstance(seen, LogEvent):
        return {"event": "log"} | line(seen)
    if isinstance(seen, Recovered):
        return {"event": "recovered", "feed": seen.feed}
    if isinstance(seen, Trouble):
        told = {"feed": seen.feed, "message": seen.error.message, "times": seen.times}
        return {"event": "trouble"} | told | {"pause": round(seen.pause, 1)}
    return {"event": "state"} | snapshot(seen)


def same(seen: WatchEvent, before: RunSnapshot) -> bool:
    """Whether an event is a snapshot that tells nothing but a later time."""
    return isinstance(seen, RunSnapshot) and replace(seen, at=before.at) == before


def plan(found: "DeployPlan") -> dict[str, Any]:
    """What `up` would change."""
    now = found.standing_now.monthly if found.standing_now else 0.0
    return {
        "account_id": found.account_id,
        "region": found.region,
        "image_tag": found.image_tag,
        "empty": found.empty,
        "changes": [_change(each) for each in found.changes],
        "drift": [_change(each) for each in found.drift],
        "standing": standing(found.standing),
        "cost": {
            "now_monthly_usd": round(now, 2),
            "after_monthly_usd": round(found.standing.monthly, 2),
            "change_monthly_usd": round(found.cost_change, 2),
        },
    }


def _change(found: "Change") -> dict[str, Any]:
    from fargo.view import resources

    return {
        "address": found.address,
        "action": found.action,
        "words": resources.resource(found),
        "reason": resources.reason(found),
        "data_loss": found.data_loss,
        "replace_because": list(found.replace_because),
        "attributes": [
            {
                "name": each.name,
                "before": each.before,
                "after": each.after,
                "known_after_apply": each.unknown,
                "sensitive": each.sensitive,
            }
            for each in found.attributes
        ],
    }


def standing(cost: StandingCost) -> dict[str, Any]:
    """The standing monthly cost."""
    return {
        "monthly_usd": round(cost.monthly, 2),
        "lines": [{"what": each.what, "monthly_usd": round(each.monthly, 2)} for each in cost.lines],
        "basis": cost.basis,
    }


def error(failure: FargoError) -> dict[str, Any]:
    """A failure."""
    return {
        "error": {
            "kind": type(failure).__name__,
            "message": failure.message,
            "hint": failure.hint,
            "exit_code": failure.exit_code,
        }
    }


def iso(moment: datetime | None) -> str | None:
    """A moment as every `--json` has it; None where there is none."""
    return moment.isoformat(timespec="milliseconds") if moment else None
