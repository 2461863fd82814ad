"""The way down against a real local AWS, with a script in Terraform's place that destroys nothing."""

import json
import time
from dataclasses import replace
from pathlib import Path
from typing import Any

import msgspec
import pytest
from fakes import a_run
from generators import result
from local_aws import client, script, wait_for_job
from projects import REGION

from fargo.deploy import Deployment, Keep, Teardown
from fargo.errors import AwsError, NotDeployed, TerraformFailed
from fargo.model.naming import ledger_key
from fargo.view.down import standing_lines

Outputs = dict[str, Any]


def _state(told: Path, *resources: tuple[str, str, dict[str, Any]]) -> None:
    """What the state holds: address, type, attributes."""
    found = [
        {"address": address, "mode": "managed", "type": kind, "values": values}
        for address, kind, values in resources
    ]
    state = {"values": {"root_module": {"resources": found}}}
    (told / "state.json").write_text(json.dumps(state), encoding="utf-8")


def _whole(outputs: Outputs) -> list[tuple[str, str, dict[str, Any]]]:
    """What `deploy` makes, as a state knows it."""
    queues = [
        (f"q.{key}", "aws_batch_job_queue", {"id": arn, "name": arn.rpartition("/")[2]})
        for key, arn in outputs["job_queues"].items()
    ]
    names = [f"fargo-{outputs['name']}-{key}-ce" for key in ("on-demand", "spot")]
    return [
        *queues,
        ("ce.x", "aws_batch_compute_environment", {"id": names[0], "more": names}),
        (
            "d.x",
            "aws_batch_job_definition",
            {"names": [f"fargo-{outputs['name']}_{j}" for j in ("work", "other")]},
        ),
        ("b.x", "aws_s3_bucket", {"id": outputs["bucket"]}),
        ("p.x", "aws_s3_bucket_policy", {"id": outputs["bucket"]}),
        ("l.x", "aws_cloudwatch_log_group", {"id": outputs["log_group"]}),
        ("r.x", "aws_iam_service_linked_role", {"id": "arn"}),
        ("k.x", "aws_kms_key", {"id": "none"}),
    ]


def _teardown(deployment: Deployment, *keep: Keep) -> Teardown:
    return Teardown(deployment, keep=keep, sleep=lambda _seconds: time.sleep(0.05))


def _commands(told: Path) -> list[str]:
    return [line for line in (told / "calls").read_text(encoding="utf-8").splitlines() if line]


def _submit(endpoint: str, outputs: Outputs, name: str, **more: Any) -> str:
    job = client("batch", endpoint, REGION).submit_job(
        jobName=name,
        jobQueue=outputs["job_queues"]["spot"],
        jobDefinition=outputs["job_definitions"]["work"],
        containerOverrides=script({"out": "here"}, {"sleep": 300}),
        **more,
    )
    return str(job["jobId"])


def test_what_would_be_lost_is_counted(
    deployment: Deployment, told: Path, endpoint: str, outputs: Outputs
) -> None:
    _state(told, *_whole(outputs))
    s3, logs = client("s3", endpoint, REGION), client("logs", endpoint, REGION)
    for number in range(3):
        s3.put_object(Bucket=outputs["bucket"], Key=f"runs/{number}", Body=b"1234")
    running = _submit(endpoint, outputs, "running")
    _submit(endpoint, outputs, "waiting", dependsOn=[{"jobId": running}])
    wait_for_job(client("batch", endpoint, REGION), running, "RUNNING")
    logs.create_log_stream(logGroupName=outputs["log_group"], logStreamName="s")
    found = result(_teardown(deployment).standing())
    assert (found.running, found.waiting) == (1, 1)
    assert (found.objects, found.bytes, found.more_objects, found.log_days) == (3, 12, False, 1)
    assert found.resources == 8
    assert found.loses_data
    kept = result(_teardown(deployment, Keep.DATA, Keep.LOGS).standing())
    assert (kept.objects, kept.log_days, kept.loses_data) == (0, 0, False)
    assert kept.resources == 4
    # All that is there is in the state: no plan had to look for more.
    assert not any(command.startswith("plan") for command in _commands(told))


def test_jobs_are_stopped_though_no_outputs_are_known_and_dependents_with_them(
    deployment: Deployment, told: Path, endpoint: str, outputs: Outputs
) -> None:
    _state(told, *_whole(outputs))
    batch = client("batch", endpoint, REGION)
    teardown = _teardown(deployment)
    result(teardown.standing())
    late = _submit(endpoint, outputs, "late")
    after = _submit(endpoint, outputs, "after", dependsOn=[{"jobId": late}])
    wait_for_job(batch, late, "RUNNING")
    outcome = result(teardown.run())
    for job in (late, after):
        assert wait_for_job(batch, job, "FAILED")["statusReason"] in ("fargo down", "Dependent Job failed")
    queue = batch.describe_job_queues(jobQueues=[outputs["job_queues"]["spot"]])["jobQueues"][0]
    assert queue["state"] == "DISABLED"
    # The script destroyed nothing, and the listing says so.
    assert f"job queue fargo-{outputs['name']}-spot" in map(str, outcome.left)
    assert deployment.folder.is_claimed


def test_the_bucket_is_emptied_with_its_old_versions(
    deployment: Deployment, told: Path, endpoint: str, outputs: Outputs
) -> None:
    _state(told, *_whole(outputs))
    s3, bucket = client("s3", endpoint, REGION), outputs["bucket"]
    s3.put_bucket_versioning(Bucket=bucket, VersioningConfiguration={"Status": "Enabled"})
    for body in (b"old", b"new"):
        s3.put_object(Bucket=bucket, Key="twice", Body=body)
    s3.put_object(Bucket=bucket, Key="gone", Body=b"")
    s3.delete_object(Bucket=bucket, Key="gone")
    teardown = _teardown(deployment)
    result(teardown.standing())
    said = [event.text for event in teardown.run() if hasattr(event, "text")]
    assert f"4 objects and old versions removed from {bucket}" in said
    assert "Versions" not in s3.list_object_versions(Bucket=bucket)


def test_what_is_kept_leaves_the_state_with_its_key_before_anything_is_destroyed(
    deployment: Deployment, told: Path, endpoint: str, outputs: Outputs
) -> None:
    _state(told, *_whole(outputs))
    client("s3", endpoint, REGION).put_object(Bucket=outputs["bucket"], Key="runs/1", Body=b"1")
    teardown = _teardown(deployment, Keep.DATA)
    result(teardown.standing())
    outcome = result(teardown.run())
    commands = _commands(told)
    forgotten = next(command for command in commands if command.startswith("state rm"))
    assert forgotten.split()[-4:] == ["b.x", "p.x", "r.x", "k.x"]
    assert commands.index(forgotten) < next(n for n, c in enumerate(commands) if "-destroy" in c.split())
    assert [str(thing) for thing in outcome.kept] == [f"bucket {outputs['bucket']}"]
    assert client("s3", endpoint, REGION).list_objects_v2(Bucket=outputs["bucket"])["KeyCount"] == 1


def test_what_the_state_does_not_know_is_imported_before_it_is_destroyed(
    deployment: Deployment, told: Path, endpoint: str, outputs: Outputs
) -> None:
    """So a kill in the middle of the first apply leaves it, or `--keep`."""
    bucket = outputs["bucket"]
    _state(told, *(each for each in _whole(outputs) if "bucket" not in each[1]))
    owner = {"fargo:project": outputs["name"], "fargo:state": deployment.folder.state_id}
    tags = [{"Key": key, "Value": value} for key, value in owner.items()]
    client("s3", endpoint, REGION).put_bucket_tagging(Bucket=bucket, Tagging={"TagSet": tags})
    creation = {"actions": ["create"], "after": {"bucket": bucket}}
    change = {"address": "module.s.aws_s3_bucket.w", "type": "aws_s3_bucket", "change": creation}
    (told / "plan.json").write_text(json.dumps({"resource_changes": [change]}), encoding="utf-8")
    teardown = _teardown(deployment)
    assert result(teardown.standing()).resources == 7
    result(teardown.run())
    assert any("-target=module.s.aws_s3_bucket.w" in command for command in _commands(told))


def test_nothing_in_the_state_and_nothing_of_ours_in_the_account_is_no_deployment(
    deployment: Deployment, told: Path
) -> None:
    """The things of the name are there, but carry no tag of this state: they are left alone."""
    (deployment.folder.root / "target.json").unlink()
    _state(told)
    with pytest.raises(NotDeployed, match="nothing to take down"):
        result(_teardown(deployment).standing())


def test_a_state_folder_that_is_half_gone_is_finished(
    deployment: Deployment, told: Path, endpoint: str, outputs: Outputs
) -> None:
    """Everything was removed, and the kill came before the folder was gone."""
    _state(told)
    (deployment.folder.root / "terraform.tfstate").unlink()
    teardown = _teardown(deployment)
    assert result(teardown.standing()).resources == 0
    result(teardown.run())
    assert not any("-destroy" in command.split() for command in _commands(told))


def test_a_destroy_that_fails_says_how_to_go_on(deployment: Deployment, told: Path, outputs: Outputs) -> None:
    _state(told, *_whole(outputs))
    program = told / "terraform"
    text = program.read_text(encoding="utf-8")
    program.write_text(text.replace("touch began;", "echo refused >&2; exit 1;"), encoding="utf-8")
    teardown = _teardown(deployment)
    result(teardown.standing())
    with pytest.raises(TerraformFailed, match="refused") as caught:
        result(teardown.run())
    assert "`fargo down` again goes on from there" in caught.value.hint
    assert deployment.folder.is_claimed


def test_jobs_that_do_not_stop_in_time_are_an_error_before_anything_is_destroyed(
    deployment: Deployment, told: Path, endpoint: str, outputs: Outputs
) -> None:
    _state(told, *_whole(outputs))
    moments = iter([0.0, 1e6, 2e6])
    teardown = Teardown(deployment, sleep=lambda _seconds: None, clock=lambda: next(moments))
    result(teardown.standing())
    _submit(endpoint, outputs, "long")
    with pytest.raises(AwsError, match="1 jobs did not stop within 600 s"):
        result(teardown.run())
    assert not any("-destroy" in command.split() for command in _commands(told))


def test_the_runs_of_others_are_named_and_who_submitted_them(
    deployment: Deployment, told: Path, endpoint: str, outputs: Outputs
) -> None:
    _state(told, *_whole(outputs))
    s3 = client("s3", endpoint, REGION)
    for run, by, job in (
        ("work-261122-183000-aaaa", "bob@lab\x1b[2J", _submit(endpoint, outputs, "one")),
        ("work-261122-183001-bbbb", "", _submit(endpoint, outputs, "two")),
        ("work-261122-183002-cccc", "ada@desk", "long gone"),
    ):
        body = msgspec.json.encode(replace(a_run(job), id=run, by=by))
        s3.put_object(Bucket=outputs["bucket"], Key=ledger_key(run), Body=body)
    found = result(_teardown(deployment).standing())
    assert [(each.id, each.by) for each in found.runs] == [
        ("work-261122-183001-bbbb", ""),
        ("work-261122-183000-aaaa", "bob@lab\x1b[2J"),
    ]
    assert (
        "runs that would be stopped: work-261122-183001-bbbb, work-261122-183000-aaaa of bob@lab\\x1b[2J"
        in standing_lines("demo", found, ())
    )
