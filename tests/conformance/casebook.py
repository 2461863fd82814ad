"""What a case is, how it is told, and how it says that something is not as AWS has it."""

import traceback
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from types import ModuleType
from typing import Any

from clients import ApiError, UnknownOperation
from world import World

API = "https://docs.aws.amazon.com/batch/latest/APIReference/API_{}.html"
GUIDE = "https://docs.aws.amazon.com/batch/latest/userguide/{}.html"

Play = Callable[[World], None]


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """One thing that AWS Batch does.

    Attributes:
        name: unique; letters, digits and underscores.
        feature: the group it is shown in.
        rule: what AWS does, in a sentence.
        document: AWS's page that says so.
        play: asks for it; raises where the answer is another.
        runs: whether jobs run in it, so that a world of containers needs an engine.
        only: the kind of world that can play it; empty for all.
        timed: whether minutes pass in it by design, so that it wants a clock that runs fast.
    """

    name: str
    feature: str
    rule: str
    document: str
    play: Play
    runs: bool
    only: str
    timed: bool


@dataclass(frozen=True, slots=True)
class Feature:
    """A group of cases, and how they are written down."""

    name: str
    timed: bool = False

    def case(self, rule: str, document: str, *, runs: bool = False, only: str = "") -> Callable[[Play], Case]:
        """Make a case of a function that plays it."""

        def made(play: Play) -> Case:
            name = getattr(play, "__name__", "")
            return Case(
                name=name,
                feature=self.name,
                rule=rule,
                document=document,
                play=play,
                runs=runs,
                only=only,
                timed=self.timed,
            )

        return made

    def refusal(
        self, name: str, rule: str, document: str, operation: str, request: Callable[[World], dict[str, Any]]
    ) -> Case:
        """A case of a request that AWS answers with a ClientException."""

        def play(world: World) -> None:
            refused(world, operation, **request(world))

        play.__name__ = name
        return self.case(rule, document)(play)


def cases_in(modules: tuple[ModuleType, ...]) -> Iterator[Case]:
    """Every case in the modules, alone or in a tuple, in the order in which they are written."""
    for module in modules:
        for value in vars(module).values():
            if isinstance(value, Case):
                yield value
            elif isinstance(value, tuple):
                yield from (item for item in value if isinstance(item, Case))


def outcome(case: Case, world: World) -> str:
    """Play the case; empty where all was as AWS has it, else what was not, and where.

    Raises:
        UnknownOperation: the client cannot ask.
    """
    found = ""
    try:
        case.play(world)
    except UnknownOperation:
        raise
    except Exception as error:  # noqa: BLE001 - an answer of any other form is a difference too
        found = _told(error)
    finally:
        stuck = world.clean()
    return found or stuck


def _told(error: Exception) -> str:
    """What went wrong, and on the next line where."""
    frames = traceback.extract_tb(error.__traceback__)
    inside = [frame for frame in frames if Path(frame.filename).stem.startswith("cases_")]
    where = (inside or frames)[-1]
    said = f"the answer has no {error}" if isinstance(error, KeyError) else str(error)
    return f"{said}\n{Path(where.filename).name}:{where.lineno}"


def same(what: str, found: object, expected: object) -> None:
    """`found` is `expected`.

    Raises:
        AssertionError: it is not; says which is which.
    """
    if found != expected:
        raise AssertionError(f"{what}: expected {expected!r}, found {found!r}")


def holds(what: str, condition: object) -> None:
    """The condition is met.

    Raises:
        AssertionError: it is not.
    """
    if not condition:
        raise AssertionError(f"not so: {what}")


def refused(world: World, operation: str, **params: Any) -> str:
    """The service answers with a ClientException; its message.

    The API reference has them with HTTP 400 alone; a name that is taken comes with 409.

    Raises:
        AssertionError: it accepts the request, or answers with another error.
    """
    try:
        world.call(operation, **params)
    except ApiError as error:
        same("the error", error.code, "ClientException")
        holds(
            f"the HTTP status is one of a client's mistake: {error.status}", error.status in (400, 409, None)
        )
        return error.message
    raise AssertionError(f"{operation} was accepted")
