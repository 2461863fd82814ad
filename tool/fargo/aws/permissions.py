"""IAM's own simulator: whether a user or a role may do what commands will ask for. Nothing is done."""

import re
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from fargo.aws.calls import pages
from fargo.aws.errors import translated
from fargo.errors import AwsError

if TYPE_CHECKING:
    from fargo.aws.session import Identity, Session

CHUNK = 50
"""Actions in one call: its answer tells of each with each resource, and comes in pages."""
TOGETHER = 4
"""Calls at once: IAM throttles sooner than other services."""
_PATIENCE = 15
ALLOWED = "allowed"
_APART = "require different authorization information"
"""What IAM says of actions that it does not simulate in one call; by which rule, no page of AWS's tells.

Source: aws-cloudformation/rain, `internal/aws/iam`, which quotes the whole answer.
"""
_GROUP = re.compile(r"\[([^]]*)\]")
"""Those that go together, in the words of that answer: `[a,b] and [c]`."""


@dataclass(frozen=True, slots=True)
class Question:
    """Actions that a request would ask for.

    Attributes:
        resources: ARNs, or `*`.
        context: keys of the request → values, such as a tag of the resource.
    """

    actions: tuple[str, ...]
    resources: tuple[str, ...]
    context: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Answer:
    """What the simulator said of a question.

    Attributes:
        denied: actions that are refused on one of the resources at least.
        unsure: actions that a policy makes depend on what the question does not tell, such as an address, or
            that the account's organization seems to refuse.
    """

    denied: frozenset[str]
    unsure: frozenset[str]


def principal(session: "Session", who: "Identity") -> str:
    """The user or role whose policies count.

    Raises:
        AwsError: it cannot be told: the identity is none that IAM keeps policies for, or the role's path
            cannot be read.
    """
    _, _, service, _, _, resource = who.arn.split(":", 5)
    kind, _, rest = resource.partition("/")
    if service == "iam" and kind == "user":
        return who.arn
    if service == "sts" and kind == "assumed-role":
        # The session's ARN leaves the role's path out, and the simulator wants it.
        client = session.client("iam", attempts=2, seconds=_PATIENCE)
        with translated("GetRole"):
            return str(client.get_role(RoleName=rest.partition("/")[0])["Role"]["Arn"])
    raise AwsError(f"IAM does not simulate {who.arn}: it is neither a user nor a role's session")


def simulate(session: "Session", arn: str, questions: Sequence[Question]) -> tuple[Answer, ...]:
    """What IAM would answer to each question.

    Args:
        arn: of the user or role, as `principal` gives it.

    Raises:
        AwsDenied: the account does not allow the question.
        AwsError: it cannot be answered.
    """
    client = session.client("iam", attempts=4, seconds=_PATIENCE)
    # Alone: who may not ask is told so by one call, and not by all of them.
    first = [_ask(client, arn, question) for question in questions[:1]]
    with ThreadPoolExecutor(TOGETHER) as pool:
        return (*first, *pool.map(lambda question: _ask(client, arn, question), questions[1:]))


def _ask(client: Any, arn: str, question: Question) -> Answer:
    context = [
        {"ContextKeyName": key, "ContextKeyValues": [value], "ContextKeyType": "string"}
        for key, value in question.context.items()
    ]
    about: dict[str, Any] = {"PolicySourceArn": arn, "ResourceArns": list(question.resources)}
    about |= {"ContextEntries": context} if context else {}
    denied: set[str] = set()
    unsure: set[str] = set()
    for start in range(0, len(question.actions), CHUNK):
        for result in _results(client, question.actions[start : start + CHUNK], about):
            _note(result, denied, unsure)
    return Answer(frozenset(denied - unsure), frozenset(unsure))


def _results(client: Any, actions: Sequence[str], about: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    """What is said of each action; in several calls where IAM does not take them in one."""
    try:
        answer = list(pages(client, "simulate_principal_policy", ActionNames=list(actions), **about))
    except AwsError as error:
        if _APART not in error.message or len(actions) == 1:
            raise
        for group in _apart(actions, error.message):
            yield from _results(client, group, about)
        return
    for page in answer:
        yield from page["EvaluationResults"]


def _apart(actions: Sequence[str], said: str) -> list[list[str]]:
    """The actions in the groups that the answer names; each alone where it does not name them so."""
    groups = [[name.strip() for name in group.split(",")] for group in _GROUP.findall(said)]
    named = sorted(name for group in groups for name in group)
    return groups if len(groups) > 1 and named == sorted(actions) else [[action] for action in actions]


def _note(result: Mapping[str, Any], denied: set[str], unsure: set[str]) -> None:
    """Take in what is said of one action: of each resource, or of `*`.

    Where keys are missing, even a denial is no answer (IAM API reference, EvaluationResult). Nor is that of
    an organization: the simulator "doesn't evaluate SCPs that have any conditions" (IAM user guide), and then
    denies what works (https://github.com/aws-containers/amazon-ecs-exec-checker/issues/70).
    """
    action = str(result["EvalActionName"])
    organization = result.get("OrganizationsDecisionDetail", {}).get("AllowedByOrganizations") is False
    by_resource = result.get("ResourceSpecificResults") or [
        {**result, "EvalResourceDecision": result["EvalDecision"]}
    ]
    for each in by_resource:
        if each["EvalResourceDecision"] == ALLOWED:
            continue
        (unsure if organization or each.get("MissingContextValues") else denied).add(action)
