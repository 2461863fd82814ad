"""A report's figures as JSON."""

from dataclasses import asdict
from typing import Any

from fargo.report import Distribution, Report, RowTable, Shown
from fargo.view import runs
from fargo.view.cost import advice_data
from fargo.view.data import iso
from fargo.view.explain import finding_data
from fargo.view.report.configuration import settings


def data(report: Report) -> dict[str, Any]:
    """Stable keys; seconds, MiB, US dollars, and moments in ISO 8601."""
    run, seen = report.state.run, report.lanes
    return {
        "run": run.id,
        "project": run.project,
        "job": run.job,
        "region": report.region,
        "state": runs.word(report.state),
        "at": iso(report.at),
        "created": iso(run.created),
        "wall_seconds": _round(report.wall_seconds),
        "command": list(run.command),
        "environment_names": [name for name, _ in run.environment],
        "settings": settings(report),
        "waves": [_wave(report, number) for number in range(len(run.waves))],
        "containers": {"total": report.containers, "waiting": report.waiting, "looked_at": len(seen)},
        "waited_seconds": _spread(seen.waited),
        "start_up_seconds": _spread(seen.start_up),
        "vcpu_hours": _round(report.vcpu_hours, 6),
        "cpu_used_share": _round(report.cpu_share, 4),
        "cost": report.cost and {"total_usd": _round(report.cost.dollars, 6), "basis": report.cost.basis},
        "size": report.advice and advice_data(report.advice),
        "findings": [finding_data(each, command=lambda rest: f"fargo {rest}") for each in report.findings],
        "rows": report.rows and _rows(report.rows, run.columns),
        "warnings": list(report.warnings),
    }


def _wave(report: Report, place: int) -> dict[str, Any]:
    wave = report.state.run.waves[place]
    costs = {each.number: each.dollars for each in report.cost.waves} if report.cost else {}
    return {
        "number": wave.number,
        "created": iso(wave.created),
        "queue": wave.queue.rpartition("/")[2],
        "definition": wave.definition.rpartition("/")[2],
        "image": wave.image,
        "image_digest": dict(report.digests).get(wave.image, ""),
        "vcpu": wave.vcpu,
        "memory_mib": wave.memory_mib,
        "rows": wave.rows,
        "containers": wave.containers,
        "cost_usd": _round(costs.get(wave.number), 6),
    }


def _rows(found: RowTable, columns: tuple[str, ...]) -> dict[str, Any]:
    return {
        "total": found.rows,
        "succeeded": found.succeeded,
        "failed": found.failed,
        "missing": found.missing,
        "damaged": found.damaged,
        "cpu_seconds": _round(found.cpu_seconds),
        "seconds": _spread(found.seconds),
        "peak_memory_mib": _spread(found.peak_mib),
        "busy_vcpus": _spread(found.busy_vcpus),
        "fullest_share": _round(found.fullest, 4),
        "slowest": [_row(each, columns) for each in found.slowest],
        "failures": [_row(each, columns) for each in found.failures],
    }


def _row(found: Shown, columns: tuple[str, ...]) -> dict[str, Any]:
    return {
        "row": found.row,
        "state": str(found.state),
        "seconds": _round(found.seconds),
        "peak_memory_mib": _round(found.peak_mib),
        "cpu_seconds": _round(found.cpu_seconds),
        "exit_code": found.exit_code,
        "signal": found.signal,
        "wave": found.wave,
        "attempt": found.attempt,
        "job_id": found.job_id,
        "problem": found.problem,
        "columns": dict(zip(columns, found.columns, strict=False)),
    }


def _spread(found: Distribution | None) -> dict[str, Any] | None:
    if found is None:
        return None
    told = asdict(found)
    del told["skewed"]
    return {
        name: [_round(each) for each in value] if isinstance(value, tuple) else _round(value)
        for name, value in told.items()
    }


def _round(value: float | None, digits: int = 3) -> float | None:
    return value if value is None or isinstance(value, int) else round(value, digits)
