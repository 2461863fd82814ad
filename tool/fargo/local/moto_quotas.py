"""Service Quotas, as far as moto lacks it: Fargate's quotas, defaults, and increases, granted at once.

Codes and names are AWS's, as ListServiceQuotas gives them; moto knows the quotas of `vpc` alone.
"""

import importlib
import json
from typing import Any

_FARGATE = {
    "L-3032A538": "Fargate On-Demand vCPU resource count",
    "L-36FBB829": "Fargate Spot vCPU resource count",
}
_DEFAULT = 6.0
"""What a new account has on AWS. Source: ECS developer guide, “AWS Fargate service quotas”."""
_APPLIED = 4000.0
"""What this account has: a quota that AWS raised long ago, so that the project's own limits count."""


def mend() -> None:
    """Teach moto the rest of Service Quotas, in this process."""
    models: Any = importlib.import_module("moto.servicequotas.models")
    responses: Any = importlib.import_module("moto.servicequotas.responses")
    answering = responses.ServiceQuotasResponse
    answering.get_service_quota = _answer(_applied)
    answering.get_aws_default_service_quota = _answer(_default)
    answering.list_service_quotas = lambda self: json.dumps({"Quotas": _list(self, _applied)})
    answering.list_aws_default_service_quotas = lambda self: json.dumps({"Quotas": _list(self, _default)})
    answering.request_service_quota_increase = _request_increase
    models.ServiceQuotasBackend.fargo_applied = {}


def _answer(value: Any) -> Any:
    def answer(self: Any) -> str:
        params = json.loads(self.body)
        return json.dumps({"Quota": value(self.backend, _known(self, params), params["QuotaCode"])})

    return answer


def _list(response: Any, value: Any) -> list[dict[str, Any]]:
    params = json.loads(response.body)
    known = _quotas(response.backend, params["ServiceCode"])
    return [value(response.backend, params["ServiceCode"], code) for code in known]


def _known(response: Any, params: dict[str, Any]) -> str:
    """The service of a quota that exists."""
    service: str = params["ServiceCode"]
    if params["QuotaCode"] not in _quotas(response.backend, service):
        raise importlib.import_module("moto.servicequotas.exceptions").NoSuchResource
    return service


def _quotas(backend: Any, service: str) -> dict[str, dict[str, Any]]:
    if service == "fargate":
        return {code: _fargate(backend, code) for code in _FARGATE}
    return {quota["QuotaCode"]: quota for quota in _list_of_moto(service)}


def _list_of_moto(service: str) -> list[dict[str, Any]]:
    if service != "vpc":
        raise importlib.import_module("moto.servicequotas.exceptions").NoSuchResource
    found: list[dict[str, Any]] = importlib.import_module(
        "moto.servicequotas.resources.default_quotas.vpc"
    ).VPC_DEFAULT_QUOTAS
    return found


def _fargate(backend: Any, code: str) -> dict[str, Any]:
    return {
        "ServiceCode": "fargate",
        "ServiceName": "AWS Fargate",
        "QuotaArn": f"arn:aws:servicequotas:{backend.region_name}:{backend.account_id}:fargate/{code}",
        "QuotaCode": code,
        "QuotaName": _FARGATE[code],
        "Value": _DEFAULT,
        "Unit": "None",
        "Adjustable": True,
        "GlobalQuota": False,
    }


def _default(backend: Any, service: str, code: str) -> dict[str, Any]:
    return _quotas(backend, service)[code]


def _applied(backend: Any, service: str, code: str) -> dict[str, Any]:
    found = _default(backend, service, code)
    usual = _APPLIED if service == "fargate" else found["Value"]
    return {**found, "Value": backend.fargo_applied.get((service, code), usual)}


def _request_increase(self: Any) -> str:
    """Granted at once, and a decrease too: a test makes an account as narrow as it wants."""
    params = json.loads(self.body)
    service, code, backend = _known(self, params), params["QuotaCode"], self.backend
    backend.fargo_applied = {**backend.fargo_applied, (service, code): float(params["DesiredValue"])}
    quota = _applied(backend, service, code)
    told = {name: quota[name] for name in ("ServiceCode", "QuotaCode", "QuotaName", "QuotaArn", "Unit")}
    return json.dumps(
        {"RequestedQuota": {**told, "DesiredValue": params["DesiredValue"], "Status": "APPROVED"}}
    )
