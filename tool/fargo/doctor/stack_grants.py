"""What Terraform asks of IAM for the stack: to look at it, to change it, and what `down` asks for besides."""

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace

from fargo.doctor.grant import (
    ANY,
    ENVIRONMENTS,
    GROUPS,
    LINKED,
    OBJECTS,
    QUEUES,
    ROLES,
    RULES,
    TAGGED,
    Grant,
    every,
)

NETWORK = {
    ("CreateVpc", "ModifyVpcAttribute"): ("vpc",),
    ("CreateSubnet",): ("subnet", "vpc"),
    ("CreateRouteTable",): ("route-table", "vpc"),
    ("CreateNetworkAcl",): ("network-acl", "vpc"),
    ("CreateSecurityGroup",): ("security-group", "vpc"),
    ("CreateFlowLogs",): ("vpc-flow-log", "vpc"),
    ("CreateVpcEndpoint",): ("vpc-endpoint", "vpc", "subnet", "security-group", "route-table"),
    ("ModifyVpcEndpoint",): ("route-table", "security-group", "subnet"),
    ("AssociateRouteTable", "DisassociateRouteTable"): ("route-table", "subnet"),
    ("CreateNetworkAclEntry", "DeleteNetworkAclEntry"): ("network-acl",),
    ("ReplaceNetworkAclAssociation",): ("network-acl", "subnet"),
    (
        "AuthorizeSecurityGroupEgress", "AuthorizeSecurityGroupIngress",
        "RevokeSecurityGroupEgress", "RevokeSecurityGroupIngress",
    ): ("security-group",),
    ("CreateTags", "DeleteTags"): (
        "network-acl", "route-table", "security-group", "subnet", "vpc", "vpc-endpoint", "vpc-flow-log",
    ),
}  # fmt: skip
"""A VPC is born with a security group, an ACL and a route table that carry no tag until we close them."""
OWN_NETWORK = {
    ("DeleteFlowLogs",): ("vpc-flow-log",),
    ("DeleteNetworkAcl",): ("network-acl",),
    ("DeleteRouteTable",): ("route-table",),
    ("DeleteSecurityGroup",): ("security-group",),
    ("DeleteSubnet",): ("subnet",),
    ("DeleteVpc",): ("vpc",),
    ("DeleteVpcEndpoints", "ModifyVpcEndpoint"): ("vpc-endpoint",),
}


def _network(sid: str, kinds: Mapping[tuple[str, ...], tuple[str, ...]], *, own: bool) -> Iterator[Grant]:
    """Actions of EC2 → the kinds of resources that each of them touches."""
    for actions, touched in kinds.items():
        on = tuple(f"{{ec2}}:{kind}/*" for kind in touched)
        yield Grant(sid, every("ec2", *actions), on, TAGGED if own else None)


LOOK = (
    Grant(
        "Account",
        (
            *every(
                "batch", "DescribeComputeEnvironments", "DescribeJobDefinitions", "DescribeJobQueues",
                "DescribeSchedulingPolicies", "ListSchedulingPolicies",
            ),
            *every(
                "ec2", "DescribeAvailabilityZones", "DescribeFlowLogs", "DescribeNetworkAcls",
                "DescribeNetworkInterfaces", "DescribePrefixLists", "DescribeRouteTables",
                "DescribeSecurityGroupRules", "DescribeSecurityGroups", "DescribeSubnets",
                "DescribeVpcEndpoints", "DescribeVpcs",
            ),
            *every("kms", "ListAliases", "ListKeys"),
            *every("logs", "DescribeLogGroups", "DescribeResourcePolicies"),
            *every("sns", "GetSubscriptionAttributes", "ListTopics"),
        ),
        ANY,
    ),
    Grant("Network", ("ec2:DescribeVpcAttribute",), ("{ec2}:vpc/*",)),
    Grant("Batch", ("batch:ListTagsForResource",), (*QUEUES, *ENVIRONMENTS, "{definition}", "{scheduling}")),
    Grant(
        "Repository",
        every("ecr", "DescribeImages", "DescribeRepositories", "GetLifecyclePolicy", "ListTagsForResource"),
        ("{repository}",),
    ),
    Grant(
        "Rules",
        every("events", "DescribeRule", "ListTagsForResource", "ListTargetsByRule"),
        RULES,
    ),
    Grant(
        "Roles",
        every("iam", "GetRole", "GetRolePolicy", "ListAttachedRolePolicies", "ListRolePolicies"),
        ROLES,
    ),
    Grant("LinkedRoles", ("iam:GetRole",), LINKED),
    Grant(
        "Key",
        every("kms", "DescribeKey", "GetKeyPolicy", "GetKeyRotationStatus", "ListResourceTags"),
        ("{key}",),
    ),
    Grant("Groups", every("logs", "ListTagsForResource"), GROUPS),
    Grant(
        "Bucket",
        every(
            "s3", "GetAccelerateConfiguration", "GetBucketAcl", "GetBucketCORS", "GetBucketLogging",
            "GetBucketObjectLockConfiguration", "GetBucketOwnershipControls", "GetBucketPolicy",
            "GetBucketPublicAccessBlock", "GetBucketRequestPayment", "GetBucketTagging",
            "GetBucketVersioning", "GetBucketWebsite", "GetEncryptionConfiguration",
            "GetLifecycleConfiguration", "GetReplicationConfiguration", "ListBucket", "ListBucketVersions",
        ),
        ("{bucket}",),
    ),
    Grant("Topic", every("sns", "GetTopicAttributes", "ListTagsForResource"), ("{topic}",)),
)  # fmt: skip
"""What a plan reads."""

CHANGE = (
    Grant(
        "Batch",
        every(
            "batch", "CreateComputeEnvironment", "DeleteComputeEnvironment", "TagResource", "UntagResource",
            "UpdateComputeEnvironment",
        ),
        ENVIRONMENTS,
    ),
    Grant(
        "Batch",
        every("batch", "CreateJobQueue", "UpdateJobQueue"),
        (*QUEUES, *ENVIRONMENTS, "{scheduling}"),
    ),
    Grant("Batch", every("batch", "DeleteJobQueue", "TagResource", "UntagResource"), QUEUES),
    Grant(
        "Batch",
        every(
            "batch", "CreateSchedulingPolicy", "DeleteSchedulingPolicy", "TagResource", "UntagResource",
            "UpdateSchedulingPolicy",
        ),
        ("{scheduling}",),
    ),
    Grant(
        "Batch",
        every("batch", "DeregisterJobDefinition", "RegisterJobDefinition", "TagResource", "UntagResource"),
        ("{definition}",),
    ),
    *_network("Network", NETWORK, own=False),
    *_network("OwnNetwork", OWN_NETWORK, own=True),
    # An interface endpoint's private name is a hosted zone that the VPC is associated with.
    Grant("PrivateNames", ("route53:AssociateVPCWithHostedZone",), ("{zone}", "{ec2}:vpc/*")),
    Grant(
        "Repository",
        every(
            "ecr", "CreateRepository", "DeleteLifecyclePolicy", "DeleteRepository",
            "PutImageScanningConfiguration", "PutImageTagMutability", "PutLifecyclePolicy", "TagResource",
            "UntagResource",
        ),
        ("{repository}",),
    ),
    Grant(
        "Rules",
        every(
            "events", "DeleteRule", "PutRule", "PutTargets", "RemoveTargets", "TagResource", "UntagResource",
        ),
        RULES,
    ),
    Grant(
        "Roles",
        every(
            "iam", "CreateRole", "DeleteRole", "DeleteRolePolicy", "DetachRolePolicy",
            "ListInstanceProfilesForRole", "PutRolePermissionsBoundary", "PutRolePolicy", "TagRole",
            "UntagRole", "UpdateAssumeRolePolicy", "UpdateRole", "UpdateRoleDescription",
        ),
        ROLES,
    ),
    Grant("Roles", ("iam:PassRole",), ROLES),
    # The provider tags a role that it has just made with its default tags, by a call of its own.
    Grant("LinkedRoles", ("iam:CreateServiceLinkedRole", "iam:TagRole"), LINKED),
    Grant("Account", ("kms:CreateKey",), ANY),
    # A new key is turned at once, and KMS may take minutes to see a tag when it decides:
    # https://docs.aws.amazon.com/kms/latest/developerguide/tag-authorization.html
    Grant("Key", every("kms", "EnableKeyRotation", "TagResource"), ("{key}",)),
    Grant("Alias", every("kms", "CreateAlias", "DeleteAlias", "UpdateAlias"), ("{alias}", "{key}")),
    # The grants are what Amazon ECR asks for of whoever makes a repository with a key.
    Grant(
        "OwnKey",
        every(
            "kms", "CreateGrant", "PutKeyPolicy", "RetireGrant", "ScheduleKeyDeletion", "UntagResource",
            "UpdateKeyDescription",
        ),
        ("{key}",),
        TAGGED,
    ),
    Grant(
        "Groups",
        every(
            "logs", "AssociateKmsKey", "CreateLogGroup", "DeleteLogGroup", "PutRetentionPolicy",
            "TagResource", "UntagResource",
        ),
        GROUPS,
    ),
    Grant("Account", every("logs", "DeleteResourcePolicy", "PutResourcePolicy"), ANY),
    Grant(
        "Bucket",
        every(
            "s3", "CreateBucket", "DeleteBucket", "DeleteBucketPolicy", "PutBucketOwnershipControls",
            "PutBucketPolicy", "PutBucketPublicAccessBlock", "PutBucketTagging", "PutBucketVersioning",
            "PutEncryptionConfiguration", "PutLifecycleConfiguration",
        ),
        ("{bucket}",),
    ),
    Grant(
        "Topic",
        every(
            "sns", "CreateTopic", "DeleteTopic", "SetTopicAttributes", "Subscribe", "TagResource",
            "UntagResource",
        ),
        ("{topic}",),
    ),
    Grant("Account", ("sns:Unsubscribe",), ANY),
)  # fmt: skip
"""What Terraform makes, changes and takes away: a change of the project file may replace something."""

_MAKES = re.compile(
    r"\w+:(Create|Register|Pass|Subscribe|Authorize|Associate|Tag|Enable"
    r"|PutRole|PutKey|PutRule|PutTargets|PutResource|PutBucketPolicy|PutRetention|PutImage|PutLifecyclePolicy"
    r"|UpdateAssume|UpdateRole)\w*"
)


def _without_making(grants: Iterable[Grant]) -> Iterator[Grant]:
    for grant in grants:
        actions = tuple(action for action in grant.actions if not _MAKES.fullmatch(action))
        if actions:
            yield replace(grant, actions=actions)


TAKE_AWAY = tuple(_without_making(CHANGE))
"""Of that, what takes away: who may take a stack down need not be able to make a role."""

EMPTY = (
    Grant("Account", every("iam", "ListRoles"), ANY),
    Grant("Account", ("s3:ListAllMyBuckets",), ANY),
    Grant("Account", ("events:ListRules",), ANY),
    Grant("Account", ("batch:ListJobs",), ANY),
    Grant("Batch", ("batch:UpdateJobQueue",), QUEUES),
    Grant("OwnJobs", ("batch:TerminateJob",), ("{job}",), TAGGED),
    Grant("Repository", ("ecr:ListImages",), ("{repository}",)),
    Grant("Groups", ("logs:DescribeLogStreams",), GROUPS),
    Grant("Objects", every("s3", "DeleteObject", "DeleteObjectVersion"), OBJECTS),
)
"""What is stopped, counted and emptied before a stack is taken down, and the proof that it is gone."""
