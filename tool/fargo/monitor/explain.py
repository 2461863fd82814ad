"""Why a job stands where it stands, and what to do about it. Pure."""

from dataclasses import dataclass

from fargo.model.job import Job, JobState
from fargo.monitor.board import Board
from fargo.monitor.source import Title

SIGKILL, SIGTERM = 137, 143
CAUSES = (
    (("outofmemory",), "It wanted more memory than it has.", "retry {run} --memory +100%"),
    (("spot", "host ec2"), "AWS took its capacity back: nothing is wrong with the job.", "retry {run}"),
    (("cannotpull",), "The image could not be pulled.", "build"),
    (("timeout", "timed out"), "It ran longer than its timeout.", "retry {run}"),
)
"""Words of a reason, what they mean, and the command that helps."""


@dataclass(frozen=True, slots=True)
class Explained:
    """A cause in a sentence, and the command that helps; empty where none does."""

    cause: str
    command: str = ""


def explain(job: Job, board: Board, title: Title) -> Explained:
    """What is known of it."""
    run = board.run_of.get(job.parent or job.id, "")
    if job.state is JobState.FAILED or (job.counts and dict(job.counts).get(JobState.FAILED)):
        return _failed(job, run, title)
    if job.shown in (JobState.SUBMITTED, JobState.PENDING, JobState.RUNNABLE):
        return _waits(job, board, title)
    if job.shown is JobState.STARTING:
        return Explained(
            "Fargate makes its task and pulls the image: half a minute, longer for large images."
        )
    if job.state is JobState.SUCCEEDED:
        return Explained("It succeeded.", title.command(f"results {run}") if run else "")
    return Explained("It runs.", title.command(f"logs {run} -f") if run else "")


def _failed(job: Job, run: str, title: Title) -> Explained:
    if job.counts:
        failed = dict(job.counts)[JobState.FAILED]
        children = "1 child" if failed == 1 else f"{failed:,} children"
        return Explained(f"{children} failed.", _command("logs {run} --failed", run, title))
    reason = job.reason.lower()
    for words, cause, help_ in CAUSES:
        if any(word in reason for word in words):
            return Explained(cause, _command(help_, run, title))
    return _by_exit_code(job, run, title)


def _by_exit_code(job: Job, run: str, title: Title) -> Explained:
    if job.exit_code == SIGTERM:
        return Explained("It was stopped.", _command("retry {run}", run, title))
    if job.exit_code == SIGKILL:
        cause = "It was killed: most often for memory."
        return Explained(cause, _command("retry {run} --memory +100%", run, title))
    logs = _command("logs {run} --failed", run, title)
    if job.exit_code:
        return Explained(f"Its command ended with exit code {job.exit_code}: its log says why.", logs)
    return Explained("Its container did not start, or did not end by itself.", logs)


def _command(words: str, run: str, title: Title) -> str:
    return title.command(words.format(run=run)) if run or "{run}" not in words else ""


def _waits(job: Job, board: Board, title: Title) -> Explained:
    queue = next((each for each in board.queues if each.arn == job.queue), None)
    if queue is not None and queue.state != "ENABLED":
        return Explained(f"Its queue {queue.name} is {queue.state.lower()}.", title.command("plan"))
    if job.state is JobState.PENDING and not job.counts:
        return Explained("It waits for a job that it depends on.")
    if place := board.places.get(job.id):
        return Explained(f"It waits for capacity: position {place} in its queue.")
    return Explained("It waits for capacity in its queue.")
