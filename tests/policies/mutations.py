"""How each promise of the stack is broken."""

from mutation import Addition, Change, Mutation, drop, drop_block, other

# Promise => how it is broken. Own policies first, then those that are built into checkov.
MUTATIONS: dict[str, Mutation] = {
    "an internet gateway": Addition(policy="CKV2_FARGO_1", kind="aws_internet_gateway"),
    "an egress-only gateway": Addition(policy="CKV2_FARGO_1", kind="aws_egress_only_internet_gateway"),
    "a NAT gateway": Addition(policy="CKV2_FARGO_1", kind="aws_nat_gateway"),
    "a public address": Addition(policy="CKV2_FARGO_1", kind="aws_eip"),
    "a route beside the table": Addition(policy="CKV2_FARGO_1", kind="aws_route"),
    "public subnets": Change(
        policy="CKV2_FARGO_2",
        kind="aws_subnet",
        pattern=other("map_public_ip_on_launch"),
        replacement=r"\1 true",
    ),
    "jobs with public addresses": Change(
        policy="CKV2_FARGO_3",
        kind="aws_batch_job_definition",
        pattern=r'(assignPublicIp\s*=) "DISABLED"',
        replacement=r'\1 "ENABLED"',
    ),
    "open endpoints": Change(policy="CKV2_FARGO_4", kind="aws_vpc_endpoint", pattern=drop("policy")),
    "logs kept for ever": Change(
        policy="CKV2_FARGO_5", kind="aws_cloudwatch_log_group", pattern=drop("retention_in_days")
    ),
    "a default route": Change(
        policy="CKV2_FARGO_6",
        kind="aws_route_table",
        pattern=r"\n  tags",
        replacement='\n  route {\n    cidr_block = "0.0.0.0/0"\n    gateway_id = "igw-1"\n  }\n  tags',
    ),
    "a rule beside its group": Addition(policy="CKV2_FARGO_7", kind="aws_vpc_security_group_egress_rule"),
    "a rule of the old kind": Addition(policy="CKV2_FARGO_7", kind="aws_security_group_rule"),
    "jobs that reach the whole world": Change(
        policy="CKV2_FARGO_8",
        kind="aws_security_group",
        name="jobs",
        pattern=r"prefix_list_ids = .*",
        replacement='cidr_blocks = ["0.0.0.0/0"]',
    ),
    "jobs that are reached": Change(
        policy="CKV2_FARGO_8",
        kind="aws_security_group",
        name="jobs",
        pattern=r"ingress *= \[\]",
        replacement='ingress {\n    protocol = "tcp"\n    from_port = 80\n    to_port = 80\n    self = true\n  }',
    ),
    "endpoints without their names": Change(
        policy="CKV2_FARGO_9",
        kind="aws_vpc_endpoint",
        pattern=other("private_dns_enabled"),
        replacement=r"\1 false",
    ),
    "machines of our own": Change(
        policy="CKV2_FARGO_10",
        kind="aws_batch_compute_environment",
        pattern=r"(compute_resources \{\n *type *=).*",
        replacement=r'\1 "EC2"',
    ),
    "an environment replaced with a gap": Change(
        policy="CKV2_FARGO_10", kind="aws_batch_compute_environment", pattern=drop("create_before_destroy")
    ),
    "an environment with a role of its own": Change(
        policy="CKV2_FARGO_10",
        kind="aws_batch_compute_environment",
        pattern=r"\n  state ",
        replacement='\n  service_role = "arn:aws:iam::123456789012:role/batch"\n  state ',
    ),
    "an image without a tag": Change(
        policy="CKV2_FARGO_11",
        kind="aws_batch_job_definition",
        pattern=other(r"\bimage"),
        replacement=r"\1 aws_ecr_repository.this.repository_url",
    ),
    "the latest image": Change(
        policy="CKV2_FARGO_11",
        kind="aws_batch_job_definition",
        pattern=other(r"\bimage"),
        replacement=r'\1 "demo:latest"',
    ),
    "the latest platform": Change(
        policy="CKV2_FARGO_12",
        kind="aws_batch_job_definition",
        pattern=r'(platformVersion\s*=) "[\d.]+"',
        replacement=r'\1 "LATEST"',
    ),
    "logs that go elsewhere": Change(
        policy="CKV2_FARGO_13",
        kind="aws_batch_job_definition",
        pattern=r'(logDriver\s*=) "awslogs"',
        replacement=r'\1 "splunk"',
    ),
    "logs in everybody's group": Change(
        policy="CKV2_FARGO_14", kind="aws_batch_job_definition", pattern=drop('"awslogs-group"')
    ),
    "a job without an execution role": Change(
        policy="CKV2_FARGO_15", kind="aws_batch_job_definition", pattern=drop("executionRoleArn")
    ),
    "a job without a retry strategy": Change(
        policy="CKV2_FARGO_16", kind="aws_batch_job_definition", pattern=drop_block("retry_strategy")
    ),
    "a queue that can be blocked for ever": Change(
        policy="CKV2_FARGO_17", kind="aws_batch_job_queue", pattern=drop_block("job_state_time_limit_action")
    ),
    "log groups under AWS's key": Change(
        policy="CKV2_FARGO_18", kind="aws_cloudwatch_log_group", pattern=drop("kms_key_id")
    ),
    "a bucket under AWS's key": Change(
        policy="CKV2_FARGO_18",
        kind="aws_s3_bucket_server_side_encryption_configuration",
        pattern=drop("kms_master_key_id"),
    ),
    "images under AWS's key": Change(
        policy="CKV2_FARGO_18", kind="aws_ecr_repository", pattern=drop("kms_key")
    ),
    "a topic under AWS's key": Addition(
        policy="CKV2_FARGO_18", kind="aws_sns_topic", body='  kms_master_key_id = "alias/aws/sns"'
    ),
    "a repository that cannot be destroyed": Change(
        policy="CKV2_FARGO_19", kind="aws_ecr_repository", pattern=drop("force_delete")
    ),
    "full access for the job": Addition(
        policy="CKV2_FARGO_20",
        kind="aws_iam_role_policy_attachment",
        body='  role       = "job"\n  policy_arn = "arn:aws:iam::aws:policy/AmazonS3FullAccess"',
    ),
    "a bucket without a policy": Change(
        policy="CKV2_FARGO_21",
        kind="aws_s3_bucket_policy",
        pattern=r"(bucket *=).*",
        replacement=r'\1 "another"',
        seen_on="aws_s3_bucket",
    ),
    "a key that never turns": Change(
        policy="CKV_AWS_7", kind="aws_kms_key", pattern=other("enable_key_rotation"), replacement=r"\1 false"
    ),
    "objects without versions": Change(
        policy="CKV_AWS_21",
        kind="aws_s3_bucket_versioning",
        pattern=r'"Enabled"',
        replacement='"Suspended"',
        seen_on="aws_s3_bucket",
    ),
    "a topic in the clear": Addition(policy="CKV_AWS_26", kind="aws_sns_topic"),
    "any action for a service": Change(
        policy="CKV_AWS_49",
        kind="aws_iam_policy_document",
        name="execution",
        pattern=r'(actions *=) \["ecr:GetAuthorizationToken"\]',
        replacement=r'\1 ["*"]',
    ),
    "tags that move": Change(
        policy="CKV_AWS_51", kind="aws_ecr_repository", pattern=r'"IMMUTABLE"', replacement='"MUTABLE"'
    ),
    "public objects": Change(
        policy="CKV_AWS_53",
        kind="aws_s3_bucket_public_access_block",
        pattern=other("block_public_acls"),
        replacement=r"\1 false",
    ),
    "a public bucket policy": Change(
        policy="CKV_AWS_54",
        kind="aws_s3_bucket_public_access_block",
        pattern=other("block_public_policy"),
        replacement=r"\1 false",
    ),
    "public lists that count": Change(
        policy="CKV_AWS_55",
        kind="aws_s3_bucket_public_access_block",
        pattern=other("ignore_public_acls"),
        replacement=r"\1 false",
    ),
    "a public bucket": Change(
        policy="CKV_AWS_56",
        kind="aws_s3_bucket_public_access_block",
        pattern=other("restrict_public_buckets"),
        replacement=r"\1 false",
    ),
    "a bucket without KMS": Change(
        policy="CKV_AWS_145",
        kind="aws_s3_bucket_server_side_encryption_configuration",
        pattern=r'"aws:kms"',
        replacement='"AES256"',
        seen_on="aws_s3_bucket",
    ),
    "images that nobody scans": Change(
        policy="CKV_AWS_163",
        kind="aws_ecr_repository",
        pattern=other("scan_on_push"),
        replacement=r"\1 false",
    ),
    "an administrator": Addition(
        policy="CKV_AWS_274",
        kind="aws_iam_role_policy_attachment",
        body='  role       = "job"\n  policy_arn = "arn:aws:iam::aws:policy/AdministratorAccess"',
    ),
    "a network without flow logs": Change(
        policy="CKV2_AWS_11",
        kind="aws_flow_log",
        pattern=r"(vpc_id *=).*",
        replacement=r'\1 "vpc-1"',
        seen_on="aws_vpc",
    ),
    "an open default group": Change(
        policy="CKV2_AWS_12",
        kind="aws_default_security_group",
        pattern=r"egress *= \[\]",
        replacement='egress {\n    protocol = "-1"\n    from_port = 0\n    to_port = 0\n    self = true\n  }',
        seen_on="aws_vpc",
    ),
}
