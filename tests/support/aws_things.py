"""Things of many services in a local AWS, and what it tells of them."""

import json
import os
import time
from typing import Any

from local_aws import ACCOUNT, client

LARGE = os.urandom(300_000)


def make_network(endpoint: str) -> None:
    ec2 = client("ec2", endpoint)
    vpc = ec2.create_vpc(CidrBlock="10.42.0.0/16")["Vpc"]["VpcId"]
    subnet = ec2.create_subnet(VpcId=vpc, CidrBlock="10.42.1.0/24")["Subnet"]["SubnetId"]
    group = ec2.create_security_group(GroupName="jobs", Description="of the jobs", VpcId=vpc)["GroupId"]
    ec2.create_vpc_endpoint(
        VpcId=vpc,
        ServiceName="com.amazonaws.eu-west-1.ecr.api",
        VpcEndpointType="Interface",
        SubnetIds=[subnet],
        SecurityGroupIds=[group],
    )
    ec2.create_key_pair(KeyName="door")


def make_rights(endpoint: str) -> None:
    iam = client("iam", endpoint)
    iam.create_role(RoleName="execution", AssumeRolePolicyDocument="{}", Tags=[{"Key": "a", "Value": "b"}])
    statement = {"Effect": "Allow", "Action": "s3:GetObject", "Resource": "*"}
    policy = json.dumps({"Version": "2012-10-17", "Statement": [statement]})
    iam.put_role_policy(RoleName="execution", PolicyName="may", PolicyDocument=policy)
    iam.create_user(UserName="user")
    kms = client("kms", endpoint)
    kms.create_alias(AliasName="alias/mine", TargetKeyId=kms.create_key()["KeyMetadata"]["KeyId"])
    kms.create_key(KeySpec="RSA_2048", KeyUsage="SIGN_VERIFY", Description="signs")
    client("secretsmanager", endpoint).create_secret(Name="secret", SecretString="s3cret")
    client("ssm", endpoint).put_parameter(Name="/a/b", Value="c", Type="SecureString")


def make_storage(endpoint: str) -> None:
    s3 = client("s3", endpoint)
    s3.create_bucket(Bucket="bucket", CreateBucketConfiguration={"LocationConstraint": "eu-west-1"})
    s3.put_bucket_versioning(Bucket="bucket", VersioningConfiguration={"Status": "Enabled"})
    for body in (b"first", b"second\xff\x00"):
        s3.put_object(Bucket="bucket", Key="small", Body=body, Metadata={"name": "value"})
    s3.put_object(Bucket="bucket", Key="large", Body=LARGE)
    s3.put_object(Bucket="bucket", Key="gone", Body=LARGE + b"!")
    s3.delete_object(Bucket="bucket", Key="gone")
    upload = s3.create_multipart_upload(Bucket="bucket", Key="parts")["UploadId"]
    part = s3.upload_part(Bucket="bucket", Key="parts", UploadId=upload, PartNumber=1, Body=LARGE)
    done = {"Parts": [{"ETag": part["ETag"], "PartNumber": 1}]}
    s3.complete_multipart_upload(Bucket="bucket", Key="parts", UploadId=upload, MultipartUpload=done)
    client("ecr", endpoint).create_repository(repositoryName="images")


def make_messages(endpoint: str) -> None:
    logs, events = client("logs", endpoint), client("events", endpoint)
    logs.create_log_group(logGroupName="/group", tags={"a": "b"})
    logs.create_log_stream(logGroupName="/group", logStreamName="stream")
    now = int(time.time() * 1000)
    lines = [{"timestamp": now, "message": f"line {n} ü"} for n in range(100)]
    logs.put_log_events(logGroupName="/group", logStreamName="stream", logEvents=lines)
    events.put_rule(Name="jobs", EventPattern='{"source": ["mine"]}')
    target = f"arn:aws:logs:eu-west-1:{ACCOUNT}:log-group:/group"
    events.put_targets(Rule="jobs", Targets=[{"Id": "1", "Arn": target}])
    events.put_events(Entries=[{"Source": "mine", "DetailType": "it happened", "Detail": '{"n": 1}'}])
    sqs = client("sqs", endpoint)
    queue = sqs.create_queue(QueueName="queue", Attributes={"VisibilityTimeout": "3600"})["QueueUrl"]
    for text in ("done", "taken", "waiting"):
        sqs.send_message(QueueUrl=queue, MessageBody=text)
    received = sqs.receive_message(QueueUrl=queue, WaitTimeSeconds=1)["Messages"][0]
    sqs.delete_message(QueueUrl=queue, ReceiptHandle=received["ReceiptHandle"])
    sqs.receive_message(QueueUrl=queue)
    client("sns", endpoint).create_topic(Name="topic")


def fill(endpoint: str) -> None:
    make_network(endpoint)
    make_rights(endpoint)
    make_storage(endpoint)
    make_messages(endpoint)


def told(endpoint: str) -> dict[str, Any]:
    """What the services say of everything, without what an answer says of itself."""

    def ask(service: str, operation: str, **request: Any) -> Any:
        answer = getattr(client(service, endpoint), operation)(**request)
        answer.pop("ResponseMetadata")
        if "Body" in answer:
            answer["Body"] = answer["Body"].read()
        return answer

    def ask_s3(operation: str, **more: Any) -> Any:
        return ask("s3", operation, Bucket="bucket", **more)

    keys = ask("kms", "list_keys")["Keys"]
    queue = client("sqs", endpoint).get_queue_url(QueueName="queue")["QueueUrl"]
    return {
        "vpcs": ask("ec2", "describe_vpcs"),
        "subnets": ask("ec2", "describe_subnets"),
        "groups": ask("ec2", "describe_security_groups"),
        "endpoints": ask("ec2", "describe_vpc_endpoints"),
        "endpoint services": ask("ec2", "describe_vpc_endpoint_services"),
        "interfaces": ask("ec2", "describe_network_interfaces"),
        "key pairs": ask("ec2", "describe_key_pairs"),
        "elsewhere": client("ec2", endpoint, "us-west-2").describe_vpcs()["Vpcs"],
        "role": ask("iam", "get_role", RoleName="execution"),
        "policy": ask("iam", "get_role_policy", RoleName="execution", PolicyName="may"),
        "users": ask("iam", "list_users"),
        "keys": [ask("kms", "describe_key", KeyId=key["KeyId"]) for key in keys],
        "aliases": ask("kms", "list_aliases"),
        "secret": ask("secretsmanager", "describe_secret", SecretId="secret"),
        "parameter": ask("ssm", "get_parameter", Name="/a/b", WithDecryption=True),
        "buckets": ask("s3", "list_buckets"),
        "versions": ask_s3("list_object_versions"),
        "small": ask_s3("get_object", Key="small"),
        "large": ask_s3("get_object", Key="large"),
        "parts": ask_s3("get_object", Key="parts"),
        "repositories": ask("ecr", "describe_repositories"),
        "log groups": ask("logs", "describe_log_groups"),
        "streams": ask("logs", "describe_log_streams", logGroupName="/group"),
        "log events": ask("logs", "filter_log_events", logGroupName="/group"),
        "bus": ask("events", "describe_event_bus"),
        "rules": ask("events", "list_rules"),
        "targets": ask("events", "list_targets_by_rule", Rule="jobs"),
        "queue": ask("sqs", "get_queue_attributes", QueueUrl=queue, AttributeNames=["All"]),
        "topics": ask("sns", "list_topics"),
    }
