"""Tags as the API has them."""

from pathlib import Path
from typing import Any

import pytest
import warm
from botocore.exceptions import ClientError
from local_aws import client, make_definition, make_queue, wait_for_job

from fargo.local import daemon

ARN = "arn:aws:batch:eu-west-1:123456789012:"


def tags_of(batch: Any, arn: str) -> dict[str, str]:
    return dict(batch.list_tags_for_resource(resourceArn=arn)["tags"])


def test_every_kind_of_resource_is_tagged_when_it_is_made_and_later(batch: Any, name: str) -> None:
    tags = {"made": "1", "kept": "1"}
    queue = make_queue(batch, name, tags=tags)
    definition = make_definition(batch, name, tags=tags)
    policy = batch.create_scheduling_policy(name=name, tags=tags)["arn"]
    job = batch.submit_job(jobName=name, jobQueue=name, jobDefinition=name, tags=tags)["jobArn"]
    environment = f"{ARN}compute-environment/{name}-ce"
    batch.tag_resource(resourceArn=environment, tags=tags)
    for arn in (queue, definition, policy, job, environment):
        assert tags_of(batch, arn) == tags
        batch.tag_resource(resourceArn=arn, tags={"made": "2", "more": "3"})
        batch.untag_resource(resourceArn=arn, tagKeys=["kept", "never"])
        assert tags_of(batch, arn) == {"made": "2", "more": "3"}
    assert batch.describe_job_queues(jobQueues=[name])["jobQueues"][0]["tags"] == {"made": "2", "more": "3"}
    assert wait_for_job(batch, job.rpartition("/")[2])["tags"] == {"made": "2", "more": "3"}


def test_what_was_tagged_later_is_kept_over_a_stop(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path))
    try:
        batch = client("batch", warm.start("scripted").endpoint)
        queue, definition = make_queue(batch, name), make_definition(batch, name)
        policy = batch.create_scheduling_policy(name=name)["arn"]
        job = batch.submit_job(jobName=name, jobQueue=name, jobDefinition=name)["jobArn"]
        for arn in (queue, definition, policy, job):
            batch.tag_resource(resourceArn=arn, tags={"a": "1", "b": "2"})
            batch.untag_resource(resourceArn=arn, tagKeys=["b"])
        wait_for_job(batch, job.rpartition("/")[2])
        daemon.stop()
        batch = client("batch", warm.start("scripted").endpoint)
        assert [tags_of(batch, arn) for arn in (queue, definition, policy, job)] == [{"a": "1"}] * 4
    finally:
        daemon.stop()


def test_a_resource_has_at_most_fifty_tags(batch: Any, name: str) -> None:
    arn = make_definition(batch, name, tags={f"a{number}": "" for number in range(30)})
    batch.tag_resource(resourceArn=arn, tags={f"b{number}": "" for number in range(20)})
    batch.tag_resource(resourceArn=arn, tags={"a0": "again"})
    with pytest.raises(ClientError, match="at most 50 tags"):
        batch.tag_resource(resourceArn=arn, tags={"one": "more"})
    assert len(tags_of(batch, arn)) == 50


@pytest.mark.parametrize("tags", [{"aws:x": "1"}, {"AWS:x": "1"}, {"x": "Aws:1"}])
def test_what_begins_with_aws_is_kept_for_aws(batch: Any, name: str, tags: dict[str, str]) -> None:
    with pytest.raises(ClientError, match="must not begin with 'aws:'"):
        make_definition(batch, name, tags=tags)
    arn = make_definition(batch, name)
    with pytest.raises(ClientError, match="must not begin with 'aws:'"):
        batch.tag_resource(resourceArn=arn, tags=tags)
    assert tags_of(batch, arn) == {}


@pytest.mark.parametrize(
    "resource",
    [
        "job-queue/none",
        "job-definition/none:1",
        "job/none",
        "compute-environment/none",
        "scheduling-policy/none",
        "x/y",
    ],
)
def test_what_is_not_there_has_no_tags(batch: Any, resource: str) -> None:
    with pytest.raises(ClientError, match="does not exist"):
        batch.list_tags_for_resource(resourceArn=f"{ARN}{resource}")


def test_a_resource_of_another_region_is_not_there(batch: Any, name: str) -> None:
    arn = make_definition(batch, name).replace("eu-west-1", "eu-west-2")
    with pytest.raises(ClientError, match="does not exist"):
        batch.tag_resource(resourceArn=arn, tags={"a": "b"})


def test_a_child_of_an_array_has_no_tags_of_its_own(batch: Any, name: str) -> None:
    with pytest.raises(ClientError, match="child of an array job"):
        batch.tag_resource(resourceArn=f"{ARN}job/{name}:3", tags={"a": "b"})
