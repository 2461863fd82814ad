"""What Service Quotas tells, and what is said where it tells nothing."""

from collections.abc import Iterator
from typing import Any

import pytest
from fakes import Script, refusal, unreachable
from local_aws import REGION, client, local_aws

from fargo.aws import quotas
from fargo.aws.session import Session, Target
from fargo.local import daemon


@pytest.fixture(scope="module")
def endpoint() -> Iterator[str]:
    with local_aws() as started:
        yield started


def session(endpoint: str) -> Session:
    return Session(Target.LOCAL, REGION, endpoint=endpoint)


class Client:
    """Service Quotas as a script."""

    def __init__(self, own: Script, default: Script | None = None) -> None:
        self.get_service_quota = own
        self.get_aws_default_service_quota = default or Script(quota(1.0))


def quota(value: float) -> dict[str, Any]:
    return {"Quota": {"Value": value}}


class Told(Session):
    """A session whose clients are all one."""

    def __init__(self, told: Any) -> None:
        super().__init__(Target.AWS, REGION)
        self.told = told

    def client(self, service: str, *, attempts: int = 3, seconds: int = 60) -> Any:
        return self.told


def test_every_quota_is_the_account_s(endpoint: str) -> None:
    found = quotas.read(session(endpoint))
    assert (found.vpcs.value, found.interface_endpoints.value, found.gateway_endpoints.value) == (5, 50, 20)
    assert found.fargate_vcpus.value == found.fargate_spot_vcpus.value == 4000
    assert (found.environments.value, found.queues.value) == (50, 50)
    assert found.fargate_vcpus.code == "fargate/L-3032A538"


def test_the_local_aws_grants_an_increase_at_once_in_its_region_and_keeps_it(endpoint: str) -> None:
    asked = client("service-quotas", endpoint, "us-west-2")
    for code, value in (("L-3032A538", 12), ("L-36FBB829", 24)):
        granted = asked.request_service_quota_increase(
            ServiceCode="fargate", QuotaCode=code, DesiredValue=value
        )
        assert granted["RequestedQuota"]["Status"] == "APPROVED"
    daemon.stop()
    daemon.start(port=int(endpoint.rpartition(":")[2]), executor="scripted")
    found = quotas.read(Session(Target.LOCAL, "us-west-2", endpoint=endpoint))
    assert (found.fargate_vcpus.value, found.fargate_spot_vcpus.value) == (12, 24)
    assert quotas.read(session(endpoint)).fargate_vcpus.value == 4000


def test_a_quota_that_does_not_exist_is_none(endpoint: str) -> None:
    with pytest.raises(Exception, match="NoSuchResource"):
        client("service-quotas", endpoint).get_service_quota(ServiceCode="fargate", QuotaCode="L-0")


def test_where_the_account_has_no_value_of_its_own_it_is_aws_s_default() -> None:
    found = quotas.read(Told(Client(Script(refusal("NoSuchResourceException", 400)), Script(quota(6.0)))))
    assert found.fargate_vcpus == quotas.Quota(6, default=True, code="fargate/L-3032A538")


@pytest.mark.parametrize(
    ("error", "said"),
    [
        (refusal("AccessDeniedException", 400), "AWS refused GetServiceQuota: said"),
        (unreachable(), "AWS could not be asked"),
    ],
)
def test_what_cannot_be_read_says_why(error: Exception, said: str) -> None:
    found = quotas.read(Told(Client(Script(error))))
    assert found.fargate_vcpus.value is None
    assert said in found.fargate_vcpus.why
    assert found.environments.value == 50
