"""What runs in the demonstration."""

import uuid
from collections.abc import Iterator
from datetime import datetime, timedelta

from fargo.ledger import run_id
from fargo.model.naming import batch_job_name
from fargo.model.run import Chunk, Run, Wave
from fargo.monitor.demo.lives import Failure, Plan

REGION, ACCOUNT, PROJECT = "us-east-1", "123456789012", "genomes"
GROUP = f"/fargo/{PROJECT}/jobs"
_ARN = f"arn:aws:batch:{REGION}:{ACCOUNT}"
QUEUES = {
    "spot": f"{_ARN}:job-queue/fargo-{PROJECT}-spot",
    "on_demand": f"{_ARN}:job-queue/fargo-{PROJECT}-on-demand",
}
OUT_OF_MEMORY = "OutOfMemoryError: Container killed due to memory usage"
ESSENTIAL = "Essential container in task exited"
MINUTE = 60.0
TILES_SECONDS = 4 * MINUTE
"""So often somebody submits a small array: there is always something new."""
TILES_KEPT = 12

_MEMORY = Failure(exit_code=137, reason=OUT_OF_MEMORY, indexes=frozenset({17, 88}), below_mib=16_384)
_INPUT = Failure(exit_code=1, reason=ESSENTIAL, share=0.006)
_SPOT = Failure(exit_code=1, reason="Host EC2 (instance i-0f3a9c2be81d7745a) terminated.", share=0.001)


def definition(job: str) -> str:
    """A job definition's ARN."""
    return f"{_ARN}:job-definition/fargo-{PROJECT}_{job}:14"


def job_id(name: str) -> str:
    """An id that is the same every time."""
    return str(uuid.uuid5(uuid.NAMESPACE_URL, name))


class Scene:
    """The submitted jobs and their runs.

    Args:
        epoch: when the demonstration began, in UTC.
        arrays: instead of the usual ones so many of 100; the one before the last has failures.
    """

    def __init__(self, epoch: datetime, *, arrays: int = 0) -> None:
        self.epoch = epoch
        self.runs: dict[str, Run] = {}
        self.plans: dict[str, Plan] = {}
        self._tiles = -TILES_KEPT // 4
        for plan in self._many(arrays) if arrays else self._usual():
            self.plans[plan.id] = plan

    def moment(self, seconds: float) -> datetime:
        """A time of the demonstration's as one of the world."""
        return self.epoch + timedelta(seconds=seconds)

    def grow(self, now: float) -> None:
        """Submit what has been submitted meanwhile."""
        while self._tiles * TILES_SECONDS < now:
            self._tiles += 1
            plan = self.planned(
                "render-tiles", (self._tiles - 1) * TILES_SECONDS, f"t{self._tiles + TILES_KEPT:03}",
                size=48, every=2.0, lasts=70.0, queue=QUEUES["spot"], memory_mib=1024, vcpu=0.5,
            )  # fmt: skip
            self.plans[plan.id] = plan

    def planned(self, job: str, created: float, token: str, **more: object) -> Plan:
        """A job of a run of its own."""
        at = self.moment(created)
        run = run_id(job, at, token)
        name = batch_job_name(run, 1, 0)
        given = {"queue": QUEUES["on_demand"], "definition": definition(job), "created": created, **more}
        plan = Plan(id=job_id(name), name=name, run=run, **given)  # type: ignore[arg-type] # as Plan names them
        self.runs[run] = Run(
            id=run,
            project=PROJECT,
            job=job,
            created=at,
            command=plan.command,
            rows=plan.size,
            waves=(self.wave(plan),),
        )
        return plan

    def wave(self, plan: Plan) -> Wave:
        """A plan as a wave of its run's ledger."""
        at = self.moment(plan.created)
        chunk = Chunk(number=0, job_name=plan.name, size=plan.size, job_id=plan.id, claimed=at)
        return Wave(
            number=plan.wave,
            created=at,
            queue=plan.queue,
            definition=plan.definition,
            image=f"{ACCOUNT}.dkr.ecr.{REGION}.amazonaws.com/fargo-{PROJECT}:1f0c9d2e7ab34c55",
            vcpu=plan.vcpu,
            memory_mib=plan.memory_mib,
            rows=plan.size,
            chunks=(chunk,),
        )

    def _usual(self) -> Iterator[Plan]:
        spot = QUEUES["spot"]
        yield self.planned(
            "align-hg38", -18 * MINUTE, "k3f9", size=200, wait=12.0, every=6.3, lasts=4 * MINUTE,
            failures=(_MEMORY,), vcpu=2.0, memory_mib=8192, tries=2,
            command=("align", "--reference", "hg38.fa"),
        )  # fmt: skip
        yield self.planned(
            "qc-fastq", -41 * MINUTE, "7xq2", size=1000, wait=31.0, every=2.6, lasts=3 * MINUTE,
            failures=(_INPUT,), queue=spot, command=("fastqc", "{sample}"),
        )  # fmt: skip
        yield self.planned(
            "genome-index", -66 * MINUTE, "m0de", size=10_000, wait=44.0, every=0.62, lasts=5 * MINUTE,
            failures=(_SPOT, _INPUT), queue=spot, memory_mib=4096, tries=3, command=("index", "{row}"),
        )  # fmt: skip
        yield self.planned(
            "train-sweep", -4.2 * MINUTE, "p8ha", size=64, wait=9 * MINUTE, every=4.0, lasts=12 * MINUTE,
            vcpu=4.0, memory_mib=16_384, command=("train", "--fold", "{row}"),
        )  # fmt: skip
        for name, created, wait, lasts, failures in (
            ("call-variants", -7.3, 48.0, 25 * MINUTE, ()),
            ("annotate-vep", -2.7, 8 * MINUTE, 6 * MINUTE, ()),
            ("etl-daily", -26.0, 19.0, 1.4 * MINUTE, (Failure(exit_code=1, reason=ESSENTIAL, share=1.0),)),
            ("thumbs-0055", -52.0, 38.0, 41 * MINUTE, ()),
            ("thumbs-0056", -13.4, 38.0, 60 * MINUTE, ()),
        ):
            yield Plan(
                id=job_id(name), name=name, queue=spot, definition=definition(name.rpartition("-")[0]),
                created=created * MINUTE, wait=wait, lasts=lasts, failures=failures,
            )  # fmt: skip

    def _many(self, arrays: int) -> Iterator[Plan]:
        for number in range(arrays):
            failing = _MEMORY if number == arrays - 2 else Failure(exit_code=1, reason=ESSENTIAL)
            yield self.planned(
                f"step-{number:02}", -15 * MINUTE - number, f"a{number:03}", size=100, wait=5.0, every=0.5,
                lasts=2 * MINUTE, failures=(failing,), memory_mib=8192, vcpu=4.0,
            )  # fmt: skip
