"""Scheduling policies as the API has them, and queues that go by them."""

from typing import Any

import pytest
from botocore.exceptions import ClientError
from local_aws import make_queue, settled, wait_until

FAIR = {
    "shareDecaySeconds": 3600,
    "computeReservation": 10,
    "shareDistribution": [{"shareIdentifier": "red*", "weightFactor": 0.5}, {"shareIdentifier": "blue"}],
}


def create(batch: Any, name: str, **policy: Any) -> str:
    return str(batch.create_scheduling_policy(name=name, fairsharePolicy=policy)["arn"])


def describe(batch: Any, *arns: str) -> list[dict[str, Any]]:
    return list(batch.describe_scheduling_policies(arns=list(arns))["schedulingPolicies"])


def test_a_policy_shows_what_it_was_given(batch: Any, name: str) -> None:
    answer = batch.create_scheduling_policy(name=name, fairsharePolicy=FAIR, tags={"a": "b"})
    arn = f"arn:aws:batch:eu-west-1:123456789012:scheduling-policy/{name}"
    assert (answer["name"], answer["arn"]) == (name, arn)
    assert describe(batch, arn) == [{"name": name, "arn": arn, "fairsharePolicy": FAIR, "tags": {"a": "b"}}]


def test_an_update_replaces_the_fair_share_policy(batch: Any, name: str) -> None:
    arn = create(batch, name, **FAIR)
    batch.update_scheduling_policy(arn=arn, fairsharePolicy={"shareDecaySeconds": 60})
    assert describe(batch, arn)[0]["fairsharePolicy"] == {"shareDecaySeconds": 60}
    batch.update_scheduling_policy(arn=arn)
    assert describe(batch, arn)[0]["fairsharePolicy"] == {"shareDecaySeconds": 60}


def test_unknown_ones_are_left_out_and_none_can_be_updated(batch: Any, name: str) -> None:
    arn = create(batch, name)
    assert [found["arn"] for found in describe(batch, arn, f"{arn}-not")] == [arn]
    with pytest.raises(ClientError, match="does not exist"):
        batch.update_scheduling_policy(arn=f"{arn}-not", fairsharePolicy={})


def test_pages_list_every_policy_once(batch: Any, name: str) -> None:
    made = {create(batch, f"{name}-{number}") for number in range(3)}
    pages = batch.get_paginator("list_scheduling_policies").paginate(PaginationConfig={"PageSize": 2})
    found = [policy["arn"] for page in pages for policy in page["schedulingPolicies"]]
    assert len(found) == len(set(found))
    assert made <= set(found)


def test_a_policy_is_deleted_unless_a_queue_uses_it(batch: Any, name: str) -> None:
    arn = create(batch, name)
    make_queue(batch, name, schedulingPolicyArn=arn)
    with pytest.raises(ClientError, match=f"used by job queue {name}"):
        batch.delete_scheduling_policy(arn=arn)
    batch.update_job_queue(jobQueue=name, state="DISABLED")
    settled(batch, name)
    batch.delete_job_queue(jobQueue=name)
    wait_until(lambda: not batch.describe_job_queues(jobQueues=[name])["jobQueues"])
    batch.delete_scheduling_policy(arn=arn)
    assert describe(batch, arn) == []
    assert batch.delete_scheduling_policy(arn=arn)


def test_a_queue_changes_its_policy_and_gets_none_later(batch: Any, name: str) -> None:
    one, two = create(batch, f"{name}-1"), create(batch, f"{name}-2")
    make_queue(batch, name, schedulingPolicyArn=one)
    assert batch.describe_job_queues(jobQueues=[name])["jobQueues"][0]["schedulingPolicyArn"] == one
    batch.update_job_queue(jobQueue=name, schedulingPolicyArn=two)
    assert batch.describe_job_queues(jobQueues=[name])["jobQueues"][0]["schedulingPolicyArn"] == two
    make_queue(batch, f"{name}-fifo")
    with pytest.raises(ClientError, match="first in, first out and cannot get a scheduling policy"):
        batch.update_job_queue(jobQueue=f"{name}-fifo", schedulingPolicyArn=one)


def test_a_name_is_taken_once(batch: Any, name: str) -> None:
    create(batch, name)
    with pytest.raises(ClientError, match="Object already exists"):
        create(batch, name)


def shares(*identifiers: str) -> dict[str, Any]:
    return {"shareDistribution": [{"shareIdentifier": each} for each in identifiers]}


@pytest.mark.parametrize(
    ("policy", "words"),
    [
        ({"shareDecaySeconds": 604_801}, "shareDecaySeconds must be between 0 and 604800"),
        ({"computeReservation": 100}, "computeReservation must be between 0 and 99"),
        ({"computeReservation": -1}, "computeReservation must be between 0 and 99"),
        (
            {"shareDistribution": [{"shareIdentifier": "a", "weightFactor": 1000}]},
            "between 0.0001 and 999.9999",
        ),
        ({"shareDistribution": [{"shareIdentifier": "a", "weightFactor": 0}]}, "between 0.0001 and 999.9999"),
        (shares("a-b"), "up to 255 letters and digits"),
        (shares("a" * 256), "up to 255 letters and digits"),
        (shares("a*b"), "asterisk at its end"),
        (shares("User*", "UserA"), r"must not overlap, and User\* and UserA do"),
        (shares("UserA*", "b", "User*"), "must not overlap"),
        (shares("User", "User*"), "must not overlap"),
        (shares("User", "User"), "must not overlap"),
        (shares(*(f"s{number}" for number in range(501))), "at most 500"),
    ],
)
def test_create_refuses(batch: Any, name: str, policy: dict[str, Any], words: str) -> None:
    with pytest.raises(ClientError, match=words):
        create(batch, name, **policy)


def test_shares_that_only_look_alike_do_not_overlap(batch: Any, name: str) -> None:
    arn = create(batch, name, **shares("User", "UserA", "Use1*", "V*"))
    assert len(describe(batch, arn)[0]["fairsharePolicy"]["shareDistribution"]) == 4


def test_quota_shares_are_refused_with_a_sentence(batch: Any, name: str) -> None:
    with pytest.raises(ClientError, match="give a fairsharePolicy"):
        batch.create_scheduling_policy(name=name, quotaSharePolicy={"idleResourceAssignmentStrategy": "FIFO"})


def test_a_queue_needs_a_policy_that_exists(batch: Any, name: str) -> None:
    arn = f"arn:aws:batch:eu-west-1:123456789012:scheduling-policy/{name}"
    with pytest.raises(ClientError, match=f"Scheduling policy {arn} does not exist"):
        make_queue(batch, name, schedulingPolicyArn=arn)
