"""Which operation of which service a call is, so that a fault meets it and no other."""

import urllib.error
import urllib.request
from collections.abc import Callable
from typing import Any

import pytest
from botocore.exceptions import ClientError
from faulty import Ask, patient, queues, submit
from local_aws import client

from fargo.local.calls import Call, CallReader


def test_only_the_operation_that_was_named_is_met(server: str, ask: Ask) -> None:
    ask(
        {"service": "batch", "operation": "Submit*", "kind": "throttle"},
        {"service": "logs", "operation": "GetLogEvents", "kind": "throttle"},
        {"service": "iam", "operation": "GetRole", "kind": "throttle"},
    )
    assert queues(server)()["jobQueues"]
    assert client("logs", server).describe_log_groups()["logGroups"]
    assert client("iam", server).list_roles()["ResponseMetadata"]["HTTPStatusCode"] == 200
    with pytest.raises(ClientError, match="Too Many Requests"):
        submit(server)
    with pytest.raises(ClientError, match="ThrottlingException"):
        client("logs", server).get_log_events(logGroupName="g", logStreamName="s")
    with pytest.raises(ClientError, match="Throttling"):
        client("iam", server).get_role(RoleName="r")


S3_CALLS: list[tuple[str, Callable[[Any], Any]]] = [
    ("ListBuckets", lambda s3: s3.list_buckets()),
    ("PutObject", lambda s3: s3.put_object(Bucket="bucket", Key="a/b c+d", Body=b"x")),
    ("PutObject", lambda s3: s3.put_object(Bucket="bucket", Key="folder/", Body=b"x")),
    ("GetObject", lambda s3: s3.get_object(Bucket="bucket", Key="a/b")),
    ("HeadObject", lambda s3: s3.head_object(Bucket="bucket", Key="a/b")),
    ("DeleteObject", lambda s3: s3.delete_object(Bucket="bucket", Key="a")),
    ("DeleteObjects", lambda s3: s3.delete_objects(Bucket="bucket", Delete={"Objects": [{"Key": "a"}]})),
    ("CopyObject", lambda s3: s3.copy_object(Bucket="bucket", Key="a", CopySource="bucket/b")),
    ("ListObjectsV2", lambda s3: s3.list_objects_v2(Bucket="bucket", Prefix="a/")),
    ("ListObjects", lambda s3: s3.list_objects(Bucket="bucket")),
    ("PutObjectTagging", lambda s3: s3.put_object_tagging(Bucket="bucket", Key="a", Tagging={"TagSet": []})),
    ("GetBucketLocation", lambda s3: s3.get_bucket_location(Bucket="bucket")),
    ("CreateMultipartUpload", lambda s3: s3.create_multipart_upload(Bucket="bucket", Key="a")),
    (
        "UploadPart",
        lambda s3: s3.upload_part(Bucket="bucket", Key="a", PartNumber=1, UploadId="u", Body=b"x"),
    ),
    ("ListParts", lambda s3: s3.list_parts(Bucket="bucket", Key="a", UploadId="u")),
    (
        "CompleteMultipartUpload",
        lambda s3: s3.complete_multipart_upload(Bucket="bucket", Key="a", UploadId="u"),
    ),
    ("AbortMultipartUpload", lambda s3: s3.abort_multipart_upload(Bucket="bucket", Key="a", UploadId="u")),
]


@pytest.mark.parametrize(("operation", "call"), S3_CALLS)
def test_operations_of_s3_are_told_apart(
    server: str, ask: Ask, operation: str, call: Callable[[Any], Any]
) -> None:
    ask({"service": "s3", "operation": operation, "kind": "throttle"})
    with pytest.raises(ClientError) as refused:
        call(client("s3", server))
    assert refused.value.response["ResponseMetadata"]["HTTPStatusCode"] == 503


def test_every_operation_of_batch_is_told_by_its_route(server: str, ask: Ask) -> None:
    batch = client("batch", server)
    arn = "arn:aws:batch:eu-west-1:123456789012:job-queue/queue"
    for operation, call in [
        ("ListTagsForResource", lambda: batch.list_tags_for_resource(resourceArn=arn)),
        ("UntagResource", lambda: batch.untag_resource(resourceArn=arn, tagKeys=["a"])),
        ("DescribeJobs", lambda: batch.describe_jobs(jobs=["a"])),
    ]:
        ask({"service": "batch", "operation": operation, "kind": "throttle"})
        with pytest.raises(ClientError, match="Too Many Requests"):
            call()


@pytest.mark.parametrize("version", ["s3v4", "s3"])
def test_a_presigned_url_is_a_call_too(server: str, ask: Ask, version: str) -> None:
    s3 = patient("s3", server, signature_version=version)
    url = s3.generate_presigned_url("get_object", Params={"Bucket": "bucket", "Key": "k"})
    ask({"service": "s3", "operation": "GetObject", "kind": "throttle"})
    with pytest.raises(urllib.error.HTTPError) as refused:
        urllib.request.urlopen(url, timeout=60)
    with refused.value as answer:
        assert answer.code == 503
        assert b"<Code>SlowDown</Code>" in answer.read()


def test_a_request_without_a_signature_is_of_no_service() -> None:
    environ = {"REQUEST_METHOD": "GET", "PATH_INFO": "/bucket/key"}
    assert CallReader().read(environ) == Call("", (), "rest-json")


def test_bodies_are_whole_after_a_look(server: str, ask: Ask) -> None:
    ask({"service": "*", "kind": "throttle", "rate": 0})
    s3 = client("s3", server)
    s3.put_object(Bucket="bucket", Key="whole", Body=b"y" * 2_000_000)
    assert s3.head_object(Bucket="bucket", Key="whole")["ContentLength"] == 2_000_000
    made = client("iam", server).create_role(RoleName="whole", AssumeRolePolicyDocument="{}")
    assert made["Role"]["RoleName"] == "whole"
    vpc = client("ec2", server).create_vpc(CidrBlock="10.7.0.0/16")["Vpc"]
    assert vpc["CidrBlock"] == "10.7.0.0/16"
    assert submit(server, "whole")["jobName"] == "whole"
