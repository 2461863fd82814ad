"""Which operation of which service an HTTP request calls, told without answering it."""

import io
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qs, unquote, urlsplit

from fargo.local.wsgi import Environ, body_of

_SCOPE = re.compile(r"Credential=[^/]+/\d{8}/(?P<region>[^/]+)/(?P<service>[^/]+)/aws4_request")

_MODELS = {
    "elasticfilesystem": "efs",
    "monitoring": "cloudwatch",
    "servicequotas": "service-quotas",
    "states": "stepfunctions",
    "tagging": "resourcegroupstaggingapi",
}
"""botocore's name of a service that signs with another one."""


@dataclass(frozen=True, slots=True)
class Scope:
    """What a request's signature says about where it wants to go."""

    region: str
    service: str


@dataclass(frozen=True, slots=True)
class Call:
    """One request.

    Attributes:
        service: as boto3 names it, such as `batch`; empty for a request without a signature.
        operations: as the API names it, such as `SubmitJob`. Several where the API has several names
            for one request; none where it is not known.
        protocol: how the service speaks: `json`, `query`, `ec2`, `rest-json` or `rest-xml`.
    """

    service: str
    operations: tuple[str, ...]
    protocol: str


@dataclass(frozen=True, slots=True)
class _Route:
    """A REST operation: its path, and what else a request must bring to be meant for it."""

    operation: str
    method: str
    path: re.Pattern[str]
    query: frozenset[tuple[str, str]]
    names: frozenset[str]
    headers: frozenset[str]


def scope_of(environ: Environ) -> Scope | None:
    """The scope of the signature, in the header or, for a presigned URL, in the query."""
    found = _SCOPE.search(environ.get("HTTP_AUTHORIZATION", ""))
    if not found and "X-Amz-Credential=" in environ.get("QUERY_STRING", ""):
        found = _SCOPE.search(unquote(environ["QUERY_STRING"]))
    return Scope(found["region"], found["service"]) if found else None


def service_names() -> list[str]:
    """Every service that botocore knows."""
    from botocore.loaders import Loader

    names: list[str] = Loader().list_available_services("service-2")
    return names


def operation_names(service: str) -> list[str]:
    """Every operation of `service`."""
    names: list[str] = _model(service).operation_names
    return names


class CallReader:
    """Reads requests; the routes of a REST service are made from botocore's model when first needed."""

    def __init__(self) -> None:
        self._services = frozenset(service_names())
        self._routes: dict[str, tuple[str, list[_Route]]] = {}

    def read(self, environ: Environ) -> Call:
        """The call that a request makes; its body stays readable, and S3's is not even looked at."""
        scope = scope_of(environ)
        service = _MODELS.get(scope.service, scope.service) if scope else _unscoped(environ)
        target = environ.get("HTTP_X_AMZ_TARGET")
        if target:
            return Call(service, (target.rpartition(".")[2],), "json")
        form = environ.get("CONTENT_TYPE", "").startswith("application/x-www-form-urlencoded")
        if form and service != "s3":
            return Call(service, _action(environ), "ec2" if service == "ec2" else "query")
        if service not in self._services:
            return Call(service, (), "rest-json")
        protocol, routes = self._rest(service)
        return Call(service, _best(routes, environ), protocol)

    def _rest(self, service: str) -> tuple[str, list[_Route]]:
        known = self._routes.get(service)
        if known is None:
            model = _model(service)
            operations = [model.operation_model(name) for name in model.operation_names]
            known = self._routes[service] = (model.protocol, [_route(o) for o in operations])
        return known


def _model(service: str) -> Any:
    from botocore.loaders import Loader
    from botocore.model import ServiceModel

    # A loader of its own keeps the large document no longer than it is read.
    return ServiceModel(Loader().load_service_model(service, "service-2"), service)


def _unscoped(environ: Environ) -> str:
    """Of a URL that was presigned the old way: only S3 still takes it, and it names no scope."""
    return "s3" if "AWSAccessKeyId=" in environ.get("QUERY_STRING", "") else ""


def _action(environ: Environ) -> tuple[str, ...]:
    """The `Action` of the query protocols, from the form; the form is put back."""
    body = body_of(environ)
    environ["wsgi.input"] = io.BytesIO(body)
    return tuple(parse_qs(body.decode(errors="replace")).get("Action", []))


def _route(operation: Any) -> _Route:
    """A route of the model: `PUT /{Bucket}/{Key+}?tagging`, and the required members outside the path.

    `{Key+}` takes slashes, `{Bucket}` takes none.
    """
    path, _, query = operation.http["requestUri"].partition("?")
    pattern = re.sub(r"\\{\w+(\\\+)?\\}", lambda m: ".+" if m[1] else "[^/]+", re.escape(path.rstrip("/")))
    required: dict[str, set[str]] = {"querystring": set(), "header": set()}
    for name in operation.input_shape.required_members if operation.input_shape else ():
        place = operation.input_shape.members[name].serialization
        required.get(place.get("location"), set()).add(place.get("name", name))
    return _Route(
        operation=operation.name,
        method=operation.http["method"],
        path=re.compile(pattern),
        query=frozenset(_pairs(query)),
        names=frozenset(required["querystring"]),
        headers=frozenset("HTTP_" + name.upper().replace("-", "_") for name in required["header"]),
    )


def _best(routes: list[_Route], environ: Environ) -> tuple[str, ...]:
    """The operations whose demands are all met and that demand the most; GetObject demands least of all."""
    uri = urlsplit(environ.get("REQUEST_URI") or environ.get("PATH_INFO", "/"))
    path, method, pairs = uri.path.rstrip("/"), environ["REQUEST_METHOD"], _pairs(uri.query)
    ranked = [
        (_demands(route), route.operation)
        for route in routes
        if route.method == method and route.path.fullmatch(path) and _met(route, pairs, environ)
    ]
    most = max((demands for demands, _ in ranked), default=0)
    return tuple(name for demands, name in ranked if demands == most)


def _demands(route: _Route) -> int:
    return len(route.query) + len(route.names) + len(route.headers)


def _met(route: _Route, pairs: set[tuple[str, str]], environ: Mapping[str, Any]) -> bool:
    names = {name for name, _ in pairs}
    return route.query <= pairs and route.names <= names and route.headers <= environ.keys()


def _pairs(query: str) -> set[tuple[str, str]]:
    values = parse_qs(query, keep_blank_values=True)
    return {(name, value) for name, found in values.items() for value in found}
