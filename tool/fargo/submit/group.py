"""SubmitJob for several chunks side by side, no faster than AWS Batch takes them."""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from datetime import timedelta
from threading import Lock

from fargo.aws.calls import THREADS
from fargo.errors import AwsError, AwsThrottled, AwsUnreachable
from fargo.model.run import Chunk, Run
from fargo.submit.plan import submission
from fargo.submit.sender import CLAIM_SECONDS, Sender

Chunks = tuple[Chunk, ...]

SUBMITS_A_SECOND = 40
"""AWS Batch takes 50 a second from an account (user guide, "Service quotas"); others may submit too."""


@dataclass(frozen=True, slots=True)
class Sent:
    """What came of a group.

    Attributes:
        taken: with their ids. What is neither taken nor lost has not begun.
        lost: those whose answers were lost.
        throttled: whether AWS put some off.
        refused: whether AWS refused some.
        trouble: the worst of what went wrong.
    """

    taken: Chunks
    lost: Chunks
    throttled: bool
    refused: bool
    trouble: AwsError | None


def submit(run: Run, group: Chunks, sender: Sender, pace: "Pace") -> Sent:
    """Call SubmitJob once for each claimed chunk whose claim still holds when its turn comes."""

    def one(chunk: Chunk) -> str | AwsError | None:
        pace.wait()
        if chunk.claimed is None or (sender.now() - chunk.claimed).total_seconds() > CLAIM_SECONDS:
            return None
        try:
            return sender.batch.submit(submission(run, chunk))
        except AwsError as error:
            return error

    if len(group) == 1:
        answers = [one(group[0])]
    else:
        with ThreadPoolExecutor(THREADS) as pool:
            answers = list(pool.map(one, group))
    both = list(zip(group, answers, strict=True))
    troubles = [answer for answer in answers if isinstance(answer, AwsError)]
    refusals = [each for each in troubles if not isinstance(each, (AwsUnreachable, AwsThrottled))]
    return Sent(
        taken=tuple(replace(chunk, job_id=answer) for chunk, answer in both if isinstance(answer, str)),
        lost=tuple(chunk for chunk, answer in both if isinstance(answer, AwsUnreachable)),
        throttled=any(isinstance(each, AwsThrottled) for each in troubles),
        refused=bool(refusals),
        trouble=next(iter([*refusals, *troubles]), None),
    )


class Pace:
    """Lets a call pass every fortieth of a second, whichever thread makes it."""

    def __init__(self, sender: Sender) -> None:
        self._sender, self._lock = sender, Lock()
        self._next = sender.now()

    def wait(self) -> None:
        """Until the caller's turn has come."""
        with self._lock:
            now = self._sender.now()
            turn = max(now, self._next)
            self._next = turn + timedelta(seconds=1 / SUBMITS_A_SECOND)
        if turn > now:
            self._sender.sleep((turn - now).total_seconds())
