"""Which actions of IAM a call of an API asks for, where that is not the action of its own name.

Source: the Service Authorization Reference, “Actions, resources, and condition keys for Amazon S3”, and the
API references of the operations.
"""

S3 = {
    "AbortMultipartUpload": ("AbortMultipartUpload",),
    "CompleteMultipartUpload": ("PutObject",),
    "CreateMultipartUpload": ("PutObject",),
    "DeleteBucketEncryption": ("PutEncryptionConfiguration",),
    "DeleteBucketLifecycle": ("PutLifecycleConfiguration",),
    "DeleteBucketOwnershipControls": ("PutBucketOwnershipControls",),
    "DeleteObjects": ("DeleteObject", "DeleteObjectVersion"),
    "DeletePublicAccessBlock": ("PutBucketPublicAccessBlock",),
    "GetBucketAccelerateConfiguration": ("GetAccelerateConfiguration",),
    "GetBucketCors": ("GetBucketCORS",),
    "GetBucketEncryption": ("GetEncryptionConfiguration",),
    "GetBucketLifecycle|GetBucketLifecycleConfiguration": ("GetLifecycleConfiguration",),
    "GetBucketReplication": ("GetReplicationConfiguration",),
    "GetObjectLockConfiguration": ("GetBucketObjectLockConfiguration",),
    "GetPublicAccessBlock": ("GetBucketPublicAccessBlock",),
    "HeadBucket": ("ListBucket",),
    "HeadObject": ("GetObject",),
    "ListBuckets|ListDirectoryBuckets": ("ListAllMyBuckets",),
    "ListObjectVersions": ("ListBucketVersions",),
    "ListObjectsV2": ("ListBucket",),
    "PutBucketEncryption": ("PutEncryptionConfiguration",),
    "PutBucketLifecycle|PutBucketLifecycleConfiguration": ("PutLifecycleConfiguration",),
    "PutPublicAccessBlock": ("PutBucketPublicAccessBlock",),
    "UploadPart": ("PutObject",),
}
OTHERS = {
    # The API reference says so; it has no action of its own.
    "batch:TerminateJobs": ("batch:TerminateJob",),
    # Everybody may, even where a policy denies it (STS API reference).
    "sts:GetCallerIdentity": (),
}
PREFIXES = {"service-quotas": "servicequotas"}


def actions_of(call: str) -> tuple[str, ...]:
    """The actions that a call, such as `s3:HeadBucket`, asks for."""
    service, _, operation = call.partition(":")
    if service == "s3":
        return tuple(f"s3:{action}" for action in S3.get(operation, (operation,)))
    return OTHERS.get(call, (f"{PREFIXES.get(service, service)}:{operation}",))
