"""Events in any order, each once or more → how the jobs came to stand."""

from dataclasses import dataclass, field
from datetime import datetime

from fargo.history.event import Event
from fargo.model.job import Job, JobState
from fargo.model.timeline import Move

_ORDER = {state: number for number, state in enumerate(JobState)}


@dataclass(slots=True)
class Story:
    """What events told of one job.

    Attributes:
        job: as the furthest of them has it, which need not be the one that came last.
    """

    job: Job
    _rank: tuple[bool, int, int]
    _moves: dict[tuple[int, JobState], datetime] = field(default_factory=dict)

    @property
    def moves(self) -> tuple[Move, ...]:
        """The states that it came into, all attempts', the oldest first."""
        told = sorted(self._moves.items(), key=lambda item: (item[1], item[0][0], _ORDER[item[0][1]]))
        return tuple(Move(state=state, at=at) for (_, state), at in told)

    def take(self, event: Event) -> None:
        """Take an event in; one that is told again changes nothing."""
        rank, key = _rank(event), (event.attempt, event.job.state)
        if rank > self._rank:
            self.job, self._rank = event.job, rank
        self._moves[key] = min(event.at, self._moves.get(key, event.at))


class Stories:
    """Takes events in, one by one, and holds no more than a record a job."""

    def __init__(self) -> None:
        self._told: dict[str, Story] = {}

    def take(self, event: Event) -> Story:
        """Take an event in; what is told of its job by now."""
        story = self._told.get(event.job.id)
        if story is None:
            story = self._told[event.job.id] = Story(event.job, _rank(event))
        story.take(event)
        return story

    def get(self, job_id: str) -> Story | None:
        """What was told of a job; None: nothing."""
        return self._told.get(job_id)

    @property
    def all(self) -> tuple[Story, ...]:
        """Of every job that was told of, in the order in which that began."""
        return tuple(self._told.values())


def _rank(event: Event) -> tuple[bool, int, int]:
    """How far a job had come: an event that arrives late never takes it back."""
    return event.job.state.finished, event.attempt, _ORDER[event.job.state]
