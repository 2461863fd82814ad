"""The filter line: `status:run,fail align !test` → which jobs. Wrong words are told, never raised."""

import difflib
from collections.abc import Callable
from dataclasses import dataclass

from fargo.model.job import Job, JobState

_WAITING = frozenset({JobState.SUBMITTED, JobState.PENDING, JobState.RUNNABLE})
STATUSES: dict[str, frozenset[JobState]] = {
    "queue": _WAITING,
    "queued": _WAITING,
    "start": frozenset({JobState.STARTING}),
    "run": frozenset({JobState.RUNNING}),
    "ok": frozenset({JobState.SUCCEEDED}),
    "fail": frozenset({JobState.FAILED}),
    **{state.value.lower(): frozenset({state}) for state in JobState},
}
STOP = ("stop", "stopping")
FIELDS = ("status", "name", "queue", "run", "id", "exit", "reason")

RunOf = Callable[[Job], str]


@dataclass(frozen=True, slots=True)
class Term:
    """One word of a filter: any of the values must fit; `no`: none may."""

    field: str
    values: tuple[str, ...]
    no: bool = False


@dataclass(frozen=True, slots=True)
class Filter:
    """What is wanted: every term must hold.

    Attributes:
        problem: what is wrong with the filter, in words; its other terms hold.
    """

    terms: tuple[Term, ...] = ()
    problem: str = ""

    @classmethod
    def of(cls, words: str) -> "Filter":
        """Read the line."""
        terms, problems = [], []
        for word in words.split():
            term, problem = _term(word)
            if problem:
                problems.append(problem)
            elif term is not None:
                terms.append(term)
        return cls(tuple(terms), "; ".join(problems))

    def fits(self, job: Job, run_of: RunOf) -> bool:
        """Whether a job is meant.

        Args:
            run_of: a job → the id of its run, or nothing.
        """
        return all(_holds(term, job, run_of) != term.no for term in self.terms)


def _term(word: str) -> tuple[Term | None, str]:
    no = word.startswith("!")
    bare = word.removeprefix("!").lower()
    field, colon, rest = bare.partition(":")
    if not colon:
        return (Term("", (bare,), no), "") if bare else (None, "")
    if field not in FIELDS:
        near = difflib.get_close_matches(field, FIELDS, 1)
        return None, f"there is no field {field}" + (f": {near[0]}?" if near else f": {', '.join(FIELDS)}")
    values = tuple(value for value in rest.split(",") if value)
    if not values:  # it is still being typed
        return None, ""
    unknown = [value for value in values if _unknown(field, value)]
    if unknown:
        known = "queue, start, run, ok, fail, stop" if field == "status" else "a number"
        return (
            None,
            f"{field}:{unknown[0]} is none of {known}"
            if field == "status"
            else f"{field}:{unknown[0]} is no number",
        )
    return Term(field, values, no), ""


def _unknown(field: str, value: str) -> bool:
    if field == "exit":
        return not value.isdecimal()
    return field == "status" and not _statuses(value) and not _means_stop(value)


def _statuses(value: str) -> frozenset[JobState]:
    """By the word, or by what it begins with while it is typed."""
    found: frozenset[JobState] = frozenset()
    for word in [value] if value in STATUSES else [each for each in STATUSES if each.startswith(value)]:
        found |= STATUSES[word]
    return found


def _means_stop(value: str) -> bool:
    return any(word.startswith(value) for word in STOP)


def _holds(term: Term, job: Job, run_of: RunOf) -> bool:
    match term.field:
        case "status":
            return any(_in_status(job, value) for value in term.values)
        case "exit":
            return job.exit_code is not None and str(job.exit_code) in term.values
        case _:
            text = _text(term.field, job, run_of)
            return any(value in text for value in term.values)


def _in_status(job: Job, value: str) -> bool:
    states = _statuses(value)
    if job.stopping and _means_stop(value):
        return True
    # An array in which something has failed is what people look for who look for failures.
    return job.shown in states or (JobState.FAILED in states and has_failed(job))


def has_failed(job: Job) -> bool:
    """Whether it failed, or children of it have."""
    return job.state is JobState.FAILED or any(state is JobState.FAILED for state, _ in job.counts)


def _text(field: str, job: Job, run_of: RunOf) -> str:
    match field:
        case "name":
            text = _name(job)
        case "queue":
            text = job.queue.rpartition("/")[2]
        case "run":
            text = run_of(job)
        case "id":
            text = job.id
        case "reason":
            text = job.reason
        case _:
            text = f"{_name(job)}\n{run_of(job)}\n{job.id}\n{job.reason}"
    return text.lower()


def _name(job: Job) -> str:
    return job.name if job.index is None else f"{job.name} #{job.index}"
