"""A request → a run: the ledger first, then SubmitJob."""

from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import datetime
from typing import TypeVar

from fargo import ledger
from fargo.aws.batch import Batch, Submission
from fargo.aws.store import Store
from fargo.config import JobSettings
from fargo.config.checks import ATTEMPT_SECONDS_MIN
from fargo.errors import AwsError, AwsThrottled, AwsUnreachable, Interrupted, NotDeployed, UsageError
from fargo.model import fargate, naming
from fargo.model.fargate import Size
from fargo.model.job import Job
from fargo.model.run import Chunk, Run, Wave
from fargo.model.stack import StackOutputs

R = TypeVar("R")

THROTTLE_PAUSES = (1.0, 2.0, 4.0, 8.0)
"""Seconds between two tries of a call that AWS put off."""
LOOK_PAUSES = (0.5, 1.0, 2.0)
"""Seconds before each look for a job whose answer was lost: ListJobs may lag behind SubmitJob."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """What the user asks for: a job, and what shall differ from its table in the project file.

    Attributes:
        arguments: appended to the job's command.
        spot: None where the project file decides.
    """

    job: str
    arguments: tuple[str, ...] = ()
    environment: tuple[tuple[str, str], ...] = ()
    vcpu: float | None = None
    memory_mib: int | None = None
    timeout_seconds: int | None = None
    spot: bool | None = None


def plan(
    request: Request, settings: JobSettings, outputs: StackOutputs, *, now: datetime, token: str
) -> tuple[Run, Submission]:
    """What would be written and sent; touches nothing.

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
    _check(request, settings)
    size = _size(request, settings)
    spot = settings.spot if request.spot is None else request.spot
    run_id = ledger.run_id(request.job, now, token)
    name = naming.batch_job_name(run_id, wave=1, chunk=0)
    wave = Wave(
        number=1,
        created=now,
        queue=outputs.job_queues["spot" if spot else "on_demand"],
        definition=outputs.job_definitions[request.job],
        image=str(outputs.image),
        vcpu=size.vcpu,
        memory_mib=size.memory_mib,
        chunks=(Chunk(number=0, job_name=name),),
    )
    run = Run(
        id=run_id,
        project=outputs.name,
        job=request.job,
        created=now,
        command=(*settings.command, *request.arguments),
        environment=request.environment,
        waves=(wave,),
    )
    # What shares a queue are the jobs: the name is there, needs no setting, and is the same whoever submits.
    share = naming.share_identifier(request.job) if outputs.scheduling == "FAIR_SHARE" else ""
    return run, _submission(run, name, request, share)


def _check(request: Request, settings: JobSettings) -> None:
    for name, value in request.environment:
        if name.startswith(naming.RESERVED_ENV_PREFIXES):
            raise UsageError(f"-e {name}: names that begin with FARGO_ or AWS_BATCH are reserved")
        if name in settings.secrets:
            raise UsageError(f"-e {name}: the job has a secret of this name, and it cannot have both")
        _check_text(f"-e {name}={value}")
    for argument in request.arguments:
        _check_text(argument)
    seconds = request.timeout_seconds
    if seconds is not None and seconds < ATTEMPT_SECONDS_MIN:
        raise UsageError(f"--timeout {seconds}s: AWS Batch takes {ATTEMPT_SECONDS_MIN}s or more")


def _check_text(word: str) -> None:
    """Refuse bytes that are no UTF-8: Python hands them on as lone surrogates, and no JSON can hold them."""
    try:
        word.encode()
    except UnicodeEncodeError:
        raise UsageError(f"{word!r} is not UTF-8", "AWS Batch takes text only") from None


def _size(request: Request, settings: JobSettings) -> Size:
    size = Size(
        settings.vcpu if request.vcpu is None else request.vcpu,
        settings.size.memory_mib if request.memory_mib is None else request.memory_mib,
    )
    if fargate.is_valid(size):
        return size
    near = fargate.next_valid(size)
    raise UsageError(
        f"Fargate does not offer {size}",
        f"the next size that holds it: --vcpu {near.vcpu:g} --memory '{fargate.memory_text(near.memory_mib)}'"
        if near
        else "the largest is 32 vCPU with 244 GiB",
    )


def _submission(run: Run, name: str, request: Request, share: str) -> Submission:
    ours = ((naming.ENV_RUN, run.id), (naming.ENV_WAVE, "1"), (naming.ENV_CHUNK, "0"))
    return Submission(
        name=name,
        queue=run.last.queue,
        definition=run.last.definition,
        command=(naming.RUNNER, "--", *run.command),
        environment=run.environment + ours,
        tags=((naming.TAG_PROJECT, run.project), (naming.TAG_RUN, run.id), (naming.TAG_JOB, run.job)),
        vcpu=run.last.vcpu,
        memory_mib=run.last.memory_mib,
        timeout_seconds=request.timeout_seconds,
        share=share,
    )


def submit(
    run: Run, submission: Submission, *, batch: Batch, store: Store, sleep: Callable[[float], None]
) -> Run:
    """Write the ledger, submit the job, and write its id into the ledger.

    SubmitJob has no client token: where its answer is lost, the job is looked for by its
    unique name before anybody could send it again.

    Args:
        batch: with a client that does not retry by itself.
        sleep: waits that many seconds.

    Raises:
        AwsError: nothing was submitted.
        AwsUnreachable: whether it was submitted is unknown; the hint names the run.
        Interrupted: the same, by Ctrl-C.
    """
    ledger.save(store, run, new=True)
    try:
        job_id = _send(run, submission, batch, sleep)
        submitted = with_ids(run, {submission.name: job_id})
        _note(store, submitted)
    except KeyboardInterrupt:
        raise Interrupted(
            f"interrupted while {run.id} was being submitted", f"see whether it was: `fargo show {run.id}`"
        ) from None
    return submitted


def _send(run: Run, submission: Submission, batch: Batch, sleep: Callable[[float], None]) -> str:
    try:
        return _unthrottled(lambda: batch.submit(submission), sleep)
    except AwsUnreachable as error:
        if found := _look_for(submission, batch, sleep):
            return found
        error.hint = f"whether {run.id} was taken is unknown: before you submit again, `fargo show {run.id}`"
        raise


def _unthrottled(call: Callable[[], R], sleep: Callable[[float], None]) -> R:
    """What the call returns; what AWS puts off it has not begun, so that it may be sent again."""
    for pause in THROTTLE_PAUSES:
        try:
            return call()
        except AwsThrottled:
            sleep(pause)
    return call()


def _look_for(submission: Submission, batch: Batch, sleep: Callable[[float], None]) -> str | None:
    for pause in LOOK_PAUSES:
        sleep(pause)
        with suppress(AwsError):  # the answer that was lost is the trouble to tell, not this one
            if found := batch.find(submission.queue, submission.name):
                return found
    return None


def _note(store: Store, run: Run) -> None:
    """Write down ids; where that fails, the next command finds the jobs by their names again."""
    with suppress(AwsError):
        ledger.save(store, run)


def with_ids(run: Run, ids: dict[str, str]) -> Run:
    """The run with the ids of these Batch job names filled in."""
    waves = tuple(
        replace(
            wave,
            chunks=tuple(replace(c, job_id=ids.get(c.job_name, c.job_id)) for c in wave.chunks),
        )
        for wave in run.waves
    )
    return replace(run, waves=waves)


def find_missing(run: Run, *, batch: Batch, store: Store) -> Run:
    """Look for jobs whose SubmitJob answer was lost, and write what is found into the ledger."""
    names = [chunk.job_name for wave in run.waves for chunk in wave.chunks if not chunk.job_id]
    found = {name: job_id for name in names if (job_id := batch.find(run.last.queue, name))}
    if not found:
        return run
    whole = with_ids(run, found)
    _note(store, whole)
    return whole


def stop(jobs: Sequence[Job], *, batch: Batch, reason: str) -> tuple[Job, ...]:
    """Terminate the jobs that have not ended; returns those.

    Raises:
        UsageError: the reason is no text.
    """
    _check_text(reason)
    live = tuple(job for job in jobs if not job.state.finished)
    for job in live:
        batch.terminate(job.id, reason)
    return live
