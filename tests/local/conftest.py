"""Servers shared by the tests here, one of them on a fast clock; every test uses names of its own."""

import itertools
import json
from collections.abc import Iterator
from typing import Any

import pytest
from botocore.loaders import Loader
from botocore.model import ServiceModel
from botocore.validate import ParamValidator
from faulty import Ask, Fault, control
from local_aws import LOG_GROUP, REGION, client, local_aws, make_definition, make_queue, remove_queues

_numbers = itertools.count(1)

FAST = 200.0
"""How many times faster than real time the fast server's clock runs: AWS's 60 seconds take 0.3."""

ROOM = 40
"""Of the 50 compute environments that AWS allows, as many may be there before a test."""


@pytest.fixture(scope="module")
def endpoint() -> Iterator[str]:
    with local_aws() as started:
        client("logs", started).create_log_group(logGroupName=LOG_GROUP)
        yield started


@pytest.fixture(scope="module")
def fast_endpoint() -> Iterator[str]:
    with local_aws(speed=FAST) as started:
        client("logs", started).create_log_group(logGroupName=LOG_GROUP)
        yield started


@pytest.fixture(scope="module")
def faulty_endpoint() -> Iterator[str]:
    """A server for faults alone: one is met by every client of it."""
    with local_aws() as started:
        client("logs", started).create_log_group(logGroupName=LOG_GROUP)
        batch = client("batch", started)
        make_queue(batch)
        make_definition(batch)
        s3 = client("s3", started)
        s3.create_bucket(Bucket="bucket", CreateBucketConfiguration={"LocationConstraint": REGION})
        yield started


@pytest.fixture
def ask(faulty_endpoint: str) -> Iterator[Ask]:
    """Ask for faults; at the end there are none."""

    def put(*faults: Fault) -> list[Fault]:
        return control(faulty_endpoint, "PUT", list(faults))

    yield put
    control(faulty_endpoint, "DELETE")


@pytest.fixture
def server(faulty_endpoint: str) -> str:
    return faulty_endpoint


@pytest.fixture(scope="module")
def batch(endpoint: str) -> Any:
    return checked(client("batch", endpoint))


@pytest.fixture(scope="module")
def fast_batch(fast_endpoint: str) -> Any:
    return checked(client("batch", fast_endpoint))


@pytest.fixture(scope="module")
def logs(endpoint: str) -> Any:
    return client("logs", endpoint)


@pytest.fixture
def name(request: pytest.FixtureRequest) -> str:
    """A name that no other test uses, on servers that have room for a few more queues."""
    for fixture in {"batch", "fast_batch"} & {*request.fixturenames}:
        service = request.getfixturevalue(fixture)
        if len(service.describe_compute_environments()["computeEnvironments"]) > ROOM:
            remove_queues(service, r"t\d+(-.*)?")
    return f"t{next(_numbers)}"


def checked(batch: Any) -> Any:
    """A client that refuses an answer which the API model does not describe.

    `startedAt` of a job is required by the model, and absent from AWS's answers until the job starts.
    """
    model = ServiceModel(Loader().load_service_model("batch", "service-2"), "batch")
    validator = ParamValidator()

    def check(operation_model: Any, response_dict: dict[str, Any], **_: Any) -> None:
        if response_dict["status_code"] != 200:
            return
        shape = model.operation_model(operation_model.name).output_shape
        report = validator.validate(json.loads(response_dict["body"]), shape).generate_report()
        wrong = [line for line in report.splitlines() if '"startedAt"' not in line]
        assert not wrong, (operation_model.name, wrong)

    batch.meta.events.register("before-parse.batch.*", check)
    return batch
