"""IAM's SimulatePrincipalPolicy, which moto lacks: what the policies of a user or role say of actions.

An explicit denial wins, then any permission within the boundary, else it is denied. Sources: IAM user guide,
“Policy evaluation logic” and “IAM JSON policy elements: Condition operators”. Nothing else of the local AWS
asks these policies: there everybody may do everything.
"""

import importlib
import json
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from functools import cache
from typing import Any

Context = Mapping[str, list[str]]
"""Keys of a request in lower case → values."""

ALLOWED, DENIED, SILENT = "allowed", "explicitDeny", "implicitDeny"
_CREATION = re.compile(r"\w+:Create\w+")


def mend() -> None:
    """Teach moto's IAM to simulate, in this process."""
    responses: Any = importlib.import_module("moto.iam.responses")
    responses.IamResponse.simulate_principal_policy = _simulate


def _simulate(self: Any) -> Any:
    """Answer as AWS does: of each action what the whole amounts to, and of each resource."""
    ask = self._get_param
    documents, boundary = _policies(self.backend, ask("PolicySourceArn"))
    context = {each["ContextKeyName"].lower(): each["ContextKeyValues"] for each in ask("ContextEntries", [])}
    resources = ask("ResourceArns", []) or ["*"]
    _check_together(ask("ActionNames"))
    results = [_result(action, resources, documents, boundary, context) for action in ask("ActionNames")]
    answer = importlib.import_module("moto.core.responses").ActionResult
    return answer({"EvaluationResults": results, "IsTruncated": False})


def _check_together(actions: list[str]) -> None:
    """Refuse actions that cannot be simulated in one call, in AWS's words.

    By which rule AWS does, no page of its tells. What creates something is seen to be refused beside what
    does not (of redshift, and of cloudfront): here it always is.
    """
    making = [action for action in actions if _CREATION.fullmatch(action)]
    others = [action for action in actions if action not in making]
    if making and others:
        refuse = importlib.import_module("moto.iam.exceptions").InvalidInput
        groups = f"[{','.join(others)}] and [{','.join(making)}]"
        raise refuse(f"Invalid Input Actions: {groups} require different authorization information.")


def _result(
    action: str,
    resources: list[str],
    documents: list[Any],
    boundary: list[Any] | None,
    context: Context,
) -> dict[str, Any]:
    specific = []
    for resource in resources:
        missing: set[str] = set()
        decision = _judge(documents, action, resource, context, missing)
        if decision == ALLOWED and boundary is not None:
            decision = _judge(boundary, action, resource, context, missing)
        told = {"EvalResourceName": resource, "EvalResourceDecision": decision}
        specific.append(told | {"MatchedStatements": [], "MissingContextValues": sorted(missing)})
    decisions = [each["EvalResourceDecision"] for each in specific]
    whole = next((each for each in (DENIED, SILENT) if each in decisions), ALLOWED)
    missing = {key for each in specific for key in each["MissingContextValues"]}
    return {
        "EvalActionName": action,
        "EvalResourceName": resources[0] if len(resources) == 1 else "*",
        "EvalDecision": whole,
        "MatchedStatements": [],
        "MissingContextValues": sorted(missing),
        "ResourceSpecificResults": [] if resources == ["*"] else specific,
    }


def _judge(documents: list[Any], action: str, resource: str, context: Context, missing: set[str]) -> str:
    effects = [
        statement["Effect"]
        for statement in _statements(documents)
        if _concerns(statement, "Action", action, fold=True)
        and _concerns(statement, "Resource", resource, fold=False)
        and _holds(statement.get("Condition", {}), context, missing)
    ]
    if "Deny" in effects:
        return DENIED
    return ALLOWED if "Allow" in effects else SILENT


def _statements(documents: Iterable[Any]) -> Iterator[dict[str, Any]]:
    for document in documents:
        yield from _listed(document["Statement"])


def _concerns(statement: Mapping[str, Any], element: str, value: str, *, fold: bool) -> bool:
    if f"Not{element}" in statement:
        return not any(_like(each, value, fold=fold) for each in _listed(statement[f"Not{element}"]))
    return any(_like(each, value, fold=fold) for each in _listed(statement.get(element, [])))


def _like(pattern: str, value: str, *, fold: bool = False) -> bool:
    return _regex(pattern, fold=fold).fullmatch(value) is not None


@cache
def _regex(pattern: str, *, fold: bool) -> re.Pattern[str]:
    """A policy's `*` and `?`; many questions meet the same few patterns."""
    regex = re.escape(pattern).replace(r"\*", ".*").replace(r"\?", ".")
    return re.compile(regex, re.DOTALL | (re.IGNORECASE if fold else 0))


_OPERATORS: dict[str, Callable[[str, str], bool]] = {
    "StringEquals": lambda wanted, found: wanted == found,
    "StringEqualsIgnoreCase": lambda wanted, found: wanted.lower() == found.lower(),
    "StringLike": _like,
    "ArnEquals": _like,
    "ArnLike": _like,
    "Bool": lambda wanted, found: wanted.lower() == found.lower(),
}


def _holds(conditions: Mapping[str, Mapping[str, Any]], context: Context, missing: set[str]) -> bool:
    """Whether all conditions hold; keys that the question does not tell are noted, and hold not."""
    return all(
        _one_holds(operator, key, _listed(wanted), context, missing)
        for operator, keys in conditions.items()
        for key, wanted in keys.items()
    )


def _one_holds(operator: str, key: str, wanted: list[Any], context: Context, missing: set[str]) -> bool:
    found = context.get(key.lower())
    if operator == "Null":
        return (found is None) is (str(wanted[0]).lower() == "true")
    if found is None:
        missing.add(key)
        return operator.endswith("IfExists")
    base = operator.removesuffix("IfExists").rpartition(":")[2]
    negated = base.replace("Not", "", 1)
    test = _OPERATORS.get(negated)
    if test is None:
        missing.add(key)  # an operator that is not known here: nothing is told of it
        return False
    met = any(test(str(each), value) for each in wanted for value in found)
    return not met if negated != base else met


def _policies(backend: Any, arn: str) -> tuple[list[Any], list[Any] | None]:
    """The documents that count for a user or role, and its boundary's."""
    kind, name = arn.rpartition(":")[2].split("/", 1)[0], arn.rpartition("/")[2]
    if kind == "user":
        holders = [backend.get_user(name), *backend.get_groups_for_user(name)]
    else:
        holders = [backend.get_role(name)]
    documents = [document for holder in holders for document in _of(holder)]
    boundary = getattr(holders[0], "permissions_boundary_arn", None)
    return documents, [_managed(backend.get_policy(boundary))] if boundary else None


def _of(holder: Any) -> Iterator[Any]:
    for policy in holder.policies.values():
        yield json.loads(policy)
    for policy in holder.managed_policies.values():
        yield _managed(policy)


def _managed(policy: Any) -> Any:
    """The document of its default version."""
    version = next(each for each in policy.versions if each.version_id == policy.default_version_id)
    return json.loads(version.document) if isinstance(version.document, str) else version.document


def _listed(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value]
