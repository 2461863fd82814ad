"""Request, stack and rows → a run; a run → its SubmitJob calls."""

import json
from datetime import datetime

from fargo import ledger
from fargo.aws.batch import Submission
from fargo.config import JobSettings
from fargo.errors import NotDeployed, UsageError
from fargo.model import naming
from fargo.model.packing import chunks, containers
from fargo.model.run import Chunk, Run, Wave
from fargo.model.stack import StackOutputs
from fargo.model.template import placeholders
from fargo.submit import request as requests
from fargo.submit.request import Request

OVERRIDES_MAX = 8192
"""Characters of a task's container overrides: more fail when it starts (ECS API reference, TaskOverride)."""
BATCH_ADDS = 500
"""Characters of the six variables that AWS Batch adds to them, at the most: it makes one task definition of a
job definition, and the job's id, index and attempt can come in no other way. No page tells that they count;
where they do, each job of a run fails that was let through without them."""
REQUEST_MAX = 30 * 1024
"""Bytes of a SubmitJob call (AWS Batch user guide, "Service quotas")."""


def plan(
    request: Request,
    settings: JobSettings,
    outputs: StackOutputs,
    *,
    now: datetime,
    token: str,
) -> Run:
    """The run as it would be written down and sent; touches nothing.

    Args:
        settings: the job's table in the project file.
        outputs: the deployed stack.
        now: the time, in UTC.
        token: four random lower-case letters or digits.

    Raises:
        UsageError: what neither AWS Batch nor Fargate would take.
        NotDeployed: the job came into the project file after the last `up`.
    """
    if request.job not in outputs.job_definitions:
        raise NotDeployed(f"the job {request.job} is not deployed yet", "deploy it: `fargo up`")
    requests.check(request, settings)
    size = requests.size(request, settings)
    rows, after = request.rows, request.after
    pack, workers = requests.packing(request, settings)
    spot = settings.spot if request.spot is None else request.spot
    run_id = ledger.run_id(request.job, now, token)
    command = (*settings.command, *request.arguments)
    fetches = "after" in placeholders(command)
    wave = Wave(
        number=1,
        created=now,
        queue=outputs.job_queues["spot" if spot else "on_demand"],
        definition=outputs.job_definitions[request.job],
        image=str(outputs.image),
        vcpu=size.vcpu,
        memory_mib=size.memory_mib,
        timeout_seconds=request.timeout_seconds,
        rows=rows.count,
        pack=pack,
        workers=workers,
        after=after.jobs,
        paired=after.paired,
        chunks=wave_chunks(run_id, 1, rows.count, pack),
    )
    run = Run(
        id=run_id,
        project=outputs.name,
        job=request.job,
        created=now,
        command=command,
        environment=request.environment,
        # What shares a queue are the jobs: the name needs no setting, and is the same whoever submits.
        share=naming.share_identifier(request.job) if outputs.scheduling == "FAIR_SHARE" else "",
        rows=rows.count,
        columns=rows.columns,
        inputs=tuple(settings.inputs) if rows.manifest else (),
        manifest=rows.manifest,
        after=after.run if fetches else "",
        after_rows=after.rows if fetches else 0,
        after_partial=after.partial and fetches,
        waves=(wave,),
    )
    check_sizes(run)
    return run


def wave_chunks(run: str, wave: int, rows: int, pack: int) -> tuple[Chunk, ...]:
    """The chunks of a wave of so many rows."""
    sizes = chunks(containers(rows, pack))
    return tuple(
        Chunk(number=number, job_name=naming.batch_job_name(run, wave, number), size=size)
        for number, size in enumerate(sizes)
    )


def submissions(run: Run) -> tuple[Submission, ...]:
    """The SubmitJob calls of the run's last wave."""
    return tuple(submission(run, chunk) for chunk in run.last.chunks)


def submission(run: Run, chunk: Chunk) -> Submission:
    """The SubmitJob call of one chunk of the last wave."""
    wave = run.last
    return Submission(
        name=chunk.job_name,
        queue=wave.queue,
        definition=wave.definition,
        command=(naming.RUNNER, "--", *run.command),
        environment=run.environment + _told_to_the_runner(run, wave, chunk),
        tags=((naming.TAG_PROJECT, run.project), (naming.TAG_RUN, run.id), (naming.TAG_JOB, run.job)),
        vcpu=wave.vcpu,
        memory_mib=wave.memory_mib,
        timeout_seconds=wave.timeout_seconds,
        share=run.share,
        size=chunk.size,
        after=(wave.after[chunk.number],) if wave.paired else wave.after,
        paired=wave.paired,
    )


def _told_to_the_runner(run: Run, wave: Wave, chunk: Chunk) -> tuple[tuple[str, str], ...]:
    told = [(naming.ENV_RUN, run.id), (naming.ENV_WAVE, str(wave.number))]
    told.append((naming.ENV_CHUNK, str(chunk.number)))
    if wave.rows > 1:
        told.append((naming.ENV_ROWS, str(wave.rows)))
    if run.manifest:
        told.append((naming.ENV_MANIFEST, "1"))
    if wave.map:
        told.append((naming.ENV_MAP, wave.map))
    if wave.pack > 1:
        told += [(naming.ENV_PACK, str(wave.pack)), (naming.ENV_WORKERS, str(wave.workers))]
    if run.after:
        told.append((naming.ENV_AFTER, run.after))
        told += [(naming.ENV_AFTER_ROWS, str(run.after_rows))] if run.after_rows else []
        told += [(naming.ENV_AFTER_PARTIAL, "1")] if run.after_partial else []
    if run.inputs:
        told.append((naming.ENV_INPUTS, json.dumps(run.inputs, ensure_ascii=False, separators=(",", ":"))))
    return tuple(told)


def check_sizes(run: Run) -> None:
    """Refuse what AWS takes only to fail it later: measured on the largest of the calls, the last.

    Raises:
        UsageError: command and environment are too long.
    """
    request = submission(run, run.last.chunks[-1]).request()
    overrides = _length({name: request["containerOverrides"][name] for name in ("command", "environment")})
    hint = "give what is long in a file: in the image, in the bucket, or as a column of --over"
    if overrides > OVERRIDES_MAX - BATCH_ADDS:
        words = f"the command and its variables are {overrides:,} characters long"
        takes = f"AWS takes {OVERRIDES_MAX:,}, of which AWS Batch may need {BATCH_ADDS}"
        raise UsageError(f"{words}, and {takes}", hint)
    if (length := _length(request)) > REQUEST_MAX:
        raise UsageError(f"SubmitJob would be {length:,} bytes long, and AWS takes {REQUEST_MAX:,}", hint)


def _length(value: object) -> int:
    return len(json.dumps(value, separators=(",", ":")))
