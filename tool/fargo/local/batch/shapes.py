"""The AWS Batch API as botocore's model describes it: routes, and what a request may hold."""

import re
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qs

from fargo.local.batch.errors import ClientError


@dataclass(frozen=True, slots=True)
class Route:
    """An operation and the pattern of its path."""

    operation: str
    method: str
    path: re.Pattern[str]


class ApiModel:
    """Finds the operation of a request, and checks its parameters."""

    def __init__(self) -> None:
        from botocore.loaders import Loader
        from botocore.model import ServiceModel
        from botocore.validate import ParamValidator

        self._model = ServiceModel(Loader().load_service_model("batch", "service-2"), "batch")
        self._validator = ParamValidator()
        self._routes = [self._route(name) for name in self._model.operation_names]

    def find(self, method: str, path: str) -> tuple[str, dict[str, str]] | None:
        """The operation and what its path names; None for a path that AWS Batch has not."""
        for route in self._routes:
            found = route.path.fullmatch(path) if route.method == method else None
            if found:
                return route.operation, found.groupdict()
        return None

    def parameters(
        self, operation: str, *, body: dict[str, Any], in_path: dict[str, str], query: str
    ) -> dict[str, Any]:
        """The request's parameters, checked; what the model does not know is left out.

        Raises:
            ClientError: something is missing, of a wrong type, or not among the values allowed.
        """
        shape: Any = self._model.operation_model(operation).input_shape
        given = {**body, **in_path, **self._from_query(shape, query)}
        problems: list[str] = []
        known: dict[str, Any] = _known(shape, given, "", problems)
        report = self._validator.validate(known, shape)
        if report.has_errors():
            problems.append(report.generate_report())
        if problems:
            raise ClientError("; ".join(problems))
        return known

    def _route(self, name: str) -> Route:
        http = self._model.operation_model(name).http
        pattern = re.sub(r"\{(\w+)\}", r"(?P<\1>.+)", http["requestUri"])
        return Route(name, http["method"], re.compile(pattern))

    @staticmethod
    def _from_query(shape: Any, query: str) -> dict[str, Any]:
        values = parse_qs(query)
        names = {
            member.serialization.get("name", name): name
            for name, member in shape.members.items()
            if member.serialization.get("location") == "querystring"
        }
        return {names[key]: found for key, found in values.items() if key in names}


def _known(shape: Any, value: Any, path: str, problems: list[str]) -> Any:
    """`value` without the members that the model does not know and without nulls.

    AWS ignores unknown members, so that a newer client may talk to an older service.
    """
    match shape.type_name, value:
        case "structure", dict():
            return {
                name: _known(member, value[name], f"{path}.{name}" if path else name, problems)
                for name, member in shape.members.items()
                if value.get(name) is not None
            }
        case "list", list():
            return [
                _known(shape.member, item, f"{path}.{number}.member", problems)
                for number, item in enumerate(value, start=1)
            ]
        case "string", str():
            allowed = getattr(shape, "enum", None)
            if allowed and value not in allowed and not _case_is_free(path):
                problems.append(
                    f"1 validation error detected: Value '{value}' at '{path}' failed to satisfy constraint: "
                    f"Member must satisfy enum value set: [{', '.join(allowed)}]"
                )
    return value


def _case_is_free(path: str) -> bool:
    """`evaluateOnExit`'s action is not case-sensitive (API reference, EvaluateOnExit)."""
    return path.endswith(".action") and "evaluateOnExit" in path
