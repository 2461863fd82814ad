"""An executor without containers: a job plays the scenario that it is given.

A scenario is a JSON list of steps, in the job's environment as `FARGO_SCRIPT`:

    [{"out": "hello"}, {"sleep": 0.2}, {"err": "oh"}, {"exit": 3}]

    {"out": TEXT}, {"err": TEXT}   a line on stdout or stderr
    {"env": NAME}                  a line `NAME=value` from the task's environment
    {"sleep": SECONDS}             time passes, on the server's clock
    {"trap": CODE}                 from here on SIGTERM ends the task with this exit code
    {"ignore": true}               from here on SIGTERM does nothing, and SIGKILL ends it with 137
    {"exit": CODE}                 the end; without it 0
    {"oom": true}                  killed for memory: 137 and AWS's reason
    {"stopped": REASON}            ends with this status reason, such as `Your Spot Task was interrupted.`
    {"fail": REASON}               the container never starts; only as the first step

A list of such lists plays one per attempt, the last for all further ones. A job without
`FARGO_SCRIPT` plays the first rule that fits, else it writes its command and exits with 0. Rules
are put with `POST /_fargo/rules`: `[{"job": "name*", "script": [...]}]`, the job's name with
wildcards, or an array's name, a colon and an index; each POST replaces them all.

One thread plays all tasks, on a heap of due moments: a hundred thousand of them cost no threads.
"""

import fnmatch
import heapq
import itertools
import json
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from fargo.local.clock import Clock
from fargo.local.executors import OUT_OF_MEMORY, Capacity, Outcome, Report, Task

Steps = list[dict[str, Any]]

_SIGTERM_EXIT = 143
_SIGKILL_EXIT = 137
_NO_SCENARIO = "CannotStartContainerError: not a scenario"


@dataclass(slots=True)
class _Play:
    task: Task
    report: Report
    steps: Iterator[dict[str, Any]]
    on_term: int | None = _SIGTERM_EXIT
    begun: bool = False
    over: bool = field(default=False)


class ScriptedExecutor:
    """Plays scenarios; see the module's own words for their language."""

    name = "scripted"

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._rules: list[tuple[str, list[Steps]]] = []
        self._plays: dict[str, _Play] = {}
        self._due: list[tuple[int, int, _Play]] = []
        self._order = itertools.count()
        self._wake = threading.Condition()
        self._closed = False
        threading.Thread(target=self._loop, name="scripted", daemon=True).start()

    def capacity(self) -> Capacity | None:
        """Nothing limits what is only played."""
        return None

    def set_rules(self, rules: list[dict[str, Any]]) -> None:
        """Replace the rules for jobs without a scenario of their own.

        Raises:
            ValueError: a rule is not `{"job": PATTERN, "script": STEPS}`.
        """
        try:
            parsed = [(str(rule["job"]), _scenes(rule["script"])) for rule in rules]
        except (KeyError, TypeError) as error:
            raise ValueError('a rule is {"job": PATTERN, "script": [STEP, …]}') from error
        with self._wake:
            self._rules = parsed

    def start(self, task: Task, report: Report) -> None:
        """Put the task on stage; its first step is due now."""
        with self._wake:
            play = _Play(task, report, iter(self._script(task)))
            self._plays[task.id] = play
            self._at(self._clock.now(), play)

    def stop(self, task_id: str) -> None:
        """SIGTERM: ends with 143, or as `trap` and `ignore` say."""
        with self._wake:
            play = self._plays.get(task_id)
        if play and play.on_term is not None:
            self._end(play, Outcome(exit_code=play.on_term))

    def kill(self, task_id: str) -> None:
        """SIGKILL: ends with 137."""
        with self._wake:
            play = self._plays.get(task_id)
        if play:
            self._end(play, Outcome(exit_code=_SIGKILL_EXIT))

    def close(self) -> None:
        """Leave the stage."""
        with self._wake:
            self._closed = True
            self._plays.clear()
            self._wake.notify()

    def _script(self, task: Task) -> Steps:
        own = task.environment.get("FARGO_SCRIPT")
        attempt = int(task.environment.get("AWS_BATCH_JOB_ATTEMPT", "1"))
        try:
            scenes = _scenes(json.loads(own)) if own else self._rule(task)
        except ValueError as error:
            return [{"fail": f"{_NO_SCENARIO}: {error}"}]
        if scenes:
            return scenes[min(attempt, len(scenes)) - 1]
        return [{"out": " ".join(task.command)}] if task.command else []

    def _rule(self, task: Task) -> list[Steps]:
        index = task.environment.get("AWS_BATCH_JOB_ARRAY_INDEX")
        names = [task.job_name] if index is None else [f"{task.job_name}:{index}", task.job_name]
        fits = fnmatch.fnmatchcase
        return next((scenes for rule, scenes in self._rules if any(fits(name, rule) for name in names)), [])

    def _at(self, due: int, play: _Play) -> None:
        heapq.heappush(self._due, (due, next(self._order), play))
        self._wake.notify()

    def _loop(self) -> None:
        while True:
            with self._wake:
                while not self._closed and (not self._due or self._due[0][0] > self._clock.now()):
                    left = self._due[0][0] - self._clock.now() if self._due else None
                    self._wake.wait(None if left is None else self._clock.pause(left))
                if self._closed:
                    return
                play = heapq.heappop(self._due)[2]
            try:
                self._play_on(play)
            except Exception as error:  # noqa: BLE001 - a wrong step must end its own task only
                self._end(play, Outcome.not_started(f"{_NO_SCENARIO}: {error!r}"))

    def _play_on(self, play: _Play) -> None:
        """Steps until the next sleep or the end."""
        for step in play.steps:
            if play.over:
                return
            if not play.begun and "fail" not in step:
                play.begun = True
                play.report.started()
            pause = self._step(play, step)
            if pause is not None:
                with self._wake:
                    self._at(self._clock.now() + int(pause * 1000), play)
                return
        if not play.begun and not play.over:
            play.report.started()
        self._end(play, Outcome(exit_code=0))

    def _step(self, play: _Play, step: dict[str, Any]) -> float | None:
        """One step; how many seconds to sleep after it, or None to go on."""
        match step:
            case {"out": text}:
                play.report.output("stdout", f"{text}\n".encode())
            case {"err": text}:
                play.report.output("stderr", f"{text}\n".encode())
            case {"env": name}:
                value = play.task.environment.get(name, "")
                play.report.output("stdout", f"{name}={value}\n".encode())
            case {"sleep": seconds}:
                return float(seconds)
            case {"trap": code}:
                play.on_term = int(code)
            case {"ignore": _}:
                play.on_term = None
            case _:
                self._end(play, _ending(step))
        return None

    def _end(self, play: _Play, outcome: Outcome) -> None:
        with self._wake:
            if play.over:
                return
            play.over = True
            self._plays.pop(play.task.id, None)
        play.report.ended(outcome)


def _ending(step: dict[str, Any]) -> Outcome:
    match step:
        case {"exit": code}:
            return Outcome(exit_code=int(code))
        case {"oom": _}:
            return Outcome(exit_code=_SIGKILL_EXIT, reason=OUT_OF_MEMORY)
        case {"stopped": reason}:
            return Outcome(exit_code=_SIGKILL_EXIT, status_reason=str(reason))
        case {"fail": reason}:
            return Outcome.not_started(str(reason))
    return Outcome.not_started(f"{_NO_SCENARIO}: unknown step {json.dumps(step)}")


def _scenes(script: Any) -> list[Steps]:
    """One list of steps per attempt.

    Raises:
        ValueError: it is no list of steps, and no list of such lists.
    """
    if isinstance(script, list):
        if all(isinstance(step, dict) for step in script):
            return [script]
        if all(isinstance(scene, list) and all(isinstance(s, dict) for s in scene) for scene in script):
            return script
    raise ValueError("expected a list of steps, or a list of lists of steps")
