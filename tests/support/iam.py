"""Whether IAM lets a call pass: a simulator of policy documents, as far as this stack's go.

A call is judged as AWS judges one within a single account: an explicit deny anywhere ends it; an endpoint
on the way must allow it; then the role's own policies or the resource's allow it. What the simulator does
not know (an operator, an element of a statement, a policy variable without a value's rule) is an error,
never a pass.

Sources, all of the IAM User Guide, https://docs.aws.amazon.com/IAM/latest/UserGuide/ :
reference_policies_evaluation-logic_policy-eval-basics.html, reference_policies_elements_condition_operators.html,
reference_policies_condition-single-vs-multi-valued-context-keys.html. Of keys, the KMS Developer Guide's
key-policies.html: unless the key's policy allows it, no policy of a role does.
"""

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from enum import Enum
from typing import Any, TypeAlias

Document: TypeAlias = Mapping[str, Any]

_ELEMENTS = {"Sid", "Effect", "Principal", "Action", "NotAction", "Resource", "NotResource", "Condition"}
_OWN_POLICY_DECIDES = ("kms:", "sts:AssumeRole")  # without a word of their resource's policy nobody may


class Unknown(Exception):
    """A policy holds what this simulator does not know."""


class Effect(Enum):
    """What one document says of a call."""

    DENY = "denies it"
    ALLOW = "allows it"
    DELEGATE = "leaves it to the account's own policies"
    NOTHING = "says nothing of it"


@dataclass(frozen=True, slots=True, kw_only=True)
class Call:
    """A request as IAM sees it.

    Attributes:
        action: such as `s3:GetObject`.
        resource: its ARN, or `*` for an action that knows none.
        principal: a role's ARN or an identity provider's, a service such as `ecs-tasks.amazonaws.com`, or empty
            for nobody known here.
        context: condition keys beside the principal's own and `aws:SecureTransport`, which is true.
    """

    action: str
    resource: str
    principal: str = ""
    context: Mapping[str, str | Sequence[str]] = field(default_factory=dict)

    @property
    def account(self) -> str:
        """The principal's account; empty for services and nobody."""
        return self.principal.split(":")[4] if self.principal.startswith("arn:") else ""

    def values(self, key: str) -> list[str]:
        """The values of a condition key; none where the request does not have it."""
        known: dict[str, str | Sequence[str]] = {"aws:SecureTransport": "true"}
        if self.account:
            known |= {"aws:PrincipalArn": self.principal, "aws:PrincipalAccount": self.account}
        # Names of keys are not case-sensitive.
        found = {name.lower(): value for name, value in {**known, **self.context}.items()}
        return _list(found.get(key.lower(), []))


@dataclass(frozen=True, slots=True)
class Answer:
    """Whether a call passes, and which policy decided."""

    allowed: bool
    why: str


def judge(
    call: Call,
    *,
    identity: Sequence[Document] = (),
    endpoint: Document | None = None,
    resource: Document | None = None,
    boundary: Document | None = None,
) -> Answer:
    """Whether the call passes all the policies on its way, principal and resource being of one account.

    Args:
        call: the request.
        identity: the principal's own policies.
        endpoint: the policy of the VPC endpoint that it passes, if one.
        resource: the policy of what it acts on, if that has one; for `sts:AssumeRole` the role's trust policy.
        boundary: the principal's permissions boundary, if it has one.
    """
    roles = [effect(document, call) for document in identity]
    ways = {"the endpoint's policy": endpoint, "the permissions boundary": boundary}
    by_way = {name: effect(document, call) for name, document in ways.items() if document is not None}
    by_resource = effect(resource, call) if resource is not None else Effect.NOTHING
    for name, found in [
        *by_way.items(),
        ("the resource's policy", by_resource),
        *(("the role's policy", each) for each in roles),
    ]:
        if found is Effect.DENY:
            return Answer(False, f"{name} denies {_words(call)}")
    for name, found in by_way.items():
        if found is Effect.NOTHING:
            return Answer(False, f"{name} does not allow {_words(call)}")
    if by_resource is Effect.ALLOW:
        return Answer(True, "the resource's policy allows it")
    if by_resource is Effect.NOTHING and call.action.startswith(_OWN_POLICY_DECIDES):
        return Answer(False, f"the resource's policy does not allow {_words(call)}")
    if Effect.ALLOW in roles:
        return Answer(True, "the role's policy allows it")
    return Answer(False, f"no policy allows {_words(call)}")


def effect(document: Document, call: Call) -> Effect:
    """What one document by itself says of a call."""
    found = list(_matching(document, call))
    if any(statement["Effect"] == "Deny" for statement, _ in found):
        return Effect.DENY
    if any(how is Effect.ALLOW for _, how in found):
        return Effect.ALLOW
    return Effect.DELEGATE if found else Effect.NOTHING


def statements(document: Document) -> list[Mapping[str, Any]]:
    """A document's statements."""
    found = document["Statement"]
    return list(found) if isinstance(found, list) else [found]


def actions(document: Document) -> list[str]:
    """The actions that a document's statements allow."""
    allowing = [each for each in statements(document) if each["Effect"] == "Allow"]
    return [action for each in allowing for action in _list(each["Action"])]


def _matching(document: Document, call: Call) -> Iterator[tuple[Mapping[str, Any], Effect]]:
    for statement in statements(document):
        if unknown := set(statement) - _ELEMENTS:
            raise Unknown(f"{sorted(unknown)} in {statement}")
        how = _principal(statement, call)
        if how is Effect.NOTHING or not _acts(statement, call) or not _on(statement, call):
            continue
        conditions = statement.get("Condition", {}).items()
        if all(
            _holds(test, key, _list(values), call)
            for test, keys in conditions
            for key, values in keys.items()
        ):
            yield statement, how


def _principal(statement: Mapping[str, Any], call: Call) -> Effect:
    """ALLOW where the statement names the caller, DELEGATE where only its account, else NOTHING."""
    named = statement.get("Principal", "*")  # a role's own policy names nobody
    if named == "*":
        return Effect.ALLOW
    if unknown := set(named) - {"AWS", "Federated", "Service"}:
        raise Unknown(f"principals of {sorted(unknown)}")
    people = _list(named.get("AWS", []))
    others = [who for kind in ("Federated", "Service") for who in _list(named.get(kind, []))]
    if "*" in people or call.principal in [*people, *others]:
        return Effect.ALLOW
    accounts = [re.sub(r"^arn:[^:]+:iam::(\d{12}):root$", r"\1", each) for each in people]
    return Effect.DELEGATE if call.account and call.account in accounts else Effect.NOTHING


def _acts(statement: Mapping[str, Any], call: Call) -> bool:
    patterns = [each.lower() for each in _list(statement.get("Action", statement.get("NotAction")))]
    return any(_glob(each, call.action.lower()) for each in patterns) == ("Action" in statement)


def _on(statement: Mapping[str, Any], call: Call) -> bool:
    if "Resource" not in statement and "NotResource" not in statement:
        return True  # a trust policy: the resource is the role itself
    patterns = _list(statement.get("Resource", statement.get("NotResource")))
    filled = [_fill(each, call) for each in patterns]
    return any(_glob(each, call.resource) for each in filled if each) == ("Resource" in statement)


def _arn(pattern: str, value: str) -> bool:
    """The six parts of an ARN, each by itself."""
    parts, given = pattern.split(":", 5), value.split(":", 5)
    return len(parts) == len(given) and all(_glob(*pair) for pair in zip(parts, given, strict=True))


def _glob(pattern: str, value: str) -> bool:
    expression = re.escape(pattern).replace(r"\*", ".*").replace(r"\?", ".")
    return re.fullmatch(expression, value, re.DOTALL) is not None


_TESTS: dict[str, Callable[[str, str], bool]] = {
    "StringEquals": str.__eq__,
    "StringEqualsIgnoreCase": lambda pattern, value: pattern.lower() == value.lower(),
    "StringLike": _glob,
    "ArnEquals": _arn,
    "ArnLike": _arn,
    "Bool": lambda pattern, value: pattern.lower() == value.lower(),
    "NumericLessThan": lambda pattern, value: float(value) < float(pattern),
}


def _holds(operator: str, key: str, wanted: list[str], call: Call) -> bool:
    """One condition: an operator, a key, and the values of which one must fit (with `Not`: none)."""
    given = call.values(key)
    if operator == "Null":
        return (not given) == (wanted[0].lower() == "true")
    quantifier, _, name = operator.rpartition(":")
    optional = name.endswith("IfExists")
    name = name.removesuffix("IfExists")
    negated = "Not" in name
    test = _TESTS.get(name.replace("Not", "", 1))
    if test is None or quantifier not in ("", "ForAnyValue", "ForAllValues"):
        raise Unknown(f"the condition operator {operator}")
    if not given:
        missing = {"ForAllValues": True, "ForAnyValue": False, "": negated}
        return optional or missing[quantifier]
    if len(given) > 1 and not quantifier:
        raise Unknown(f"{operator} on {key}, which has several values and needs ForAnyValue or ForAllValues")
    patterns = [filled for each in wanted if (filled := _fill(each, call)) is not None]
    fits = [any(test(pattern, value) for pattern in patterns) != negated for value in given]
    return any(fits) if quantifier == "ForAnyValue" else all(fits)


def _fill(pattern: str, call: Call) -> str | None:
    """The pattern with its policy variables' values; None where the request has no value for one."""
    for name in re.findall(r"\$\{([^}]*)\}", pattern):
        if not re.fullmatch(r"[A-Za-z0-9-]+:[A-Za-z0-9/_-]+", name):
            raise Unknown(f"the policy variable {name}")
        values = call.values(name)
        if len(values) != 1:
            return None
        pattern = pattern.replace(f"${{{name}}}", values[0])
    return pattern


def _list(value: Any) -> list[str]:
    return [value] if isinstance(value, str) else list(value)


def _words(call: Call) -> str:
    return f"{call.action} on {call.resource}"
