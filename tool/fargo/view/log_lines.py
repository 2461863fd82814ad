"""A line that a container wrote, as a terminal may show it."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from zlib import crc32

from fargo.logs import GAP
from fargo.model.job import Job, JobState
from fargo.model.log import LogEvent
from fargo.view import text

_ATTRIBUTE = r"""(?:
    0+ | 0*(?: [1-79] | 10 | 2[1-57-9] | 3[0-79] | 4[0-79] | 49 | 5[359] | 9[0-7] | 10[0-7] )
    | 4:[0-5]
    | [34]8;5;\d{1,3} | [34]8;2;\d{1,3};\d{1,3};\d{1,3}
    | [345]8:5:\d{1,3} | [345]8:2:(?:\d*:)?\d{1,3}:\d{1,3}:\d{1,3}
    |
)"""
"""All but 8, which hides what follows. 4 is a line under the text and 58 its colour, with colons alone: a
terminal that does not know it would read `58;5;8` as an 8."""
_COLOURS = re.compile(rf"\x1b\[(?=[0-9;:]{{0,64}}m) {_ATTRIBUTE} (?:;{_ATTRIBUTE})* m", re.VERBOSE)
"""Colours and bold print: of Select Graphic Rendition what is known to hide nothing (ECMA-48, 8.3.117; the
colours that are numbers: ITU-T T.416, 13.1.8, with colons, and with the semicolons that came to be used)."""
_RESET = "\x1b[0m"
_LABEL_COLOURS = (36, 32, 33, 34, 35, 96, 92, 93, 94, 95)
"""All but black, white, and the red that people take for trouble."""
_GAP = "--"

WAITS = {
    JobState.SUBMITTED: "AWS Batch has not looked at it yet",
    JobState.PENDING: "it waits for other jobs",
    JobState.RUNNABLE: "it waits for room in its queue",
    JobState.STARTING: "its container is being started",
    JobState.RUNNING: "its container runs and has written nothing",
    JobState.SUCCEEDED: "it wrote nothing",
    JobState.FAILED: "it wrote nothing",
}


@dataclass(frozen=True, slots=True)
class LineView:
    """How lines are shown.

    Attributes:
        colours: the labels' and the job's own; without them the job's are left out.
        timestamps: put each line's time before it.
        raw: leave all that the job wrote, whatever it does to the terminal.
    """

    colours: bool = False
    timestamps: bool = False
    raw: bool = False

    def __call__(self, event: LogEvent) -> str:
        """One line, without its end."""
        if event is GAP:
            return _GAP
        line = event.text
        if not line.isprintable() and not self.raw:
            line = harmless(line, colours=self.colours)
        if event.label:
            line = f"{self._label(event.label)} {line}"
        return f"{event.at.isoformat(timespec='milliseconds')}  {line}" if self.timestamps else line

    def _label(self, label: str) -> str:
        if not self.colours:
            return label
        colour = _LABEL_COLOURS[crc32(label.encode()) % len(_LABEL_COLOURS)]
        return f"\x1b[{colour}m{label}{_RESET}"


def harmless(line: str, *, colours: bool) -> str:
    """What a line leaves on a terminal, without anything that could drive it.

    Of a line that was written over itself, as progress bars are, the last state stays. Colours stay, or go
    without a trace; every other control character becomes visible. After colours the terminal is as before.
    """
    if "\r" in line:
        line = next((part for part in reversed(line.split("\r")) if part), "")
    if "\x1b" not in line:
        return text.safe(line)
    shown, at, coloured = [], 0, False
    for found in _COLOURS.finditer(line):
        shown.append(text.safe(line[at : found.start()]))
        at = found.end()
        if colours:
            shown.append(found[0])
            coloured = True
    shown.append(text.safe(line[at:]))
    return "".join(shown) + (_RESET if coloured else "")


def not_yet(jobs: Sequence[Job]) -> str:
    """Why containers that have no lines have none, in one line; empty where there is no job."""
    if not jobs:
        return ""
    job = jobs[-1]
    if job.size:
        counts = ", ".join(f"{count:,} {state.value.lower()}" for state, count in job.counts)
        return f"of {job.size:,} containers {counts}" if counts else f"{job.size:,} containers, none started"
    why = text.outcome(job) or WAITS[job.state]
    return f"the container is {job.state.value}: {why}"
