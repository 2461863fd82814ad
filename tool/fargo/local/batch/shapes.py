"""The AWS Batch API as botocore's model describes it: routes, and what a request may hold."""

import re
from typing import Any
from urllib.parse import parse_qs

from fargo.local.batch.errors import ClientError
from fargo.local.batch.reading import Reader, reader

_KIB = 1024
_BODY_MAX = {"SubmitJob": 30 * _KIB, "RegisterJobDefinition": 24 * _KIB}
"""Bytes. Source: user guide, "AWS Batch service quotas"."""


class ApiModel:
    """Finds the operation of a request, and checks its parameters."""

    def __init__(self) -> None:
        from botocore.loaders import Loader
        from botocore.model import ServiceModel

        self._model = ServiceModel(Loader().load_service_model("batch", "service-2"), "batch")
        self._fixed: dict[tuple[str, str], str] = {}
        self._patterns: list[tuple[str, re.Pattern[str], str]] = []
        for name in self._model.operation_names:
            http = self._model.operation_model(name).http
            method, path = http["method"], http["requestUri"]
            if "{" in path:
                pattern = re.compile(re.sub(r"\{(\w+)\}", r"(?P<\1>.+)", path))
                self._patterns.append((method, pattern, name))
            else:
                self._fixed[method, path] = name
        self._readers: dict[str, Reader] = {}
        self._in_query: dict[str, dict[str, str]] = {}

    def find(self, method: str, path: str) -> tuple[str, dict[str, str]] | None:
        """The operation and what its path names; None for a path that AWS Batch has not."""
        operation = self._fixed.get((method, path))
        if operation:
            return operation, {}
        for its_method, pattern, name in self._patterns:
            found = pattern.fullmatch(path) if its_method == method else None
            if found:
                return name, found.groupdict()
        return None

    def parameters(
        self, operation: str, *, body: dict[str, Any], in_path: dict[str, str], query: str, size: int = 0
    ) -> dict[str, Any]:
        """The request's parameters, checked; what the model does not know is left out.

        AWS ignores unknown members, so that a newer client may talk to an older service.

        Args:
            operation: such as `SubmitJob`.
            body: the JSON object that was sent.
            in_path: what `find` gave.
            query: without the question mark.
            size: of the body as it was sent, in bytes.

        Raises:
            ClientError: something is missing, of a wrong type, not among the values allowed, or too long.
        """
        most = _BODY_MAX.get(operation)
        if most and size > most:
            raise ClientError(
                f"The request is {size} bytes long, and {operation} takes at most {most // _KIB} KiB."
            )
        given = body
        if in_path or query:
            given = {**body, **in_path, **self._from_query(operation, query)}
        problems: list[str] = []
        known: dict[str, Any] = self._reader(operation)(given, "", problems)
        if problems:
            count = "1 validation error" if len(problems) == 1 else f"{len(problems)} validation errors"
            raise ClientError(f"{count} detected: {'; '.join(problems)}")
        return known

    def _reader(self, operation: str) -> Reader:
        found = self._readers.get(operation)
        if found is None:
            found = self._readers[operation] = reader(self._model.operation_model(operation).input_shape, {})
        return found

    def _from_query(self, operation: str, query: str) -> dict[str, Any]:
        names = self._in_query.get(operation)
        if names is None:
            members: Any = self._model.operation_model(operation).input_shape.members
            names = self._in_query[operation] = {
                member.serialization.get("name", name): name
                for name, member in members.items()
                if member.serialization.get("location") == "querystring"
            }
        return {names[key]: found for key, found in parse_qs(query).items() if key in names}
