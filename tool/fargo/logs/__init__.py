"""The lines that a run's containers write: which streams there are, what they hold, and what comes to it.

`Sources` learns the streams of jobs, arrays' children among them, and which container each is of.
`Reader` gives what they hold now, in time order, in bounded memory. `Tail` gives, call by call, what is new.
`Grep` keeps the lines that fit, with their neighbours.
"""

from fargo.logs.grep import GAP, Grep
from fargo.logs.labels import Labels
from fargo.logs.reader import Reader
from fargo.logs.sources import Sources
from fargo.logs.tail import Tail
from fargo.model.log import LogEvent, LogSource, Span, milliseconds

__all__ = [
    "GAP",
    "Grep",
    "Labels",
    "LogEvent",
    "LogSource",
    "Reader",
    "Sources",
    "Span",
    "Tail",
    "milliseconds",
]
