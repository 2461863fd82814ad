"""One endpoint for all of AWS: what is dispatched where, moto's mends, events, and the control."""

import contextlib
import json
import socket
import urllib.error
import urllib.request
from typing import Any

import pytest
from botocore.exceptions import ClientError
from local_aws import (
    client,
    make_definition,
    make_queue,
    script,
    set_rules,
    wait_for_job,
    wait_until,
)
from private_network import private_network


def test_other_services_are_moto_s(endpoint: str, name: str) -> None:
    s3 = client("s3", endpoint)
    s3.create_bucket(Bucket=name.ljust(3, "x"), CreateBucketConfiguration={"LocationConstraint": "eu-west-1"})
    s3.put_object(Bucket=name.ljust(3, "x"), Key="a/b c", Body=b"hello")
    assert s3.get_object(Bucket=name.ljust(3, "x"), Key="a/b c")["Body"].read() == b"hello"
    assert client("sts", endpoint).get_caller_identity()["Account"] == "123456789012"


def test_an_operation_that_is_not_there_yet_is_refused_with_words(batch: Any) -> None:
    with pytest.raises(ClientError, match="does not offer ListConsumableResources yet") as refused:
        batch.list_consumable_resources()
    assert refused.value.response["Error"]["Code"] == "ClientException"


def test_an_operation_that_moto_has_not_is_refused_at_once_and_not_with_a_500(endpoint: str) -> None:
    with pytest.raises(ClientError) as refused:
        client("budgets", endpoint).list_tags_for_resource(
            ResourceARN="arn:aws:budgets::123456789012:budget/b"
        )
    assert refused.value.response["ResponseMetadata"]["HTTPStatusCode"] == 501


def test_a_region_that_is_none_is_refused(endpoint: str) -> None:
    with pytest.raises(ClientError, match="no region eu-nowhere-9"):
        client("batch", endpoint, "eu-nowhere-9").describe_job_queues()


def test_service_linked_roles_have_aws_s_names_and_are_made_once(endpoint: str) -> None:
    iam = client("iam", endpoint)
    made = iam.create_service_linked_role(AWSServiceName="batch.amazonaws.com")["Role"]
    assert made["Arn"].endswith(":role/aws-service-role/batch.amazonaws.com/AWSServiceRoleForBatch")
    ecs = iam.create_service_linked_role(AWSServiceName="ecs.amazonaws.com")["Role"]
    assert ecs["RoleName"] == "AWSServiceRoleForECS"
    with pytest.raises(ClientError, match="AWSServiceRoleForBatch has been taken in this account") as refused:
        iam.create_service_linked_role(AWSServiceName="batch.amazonaws.com")
    assert refused.value.response["Error"]["Code"] == "InvalidInput"
    assert refused.value.response["ResponseMetadata"]["HTTPStatusCode"] == 400


def test_a_key_keeps_its_rotation_period(endpoint: str) -> None:
    kms = client("kms", endpoint)
    key = kms.create_key()["KeyMetadata"]["KeyId"]
    assert kms.get_key_rotation_status(KeyId=key)["KeyRotationEnabled"] is False
    kms.enable_key_rotation(KeyId=key)
    assert kms.get_key_rotation_status(KeyId=key)["RotationPeriodInDays"] == 365
    kms.enable_key_rotation(KeyId=key, RotationPeriodInDays=180)
    assert kms.get_key_rotation_status(KeyId=key)["RotationPeriodInDays"] == 180


def test_an_endpoints_private_dns_and_its_routes_change_as_asked(endpoint: str) -> None:
    ec2 = client("ec2", endpoint)
    net = private_network(ec2)

    def leads() -> bool:
        (table,) = ec2.describe_route_tables(RouteTableIds=[net.table])["RouteTables"]
        return any(route.get("GatewayId") == net.endpoints["s3"] for route in table["Routes"])

    assert leads()
    for change, there in (("RemoveRouteTableIds", False), ("AddRouteTableIds", True)):
        ec2.modify_vpc_endpoint(VpcEndpointId=net.endpoints["s3"], **{change: [net.table]})
        assert leads() is there
    logs = net.endpoints["logs"]
    for on in (False, True):
        ec2.modify_vpc_endpoint(VpcEndpointId=logs, PrivateDnsEnabled=on)
        (found,) = ec2.describe_vpc_endpoints(VpcEndpointIds=[logs])["VpcEndpoints"]
        assert found["PrivateDnsEnabled"] is on


def test_a_network_acl_that_is_gone_is_told_by_its_own_code(endpoint: str) -> None:
    with pytest.raises(ClientError) as caught:
        client("ec2", endpoint).describe_network_acls(NetworkAclIds=["acl-0123456789abcdef0"])
    assert caught.value.response["Error"]["Code"] == "InvalidNetworkAclID.NotFound"


def test_a_security_group_is_described_in_the_characters_that_ec2_takes(endpoint: str, name: str) -> None:
    ec2 = client("ec2", endpoint)
    with pytest.raises(ClientError, match="GroupDescription is invalid") as refused:
        ec2.create_security_group(GroupName=name, Description="the jobs' own")
    assert refused.value.response["Error"]["Code"] == "InvalidParameterValue"
    ec2.create_security_group(GroupName=name, Description="HTTPS, in from jobs: no. 1/2 (a_b-c)")


def test_a_bucket_that_denies_under_conditions_takes_objects_over_loopback(endpoint: str, name: str) -> None:
    s3, everything = (
        client("s3", endpoint, "us-east-1"),
        [f"arn:aws:s3:::{name}-tls", f"arn:aws:s3:::{name}-tls/*"],
    )
    deny = {"Effect": "Deny", "Principal": "*", "Action": "s3:*", "Resource": everything}
    s3.create_bucket(Bucket=f"{name}-tls")
    policy = {
        "Version": "2012-10-17",
        "Statement": [
            deny | {"Condition": {"Bool": {"aws:SecureTransport": "false"}}},
            deny | {"Condition": {"Null": {"s3:x-amz-server-side-encryption": "false"}}},
        ],
    }
    s3.put_bucket_policy(Bucket=f"{name}-tls", Policy=json.dumps(policy))
    s3.put_object(Bucket=f"{name}-tls", Key="k", Body=b"v")
    assert s3.get_object(Bucket=f"{name}-tls", Key="k")["Body"].read() == b"v"
    # Every other denial still holds.
    s3.put_bucket_policy(Bucket=f"{name}-tls", Policy=json.dumps(policy | {"Statement": [deny]}))
    with pytest.raises(ClientError, match="Forbidden"):
        s3.put_object(Bucket=f"{name}-tls", Key="k", Body=b"w")


def test_an_array_tells_eventbridge_once_where_its_children_are_left_out(
    batch: Any, endpoint: str, logs: Any, name: str
) -> None:
    events = client("events", endpoint)
    group = f"/events/{name}"
    logs.create_log_group(logGroupName=group)
    queue = make_queue(batch, name)
    detail = {"jobQueue": [queue], "status": ["SUCCEEDED"], "arrayProperties": {"index": [{"exists": False}]}}
    pattern = {"source": ["aws.batch"], "detail-type": ["Batch Job State Change"], "detail": detail}
    events.put_rule(Name=name, EventPattern=json.dumps(pattern))
    arn = f"arn:aws:logs:eu-west-1:123456789012:log-group:{group}"
    events.put_targets(Rule=name, Targets=[{"Id": "logs", "Arn": arn}])
    definition = make_definition(batch, name)
    request = {"jobName": name, "jobQueue": name, "jobDefinition": definition}
    array = batch.submit_job(**request, arrayProperties={"size": 3})["jobId"]
    wait_for_job(batch, array, "SUCCEEDED")
    single = batch.submit_job(**request)["jobId"]
    wait_for_job(batch, single, "SUCCEEDED")

    def told() -> list[str]:
        found = logs.filter_log_events(logGroupName=group)["events"]
        return [json.loads(event["message"])["detail"]["jobId"] for event in found]

    wait_until(lambda: single in told())
    assert told() == [array, single]
    events.remove_targets(Rule=name, Ids=["logs"])
    events.delete_rule(Name=name)


def test_every_state_of_a_job_reaches_a_log_group_by_way_of_eventbridge(
    batch: Any, endpoint: str, logs: Any, name: str
) -> None:
    events = client("events", endpoint)
    group = f"/events/{name}"
    logs.create_log_group(logGroupName=group)
    queue = make_queue(batch, name)
    pattern = {
        "source": ["aws.batch"],
        "detail-type": ["Batch Job State Change"],
        "detail": {"jobQueue": [queue]},
    }
    events.put_rule(Name=name, EventPattern=json.dumps(pattern))
    arn = f"arn:aws:logs:eu-west-1:123456789012:log-group:{group}"
    events.put_targets(Rule=name, Targets=[{"Id": "logs", "Arn": arn}])
    make_definition(batch, name)
    job_id = batch.submit_job(
        jobName=name, jobQueue=name, jobDefinition=name, containerOverrides=script({"exit": 3})
    )["jobId"]
    wait_for_job(batch, job_id, "FAILED")

    def told() -> list[dict[str, Any]]:
        found = logs.filter_log_events(logGroupName=group)["events"]
        return [json.loads(event["message"]) for event in found]

    wait_until(lambda: len(told()) == 5)
    states = {event["detail"]["status"] for event in told()}
    assert states == {"SUBMITTED", "RUNNABLE", "STARTING", "RUNNING", "FAILED"}
    last = next(event for event in told() if event["detail"]["status"] == "FAILED")
    assert last["detail-type"] == "Batch Job State Change"
    assert last["resources"] == [f"arn:aws:batch:eu-west-1:123456789012:job/{job_id}"]
    assert last["detail"]["container"]["exitCode"] == 3
    events.remove_targets(Rule=name, Ids=["logs"])
    events.delete_rule(Name=name)


def test_the_status_is_told_on_loopback(endpoint: str) -> None:
    with urllib.request.urlopen(f"{endpoint}/_fargo/status", timeout=60) as answer:
        status = json.load(answer)
    assert status["endpoint"] == endpoint
    assert status["executor"] == "scripted"


def test_rules_script_jobs_by_name(batch: Any, endpoint: str, name: str) -> None:
    make_queue(batch, name)
    make_definition(batch, name)
    set_rules(endpoint, [{"job": f"{name}-bad*", "script": [{"exit": 9}]}])
    codes = []
    for suffix in ("bad-1", "good"):
        job = batch.submit_job(jobName=f"{name}-{suffix}", jobQueue=name, jobDefinition=name)
        codes.append(wait_for_job(batch, job["jobId"])["container"]["exitCode"])
    assert codes == [9, 0]
    set_rules(endpoint, [])


@pytest.mark.parametrize("body", [b"not json", b'[{"job": "x"}]', b'[{"job": "x", "script": [1]}]', b"7"])
def test_rules_that_are_none_are_refused(endpoint: str, body: bytes) -> None:
    with pytest.raises(urllib.error.HTTPError) as refused:
        urllib.request.urlopen(f"{endpoint}/_fargo/rules", data=body, timeout=60)
    with refused.value as answer:
        assert answer.code == 400


@pytest.mark.parametrize("steps", [[{"dance": 1}], [{"sleep": "long"}]])
def test_a_step_that_is_none_fails_its_job_and_no_other(batch: Any, name: str, steps: list[Any]) -> None:
    make_queue(batch, name)
    make_definition(batch, name)
    request = {"jobName": name, "jobQueue": name, "jobDefinition": name}
    wrong = batch.submit_job(**request, containerOverrides=script(*steps))["jobId"]
    assert "not a scenario" in wait_for_job(batch, wrong, "FAILED")["statusReason"]
    right = batch.submit_job(**request)["jobId"]
    wait_for_job(batch, right, "SUCCEEDED")


def test_connections_that_are_kept_open_keep_nobody_waiting(endpoint: str) -> None:
    host, port = endpoint.removeprefix("http://").split(":")
    with contextlib.ExitStack() as kept:
        for _ in range(200):
            kept.enter_context(socket.create_connection((host, int(port)), timeout=30))
        with urllib.request.urlopen(f"{endpoint}/_fargo/status", timeout=30) as answer:
            assert json.load(answer)["endpoint"] == endpoint


def test_a_web_page_is_not_welcome(endpoint: str) -> None:
    request = urllib.request.Request(f"{endpoint}/bucket", headers={"Origin": "http://evil.example"})
    with pytest.raises(urllib.error.HTTPError) as refused:
        urllib.request.urlopen(request, timeout=60)
    with refused.value:
        assert refused.value.code == 403
        assert "Access-Control-Allow-Origin" not in refused.value.headers


def test_a_body_that_is_not_json_is_a_client_s_fault(endpoint: str) -> None:
    scope = (
        "AWS4-HMAC-SHA256 Credential=x/20260101/eu-west-1/batch/aws4_request, SignedHeaders=host, Signature=0"
    )
    for body, words in ((b"{", "not JSON"), (b"[]", "not a JSON object")):
        request = urllib.request.Request(
            f"{endpoint}/v1/submitjob", data=body, headers={"Authorization": scope}, method="POST"
        )
        with pytest.raises(urllib.error.HTTPError) as refused:
            urllib.request.urlopen(request, timeout=60)
        with refused.value as answer:
            assert answer.headers["x-amzn-ErrorType"] == "ClientException"
            assert words in json.load(answer)["message"]
