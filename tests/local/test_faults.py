"""Faults on demand, as boto3 meets them over HTTP."""

import json
import threading
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from typing import Any

import boto3
import pytest
from botocore.config import Config
from botocore.exceptions import ClientError, ConnectionClosedError, ReadTimeoutError
from local_aws import LOG_GROUP, REGION, client, local_aws, make_definition, make_queue, wait_until

from fargo.local.calls import Call, CallReader
from fargo.local.faults import Bucket, Faults

Fault = dict[str, Any]


@pytest.fixture(scope="module")
def server() -> Iterator[str]:
    """A server of this module's own: a fault is met by every client of it."""
    with local_aws() as started:
        client("logs", started).create_log_group(logGroupName=LOG_GROUP)
        batch = client("batch", started)
        make_queue(batch)
        make_definition(batch)
        s3 = client("s3", started)
        s3.create_bucket(Bucket="bucket", CreateBucketConfiguration={"LocationConstraint": REGION})
        yield started


@pytest.fixture
def ask(server: str) -> Iterator[Callable[..., list[Fault]]]:
    """Ask for faults; at the end there are none."""

    def put(*faults: Fault) -> list[Fault]:
        return control(server, "PUT", list(faults))

    yield put
    control(server, "DELETE")


def control(server: str, method: str, content: Any = None) -> list[Fault]:
    data = None if content is None else json.dumps(content).encode()
    request = urllib.request.Request(f"{server}/_fargo/faults", data=data, method=method)
    with urllib.request.urlopen(request, timeout=10) as answer:
        told: list[Fault] = json.load(answer)
        return told


def submit(server: str, name: str = "job", **config: Any) -> Any:
    batch = patient("batch", server, **config) if config else client("batch", server)
    return batch.submit_job(jobName=name, jobQueue="queue", jobDefinition="job")


def patient(service: str, server: str, **config: Any) -> Any:
    return boto3.client(
        service,
        endpoint_url=server,
        region_name=REGION,
        aws_access_key_id="local",
        aws_secret_access_key="local",
        config=Config(**config),
    )


def submitted(server: str, name: str) -> int:
    filters = [{"name": "JOB_NAME", "values": [name]}]
    return len(client("batch", server).list_jobs(jobQueue="queue", filters=filters)["jobSummaryList"])


def struck(call: Callable[[], Any], times: int) -> list[bool]:
    """Which of `times` calls failed."""
    found = []
    for _ in range(times):
        try:
            call()
            found.append(False)
        except ClientError:
            found.append(True)
    return found


def queues(server: str) -> Callable[[], Any]:
    described: Callable[[], Any] = client("batch", server).describe_job_queues
    return described


CALLS: dict[str, Callable[[Any], Any]] = {
    "batch": lambda batch: batch.describe_job_queues(),
    "s3": lambda s3: s3.list_objects_v2(Bucket="bucket"),
    "logs": lambda logs: logs.describe_log_groups(),
    "iam": lambda iam: iam.list_roles(),
    "ec2": lambda ec2: ec2.describe_vpcs(),
    "ecr": lambda ecr: ecr.describe_repositories(),
    "kms": lambda kms: kms.list_keys(),
    "sts": lambda sts: sts.get_caller_identity(),
    "events": lambda events: events.list_rules(),
    "lambda": lambda functions: functions.list_functions(),
    "route53": lambda route53: route53.list_hosted_zones(),
}

REFUSALS = [
    ("batch", "throttle", 429, "TooManyRequestsException"),
    ("batch", "error", 500, "ServerException"),
    ("batch", "unavailable", 503, "ServiceUnavailable"),
    ("s3", "throttle", 503, "SlowDown"),
    ("s3", "error", 500, "InternalError"),
    ("s3", "unavailable", 503, "ServiceUnavailable"),
    ("logs", "throttle", 400, "ThrottlingException"),
    ("logs", "error", 500, "InternalFailure"),
    ("iam", "throttle", 400, "Throttling"),
    ("iam", "error", 500, "InternalFailure"),
    ("ec2", "throttle", 503, "RequestLimitExceeded"),
    ("ec2", "error", 500, "InternalError"),
    ("ec2", "unavailable", 503, "Unavailable"),
    ("ecr", "throttle", 400, "ThrottlingException"),
    ("kms", "throttle", 400, "ThrottlingException"),
    ("kms", "unavailable", 503, "ServiceUnavailable"),
    ("sts", "throttle", 400, "Throttling"),
    ("events", "throttle", 400, "ThrottlingException"),
    ("lambda", "throttle", 400, "ThrottlingException"),
    ("route53", "unavailable", 503, "ServiceUnavailable"),
]


@pytest.mark.parametrize(("service", "kind", "status", "code"), REFUSALS)
def test_boto3_reads_the_refusal_of_each_service(
    server: str, ask: Callable[..., list[Fault]], service: str, kind: str, status: int, code: str
) -> None:
    ask({"service": service, "kind": kind})
    with pytest.raises(ClientError) as refused:
        CALLS[service](client(service, server))
    answer = refused.value.response
    assert answer["Error"]["Code"] == code
    assert answer["Error"]["Message"]
    assert answer["ResponseMetadata"]["HTTPStatusCode"] == status
    assert answer["ResponseMetadata"]["RequestId"]
    assert answer["ResponseMetadata"]["RetryAttempts"] == 0


@pytest.mark.parametrize("service", CALLS)
@pytest.mark.parametrize("mode", ["legacy", "standard"])
@pytest.mark.parametrize("kind", ["throttle", "error", "unavailable", "drop_request"])
def test_boto3_s_own_retries_get_over_a_fault(
    server: str, ask: Callable[..., list[Fault]], service: str, mode: str, kind: str, monkeypatch: Any
) -> None:
    monkeypatch.setattr("time.sleep", lambda _: None)
    ask({"service": service, "kind": kind, "times": 2})
    answer = CALLS[service](patient(service, server, retries={"mode": mode, "total_max_attempts": 4}))
    assert answer["ResponseMetadata"]["RetryAttempts"] == 2


def test_a_head_request_is_refused_without_a_body_and_the_connection_goes_on(
    server: str, ask: Callable[..., list[Fault]]
) -> None:
    s3 = client("s3", server)
    ask({"service": "s3", "operation": "HeadBucket", "kind": "throttle", "times": 1})
    with pytest.raises(ClientError) as refused:
        s3.head_bucket(Bucket="bucket")
    assert refused.value.response["ResponseMetadata"]["HTTPStatusCode"] == 503
    assert s3.head_bucket(Bucket="bucket")["ResponseMetadata"]["HTTPStatusCode"] == 200


def test_a_dropped_request_was_not_carried_out(server: str, ask: Callable[..., list[Fault]]) -> None:
    ask({"service": "batch", "operation": "SubmitJob", "kind": "drop_request"})
    with pytest.raises(ConnectionClosedError):
        submit(server, "dropped-request")
    assert submitted(server, "dropped-request") == 0


def test_a_dropped_answer_belongs_to_a_request_that_was_carried_out(
    server: str, ask: Callable[..., list[Fault]]
) -> None:
    ask({"service": "batch", "operation": "SubmitJob", "kind": "drop_answer"})
    with pytest.raises(ConnectionClosedError):
        submit(server, "dropped-answer")
    assert submitted(server, "dropped-answer") == 1


def test_a_client_that_retries_a_dropped_answer_submits_twice(
    server: str, ask: Callable[..., list[Fault]]
) -> None:
    ask({"service": "batch", "operation": "SubmitJob", "kind": "drop_answer", "times": 1})
    submit(server, "twice", retries={"total_max_attempts": 2})
    assert submitted(server, "twice") == 2


def test_an_upload_whose_answer_is_lost_is_in_the_bucket(
    server: str, ask: Callable[..., list[Fault]]
) -> None:
    s3, body = client("s3", server), b"x" * 3_000_000
    ask({"service": "s3", "operation": "PutObject", "kind": "drop_answer"})
    with pytest.raises(ConnectionClosedError):
        s3.put_object(Bucket="bucket", Key="lost/answer", Body=body)
    assert s3.get_object(Bucket="bucket", Key="lost/answer")["Body"].read() == body


def test_a_slow_answer_is_one_of_a_request_that_was_carried_out_at_once(
    server: str, ask: Callable[..., list[Fault]]
) -> None:
    ask({"service": "batch", "operation": "SubmitJob", "kind": "slow", "seconds": 600})
    with pytest.raises(ReadTimeoutError):
        submit(server, "slow", read_timeout=0.5, retries={"total_max_attempts": 1})
    assert submitted(server, "slow") == 1


def test_slow_answers_go_out_when_their_fault_is_taken_back(
    server: str, ask: Callable[..., list[Fault]]
) -> None:
    ask({"service": "batch", "operation": "SubmitJob", "kind": "slow", "seconds": 600})
    answers: list[Any] = []
    thread = threading.Thread(target=lambda: answers.append(submit(server, "late")))
    thread.start()
    wait_until(lambda: control(server, "GET")[0]["hits"] == 1)
    assert answers == []
    control(server, "DELETE")
    thread.join(timeout=30)
    assert answers[0]["jobName"] == "late"


def test_a_rate_strikes_that_share_of_calls_and_the_same_ones_again(
    server: str, ask: Callable[..., list[Fault]]
) -> None:
    fault = {"service": "batch", "kind": "throttle", "rate": 0.3, "seed": 7}
    ask(fault)
    first = struck(queues(server), 100)
    ask(fault)
    again = struck(queues(server), 100)
    ask(fault | {"seed": 8})
    other = struck(queues(server), 100)
    assert first == again != other
    assert 15 < sum(first) < 45


def test_a_rate_of_nothing_strikes_nothing(server: str, ask: Callable[..., list[Fault]]) -> None:
    ask({"kind": "error", "rate": 0})
    assert struck(queues(server), 20) == [False] * 20


def test_the_next_calls_after_some(server: str, ask: Callable[..., list[Fault]]) -> None:
    ask({"service": "batch", "kind": "throttle", "after": 2, "times": 3})
    assert struck(queues(server), 7) == [False, False, True, True, True, False, False]


def test_the_first_fault_that_strikes_decides(server: str, ask: Callable[..., list[Fault]]) -> None:
    ask({"service": "batch", "kind": "throttle", "times": 1}, {"service": "*", "kind": "error", "times": 1})
    codes = []
    for _ in range(2):
        with pytest.raises(ClientError) as refused:
            queues(server)()
        codes.append(refused.value.response["Error"]["Code"])
    assert codes == ["TooManyRequestsException", "ServerException"]
    assert queues(server)()["jobQueues"]


def test_only_the_operation_that_was_named_is_met(server: str, ask: Callable[..., list[Fault]]) -> None:
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
    server: str, ask: Callable[..., list[Fault]], operation: str, call: Callable[[Any], Any]
) -> None:
    ask({"service": "s3", "operation": operation, "kind": "throttle"})
    with pytest.raises(ClientError) as refused:
        call(client("s3", server))
    assert refused.value.response["ResponseMetadata"]["HTTPStatusCode"] == 503


def test_every_operation_of_batch_is_told_by_its_route(server: str, ask: Callable[..., list[Fault]]) -> None:
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
def test_a_presigned_url_is_a_call_too(server: str, ask: Callable[..., list[Fault]], version: str) -> None:
    s3 = patient("s3", server, signature_version=version)
    url = s3.generate_presigned_url("get_object", Params={"Bucket": "bucket", "Key": "k"})
    ask({"service": "s3", "operation": "GetObject", "kind": "throttle"})
    with pytest.raises(urllib.error.HTTPError) as refused:
        urllib.request.urlopen(url, timeout=10)
    with refused.value as answer:
        assert answer.code == 503
        assert b"<Code>SlowDown</Code>" in answer.read()


def test_a_request_without_a_signature_is_of_no_service() -> None:
    environ = {"REQUEST_METHOD": "GET", "PATH_INFO": "/bucket/key"}
    assert CallReader().read(environ) == Call("", (), "rest-json")


def test_bodies_are_whole_after_a_look(server: str, ask: Callable[..., list[Fault]]) -> None:
    ask({"service": "*", "kind": "throttle", "rate": 0})
    s3 = client("s3", server)
    s3.put_object(Bucket="bucket", Key="whole", Body=b"y" * 2_000_000)
    assert s3.head_object(Bucket="bucket", Key="whole")["ContentLength"] == 2_000_000
    made = client("iam", server).create_role(RoleName="whole", AssumeRolePolicyDocument="{}")
    assert made["Role"]["RoleName"] == "whole"
    vpc = client("ec2", server).create_vpc(CidrBlock="10.7.0.0/16")["Vpc"]
    assert vpc["CidrBlock"] == "10.7.0.0/16"
    assert submit(server, "whole")["jobName"] == "whole"


def test_the_list_tells_how_often_each_was_asked_and_struck(
    server: str, ask: Callable[..., list[Fault]]
) -> None:
    ask({"service": "batch", "operation": "DescribeJobQueues", "kind": "throttle", "after": 1, "times": 1})
    struck(queues(server), 3)
    (told,) = control(server, "GET")
    assert told == {
        "service": "batch",
        "operation": "DescribeJobQueues",
        "kind": "throttle",
        "rate": 1.0,
        "seed": 0,
        "after": 1,
        "times": 1,
        "calls": 3,
        "hits": 1,
    }
    assert control(server, "DELETE") == []
    assert control(server, "GET") == []


def test_the_control_is_never_struck(server: str, ask: Callable[..., list[Fault]]) -> None:
    ask({"kind": "drop_request"})
    assert control(server, "GET")[0]["calls"] == 0


def test_calls_above_a_limit_per_second_are_throttled(server: str, ask: Callable[..., list[Fault]]) -> None:
    # So slow a refill that no machine makes up for it during the test.
    ask({"service": "batch", "operation": "DescribeJobQueues", "limit_per_second": 0.001})
    assert struck(queues(server), 4) == [False, True, True, True]
    assert control(server, "GET")[0]["kind"] == "throttle"


def test_a_bucket_gives_a_second_s_worth_at_once_and_then_the_rate() -> None:
    bucket = Bucket(48, now=100.0)
    assert [bucket.take(100.0) for _ in range(49)] == [True] * 48 + [False]
    assert [bucket.take(100.125) for _ in range(7)] == [True] * 6 + [False]
    assert [bucket.take(160.0) for _ in range(49)] == [True] * 48 + [False]


def test_a_limit_counts_every_client_together_and_no_call_twice() -> None:
    faults = Faults(now=lambda: 5.0)
    faults.replace([{"limit_per_second": 100}])
    codes: list[str] = []

    def many() -> None:
        for _ in range(50):
            environ = {"REQUEST_METHOD": "GET", "PATH_INFO": "/"}
            start: Callable[..., Any] = lambda status, _headers: codes.append(status)  # noqa: E731
            list(faults.around(answers, environ, start))

    threads = [threading.Thread(target=many) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=60)
    assert codes.count("200 OK") == 100
    assert len(codes) == 400
    assert faults.told()[0]["hits"] == 300


def answers(_environ: dict[str, Any], start_response: Callable[..., Any]) -> list[bytes]:
    start_response("200 OK", [])
    return [b""]


WRONG = [
    ({"kind": "throttle"}, "expected a list of faults"),
    (["throttle"], "fault 1 is not an object"),
    ([{"service": "batch"}], "fault 1 has no kind; one of throttle, error, unavailable, drop_request"),
    ([{"kind": "explode"}], 'kind must be one of throttle, error.* not "explode"'),
    ([{"kind": "error", "sevrice": "s3"}], "'sevrice', which no fault has; allowed are service, operation"),
    ([{"kind": "error", "rate": 1.5}], "rate must be a number from 0 to 1, not 1.5"),
    ([{"kind": "error", "rate": True}], "rate must be a number from 0 to 1, not true"),
    ([{"kind": "error", "times": 0}], "times must be a whole number from 1"),
    ([{"kind": "error", "after": "2"}], 'after must be a whole number from 0, not "2"'),
    ([{"kind": "error"}, {"kind": "error", "seed": 1.5}], "fault 2: seed must be a whole number"),
    ([{"kind": "slow"}], "slow needs them"),
    ([{"kind": "error", "seconds": 1}], "seconds belong to the kind slow"),
    ([{"kind": "slow", "seconds": 0}], "seconds must be a number above 0"),
    ([{"kind": "error", "limit_per_second": 5}], "leave kind and rate out"),
    ([{"rate": 0.5, "limit_per_second": 5}], "leave kind and rate out"),
    ([{"limit_per_second": 0}], "limit_per_second must be a number above 0"),
    ([{"kind": "error", "service": "bach"}], "no service 'bach'; near it are .*batch"),
    ([{"kind": "error", "service": "qqqq*"}], "no service 'qqqq\\*'; names are as boto3"),
    (
        [{"kind": "error", "service": "batch", "operation": "SubmitJobs"}],
        "batch has no operation 'SubmitJobs'; near it are SubmitJob",
    ),
    ([{"kind": "error", "service": "batch", "operation": "submit*"}], "batch has no operation 'submit\\*'"),
]


@pytest.mark.parametrize(("content", "words"), WRONG)
def test_what_is_no_fault_is_refused_with_what_is_allowed(
    server: str, ask: Callable[..., list[Fault]], content: Any, words: str
) -> None:
    ask({"service": "s3", "kind": "error"})
    with pytest.raises(urllib.error.HTTPError) as refused:
        control(server, "PUT", content)
    with refused.value as answer:
        assert answer.code == 400
        message = json.load(answer)["message"]
    with pytest.raises(ValueError, match=words):
        raise ValueError(message)
    assert len(control(server, "GET")) == 1
