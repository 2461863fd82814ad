"""Exactly what ran: image, job definition, command, environment, settings."""

import json
from collections.abc import Iterator
from typing import Any

from fargo.model.fargate import Size
from fargo.model.units import duration_text
from fargo.report import Report
from fargo.view import text
from fargo.view.report import words
from fargo.view.report.html import code, esc, pairs, part, tag

HIDDEN = "(not shown)"
"""Stands for a variable's value: whatever its name, it may be a secret, and a page is there to be sent."""
JOBS = 10
"""AWS Batch jobs that are named."""


def section(report: Report) -> str:
    """What one needs to run it again."""
    shown = pairs(_facts(report), class_="facts")
    return part("configuration", "Exactly what ran", shown, _settings(report))


def _facts(report: Report) -> Iterator[tuple[str, str]]:
    run, digests = report.state.run, dict(report.digests)
    yield "Run", code(run.id)
    yield "Submitted", esc(words.moment(run.created))
    yield "Command", code(text.command_text(run.command))
    for image in dict.fromkeys(wave.image for wave in run.waves):
        digest = f"<br>{code(digests[image])}" if image in digests else ""
        yield f"Image{_of_waves(report, 'image', image)}", code(image) + digest
    for definition in dict.fromkeys(wave.definition for wave in run.waves):
        where = _of_waves(report, "definition", definition)
        yield f"Job definition{where}", code(definition.rpartition("/")[2])
    for queue in dict.fromkeys(wave.queue for wave in run.waves):
        yield f"Queue{_of_waves(report, 'queue', queue)}", code(queue.rpartition("/")[2])
    sizes = dict.fromkeys(Size(wave.vcpu, wave.memory_mib) for wave in run.waves)
    yield "Size of each container", ", then ".join(esc(size) for size in sizes)
    for seconds in dict.fromkeys(wave.timeout_seconds for wave in run.waves):
        if seconds:
            where = _of_waves(report, "timeout_seconds", seconds)
            yield f"Timeout of an attempt{where}", esc(duration_text(seconds))
    if run.environment:
        names = ", ".join(code(name) for name, _ in run.environment)
        yield "Environment given at submit", f"{names}, values not shown"
    if run.columns:
        yield "Columns of a row", ", ".join(code(column) for column in run.columns)
    if run.manifest:
        yield "Manifest, SHA-256", code(run.manifest)
    jobs = run.job_ids
    more = f" and {len(jobs) - JOBS:,} more" if len(jobs) > JOBS else ""
    yield "AWS Batch jobs", (", ".join(map(code, jobs[:JOBS])) or "none") + more


def _of_waves(report: Report, field: str, value: str | int) -> str:
    """Which waves had it, where not all had the same."""
    waves = report.state.run.waves
    ours = [wave.number for wave in waves if getattr(wave, field) == value]
    if len(ours) == len(waves):
        return ""
    return f" of wave{'s' if len(ours) > 1 else ''} {', '.join(map(str, ours))}"


def _settings(report: Report) -> str:
    if not report.settings:
        return ""
    title = f"[jobs.{report.state.run.job}] as the project file has it at the time of this report"
    lines = (f"{name} = {_toml(value)}" for name, value in settings(report).items())
    return tag("h3", esc(title)) + tag("pre", "\n".join(map(esc, lines)))


def settings(report: Report) -> dict[str, Any]:
    """The job's table, without the values of variables."""
    told = dict(report.settings)
    if environment := told.get("environment"):
        told["environment"] = dict.fromkeys(environment, HIDDEN)
    return told


def _toml(value: Any) -> str:
    if isinstance(value, dict):
        return (
            "{ " + ", ".join(f"{name} = {_toml(each)}" for name, each in value.items()) + " }"
            if value
            else "{}"
        )
    if isinstance(value, list):
        return "[" + ", ".join(map(_toml, value)) + "]"
    return json.dumps(value, ensure_ascii=False)
