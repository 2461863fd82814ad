"""The queues: what stands where, what starts next, and how the compute environments are."""

from collections import Counter
from collections.abc import Sequence
from typing import ClassVar

from rich.text import Text
from textual.binding import BindingType

from fargo.aws.batch_answers import Queue
from fargo.model.job import Job, JobState
from fargo.monitor.column import WORDS, fit
from fargo.monitor.detail import name
from fargo.monitor.keys import Key, bindings
from fargo.monitor.screens.acting import ACTING
from fargo.monitor.screens.plainlist import Listing, Row
from fargo.view import text
from fargo.watch import Feed, FrontFeed

KEYS: tuple[Key, ...] = (
    Key(
        keys="enter", action="enter", shown="enter", word="Jobs", rank=0, help="the queue's jobs, or this job"
    ),
    *(key for key in ACTING if key.action in ("stop", "copy", "explain", "console")),
)
FRONT = 10
"""Jobs that start next, of those that are shown."""


def tally(jobs: Sequence[Job]) -> dict[JobState, int]:
    """The containers of these jobs by state."""
    found: Counter[JobState] = Counter()
    for job in jobs:
        found.update(job.containers)
    return dict(found)


class QueuesScreen(Listing):
    """The queues."""

    NAME = "queues"
    KEYS = KEYS
    BINDINGS: ClassVar[list[BindingType]] = [*bindings(KEYS)]

    def feeds(self) -> Sequence[Feed]:
        """What starts next."""
        return [FrontFeed(queue) for queue in self.monitor.source.queues]

    def rows(self, width: int) -> Sequence[Row]:
        """A block a queue."""
        found: list[Row] = []
        for queue in self.monitor.board.queues:
            found += self._queue(queue, width)
            found.append(Row("", Text()))
        return found or [Row("", Text("asking AWS for the queues", style="dim"))]

    def _queue(self, queue: Queue, width: int) -> list[Row]:
        app = self.monitor
        jobs = [job for job in app.board.top() if job.queue == queue.arn]
        counts = tally(jobs)
        good = queue.state == "ENABLED" and queue.status == "VALID"
        head = Text.assemble(
            (text.safe(queue.name), "bold"),
            "  ",
            (f"{queue.state} {queue.status}", "green" if good else "bold red"),
        )
        if not good:
            head.append(f"  {text.safe(queue.reason)}", style="red")
        numbers = Text("  ")
        for state in JobState:
            count = counts.get(state, 0)
            style = text.STYLES[state] if count else "dim"
            words = (
                state.value.lower()
                if width >= WORDS
                else app.look.status(_of(state), short=True)[0][2:].lower()
            )
            if count or state not in (JobState.SUBMITTED, JobState.PENDING):
                numbers.append(f"{app.look.draw(text.GLYPHS[state])} {count:,} {words}   ", style=style)
        rows = [Row(queue.arn, head), Row("", numbers)]
        rows += [Row("", line) for line in self._environments(queue)]
        return rows + self._front(queue, width)

    def _environments(self, queue: Queue) -> list[Text]:
        lines = []
        for each in self.monitor.board.environments:
            if each.arn in queue.environments:
                good = each.state == "ENABLED" and each.status == "VALID"
                line = Text.assemble(
                    "  ", (f"{text.safe(each.name)}  {each.kind}  up to {each.max_vcpus:,} vCPU  ", "dim")
                )
                line.append(f"{each.state} {each.status}", style="green" if good else "bold red")
                if not good:
                    line.append(f"  {text.safe(each.reason)}", style="red")
                lines.append(line)
        return lines

    def _front(self, queue: Queue, width: int) -> list[Row]:
        app = self.monitor
        now = app.board.clock(app.now())
        front = app.board.fronts.get(queue.arn, ())
        if not front:
            return [Row("", Text("  nothing waits for capacity", style="dim"))]
        rows = [
            Row("", Text(f"  {text.plural(len(front), 'job')} at the front, the next first", style="dim"))
        ]
        for place, job_id in enumerate(front[:FRONT], 1):
            job = app.board.store.jobs.get(job_id)
            words = fit(name(job, app.board) if job else job_id, min(width - 24, 50), dots=app.look.draw("…"))
            line = Text.assemble((f"  {place:>3}  ", "dim"), words)
            if job is not None:
                line.append(f"  waits {text.waited(job, now)}", style="dim")
            rows.append(Row(job_id, line))
        return rows

    def current(self) -> Job | None:
        """The job of the cursor's line."""
        return self.monitor.board.store.jobs.get(self.key)

    def action_enter(self) -> None:
        """The queue's jobs, or the job."""
        job = self.current()
        if job is not None:
            self.monitor.open("array" if job.size else "job", job.id)
        elif self.key:
            self.monitor.show_jobs(f"queue:{self.key.rpartition('/')[2]}")


def _of(state: JobState) -> Job:
    return Job(id="", name="", state=state)
