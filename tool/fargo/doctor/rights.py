"""Whether these credentials may do what each command asks for, by IAM's own simulator."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from fargo.aws import permissions as simulator
from fargo.aws.permissions import Answer, Question
from fargo.aws.session import Target
from fargo.doctor import permissions, policy
from fargo.doctor.check import Check, ok, unknown, warning
from fargo.doctor.grant import Grant, Place, arns
from fargo.errors import AwsError

if TYPE_CHECKING:
    from fargo.aws.session import Identity, Session
    from fargo.config import Project

SHOWN = 6
"""Actions of a command that are named; `fargo doctor --policy --for COMMAND` has them all."""
ASK = (
    "what to ask an administrator for: `fargo doctor --policy`, or of one command alone "
    "`fargo doctor --policy --for submit`"
)


@dataclass(frozen=True, slots=True)
class Verdicts:
    """A grant's key → what was answered."""

    by_grant: Mapping[tuple[str, tuple[str, ...], tuple[str, ...]], Answer]

    def of(self, grants: Sequence[Grant]) -> Answer:
        """Of several grants."""
        found = [self.by_grant[grant.key] for grant in grants]
        return Answer(
            frozenset().union(*(answer.denied for answer in found)),
            frozenset().union(*(answer.unsure for answer in found)),
        )


def place(project: "Project", session: "Session", who: "Identity", principal: str = "") -> Place:
    """Where the project's resources are, for this identity."""
    return Place(
        project=project,
        partition=who.arn.split(":")[1],
        region=session.region,
        account_id=who.account_id,
        principal=principal,
    )


def checks(project: "Project", session: "Session", who: "Identity") -> Iterator[Check]:
    """A check for each command."""
    if session.target is Target.LOCAL:
        yield ok("permissions", "the local AWS asks nobody for any")
        return
    if who.arn.endswith(":root"):
        yield ok("permissions", "the root user may do everything")
        return
    try:
        arn = simulator.principal(session, who)
        verdicts = _asked(project, session, place(project, session, who, arn), arn)
    except AwsError as error:
        yield unknown("permissions", f"they could not be simulated: {error.message}", ASK)
        return
    for command in permissions.COMMANDS:
        yield _check(command, verdicts.of(permissions.of([command], project)))


def _asked(project: "Project", session: "Session", here: Place, arn: str) -> Verdicts:
    """Every grant of every command; what is about the same resources is one question."""
    grants = permissions.of(permissions.COMMANDS, project)
    about = {grant.key: (arns(grant, here), tuple(policy.condition(grant, here).items())) for grant in grants}
    actions: dict[Any, list[str]] = {}
    for grant in grants:
        actions.setdefault(about[grant.key], []).extend(grant.actions)
    questions = [
        Question(tuple(dict.fromkeys(asked)), resources, dict(context))
        for (resources, context), asked in actions.items()
    ]
    answers = dict(zip(actions, simulator.simulate(session, arn, questions), strict=True))
    return Verdicts({grant.key: _part(answers[about[grant.key]], grant) for grant in grants})


def _part(answer: Answer, grant: Grant) -> Answer:
    """What was said of a grant's own actions."""
    own = frozenset(grant.actions)
    return Answer(answer.denied & own, answer.unsure & own)


def _check(command: str, answer: Answer) -> Check:
    name = f"fargo {command}"
    if answer.denied:
        return warning(name, f"not allowed: {_named(answer.denied)}", ASK)
    if answer.unsure:
        return unknown(
            name, f"depends on conditions that only a real call meets: {_named(answer.unsure)}", ASK
        )
    return ok(name, "allowed")


def _named(actions: frozenset[str]) -> str:
    first = sorted(actions)[:SHOWN]
    more = len(actions) - len(first)
    return ", ".join(first) + (f" and {more} more" if more else "")
