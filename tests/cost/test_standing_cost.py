"""What stands on the bill: what is there by the hour, and what is stored as far as one may look."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from fakes import refusal, unreachable

from fargo.aws.session import Session, Target
from fargo.cost import PACKAGED, standing_now
from fargo.errors import AwsUnreachable
from fargo.model.stack import STACK_VERSION, StackOutputs

GIB = 1024**3
NOW = datetime(2026, 11, 25, tzinfo=UTC)
OUTPUTS = StackOutputs(
    name="demo", account_id="123456789012", region="us-east-1", stack_version=STACK_VERSION,
    repository_url="123456789012.dkr.ecr.us-east-1.amazonaws.com/fargo-demo", image_tag="t", bucket="b",
    kms_key_arn="k", log_group="/fargo/demo/jobs", job_queues={}, compute_environments={}, job_definitions={},
    execution_role_arn="e", job_role_arn="j", vpc_id="v", subnet_ids=[], zones=["a", "b"],
    interface_endpoints=["ecr.api", "ecr.dkr", "logs"], scheduling="FIFO", topic_arn="",
)  # fmt: skip
ANSWERS: dict[str, Any] = {
    "get_metric_statistics": {
        "Datapoints": [
            {"Timestamp": NOW, "Average": 100.0 * GIB},
            {"Timestamp": NOW - timedelta(days=1), "Average": 1.0},
        ]
    },
    "describe_log_groups": {"logGroups": [{"storedBytes": 8 * GIB}, {"storedBytes": 2 * GIB}, {}]},
    "describe_images": {"imageDetails": [{"imageSizeInBytes": 3 * GIB}]},
}


class Meta:
    """What a client says of itself."""

    method_to_api_mapping = {  # noqa: RUF012 # as botocore has it
        "get_metric_statistics": "GetMetricStatistics",
        "describe_log_groups": "DescribeLogGroups",
        "describe_images": "DescribeImages",
    }


class Client:
    """A client whose calls answer what they are told to."""

    meta = Meta()

    def __init__(self, answers: dict[str, Any]) -> None:
        self._answers = answers

    def can_paginate(self, call: str) -> bool:
        assert call in self._answers
        return False

    def __getattr__(self, call: str) -> Callable[..., Any]:
        answer = self._answers[call]

        def asked(**_: Any) -> Any:
            if isinstance(answer, Exception):
                raise answer
            return answer

        return asked


class Answering(Session):
    """A session whose every client answers the same."""

    def __init__(self, **answers: Any) -> None:
        super().__init__(Target.AWS, "us-east-1")
        self.told = ANSWERS | answers

    def client(self, service: str, **_: Any) -> Any:
        assert service in ("cloudwatch", "logs", "ecr")
        return Client(self.told)


def _lines(**answers: Any) -> dict[str, float]:
    found = standing_now(Answering(**answers), OUTPUTS, PACKAGED)
    return {line.what: round(line.monthly, 2) for line in found.lines}


def test_what_is_stored_costs_by_the_gib_and_month() -> None:
    assert _lines() == {
        "3 interface endpoints in 2 zones": 43.80,
        "1 encryption key": 1.00,
        "storage in the bucket, 100.0 GiB": 2.30,
        "logs, 10.0 GiB": 0.30,
        "images, 3.0 GiB": 0.30,
    }


@pytest.mark.parametrize(
    ("call", "answer", "said"),
    [
        ("get_metric_statistics", {"Datapoints": []}, "storage in the bucket: not measured yet, which AWS does once a day"),
        ("get_metric_statistics", refusal("AccessDenied", 403), "storage in the bucket: not known, GetMetricStatistics is not allowed"),
        ("describe_log_groups", refusal("AccessDeniedException", 400), "logs: not known, DescribeLogGroups is not allowed"),
        ("describe_images", refusal("RepositoryNotFoundException", 400), "images: there are none"),
    ],
)  # fmt: skip
def test_what_nobody_knows_is_said_and_costs_nothing_here(call: str, answer: Any, said: str) -> None:
    assert _lines(**{call: answer})[said] == 0


def test_an_aws_out_of_reach_is_no_empty_bill() -> None:
    with pytest.raises(AwsUnreachable):
        _lines(describe_log_groups=unreachable())
