locals {
  # Bucket names are unique in the world and hold 63 characters. The few that come out longer (a
  # long project in a region like ap-northeast-1) give up part of the project's name for a hash of it.
  bucket_suffix = "-${var.account.id}-${var.account.region}"
  bucket_room   = 63 - length(local.bucket_suffix)
  bucket_stem = length(var.prefix) <= local.bucket_room ? var.prefix : join("-", [
    trimsuffix(substr(var.prefix, 0, local.bucket_room - 9), "-"),
    substr(sha256(var.prefix), 0, 8),
  ])
}

resource "aws_s3_bucket" "workspace" {
  #checkov:skip=CKV_AWS_18:A second bucket of access logs would outgrow this one; data events of CloudTrail are the account's choice
  #checkov:skip=CKV_AWS_144:One region by design; inputs and results can be made again
  #checkov:skip=CKV2_AWS_62:Nothing listens to object events; job state changes are recorded by the events module
  bucket        = "${local.bucket_stem}${local.bucket_suffix}"
  force_destroy = var.force_destroy
}

resource "aws_s3_bucket_versioning" "workspace" {
  bucket = aws_s3_bucket.workspace.id

  versioning_configuration {
    status = "Enabled"
  }
}

resource "aws_s3_bucket_server_side_encryption_configuration" "workspace" {
  bucket = aws_s3_bucket.workspace.id

  rule {
    # One call to KMS a bucket and time span, not one an object.
    bucket_key_enabled = true

    apply_server_side_encryption_by_default {
      sse_algorithm     = "aws:kms"
      kms_master_key_id = aws_kms_key.this.arn
    }
  }
}

resource "aws_s3_bucket_ownership_controls" "workspace" {
  bucket = aws_s3_bucket.workspace.id

  rule {
    object_ownership = "BucketOwnerEnforced"
  }
}

resource "aws_s3_bucket_public_access_block" "workspace" {
  bucket = aws_s3_bucket.workspace.id

  block_public_acls       = true
  block_public_policy     = true
  ignore_public_acls      = true
  restrict_public_buckets = true
}

data "aws_iam_policy_document" "bucket" {
  statement {
    sid       = "TlsOnly"
    effect    = "Deny"
    actions   = ["s3:*"]
    resources = [aws_s3_bucket.workspace.arn, "${aws_s3_bucket.workspace.arn}/*"]

    principals {
      type        = "*"
      identifiers = ["*"]
    }

    condition {
      test     = "Bool"
      variable = "aws:SecureTransport"
      values   = ["false"]
    }
  }

  # An upload that says nothing gets the project's key from the bucket. One that names an encryption
  # of its own must name that key; a missing key counts as another.
  statement {
    sid       = "OurKeyOnly"
    effect    = "Deny"
    actions   = ["s3:PutObject"]
    resources = ["${aws_s3_bucket.workspace.arn}/*"]

    principals {
      type        = "*"
      identifiers = ["*"]
    }

    condition {
      test     = "Null"
      variable = "s3:x-amz-server-side-encryption"
      values   = ["false"]
    }

    condition {
      test     = "ArnNotEquals"
      variable = "s3:x-amz-server-side-encryption-aws-kms-key-id"
      values   = [aws_kms_key.this.arn]
    }
  }

  statement {
    sid       = "NoKeyOfTheCaller"
    effect    = "Deny"
    actions   = ["s3:PutObject"]
    resources = ["${aws_s3_bucket.workspace.arn}/*"]

    principals {
      type        = "*"
      identifiers = ["*"]
    }

    condition {
      test     = "Null"
      variable = "s3:x-amz-server-side-encryption-customer-algorithm"
      values   = ["false"]
    }
  }
}

resource "aws_s3_bucket_policy" "workspace" {
  bucket = aws_s3_bucket.workspace.id
  policy = data.aws_iam_policy_document.bucket.json

  # S3 refuses two changes of a bucket's access at once.
  depends_on = [aws_s3_bucket_public_access_block.workspace]
}

resource "aws_s3_bucket_lifecycle_configuration" "workspace" {
  bucket = aws_s3_bucket.workspace.id

  rule {
    id     = "old-versions"
    status = "Enabled"

    filter {}

    noncurrent_version_expiration {
      noncurrent_days = 30
    }

    # What is left of a deleted object when its last version has gone.
    expiration {
      expired_object_delete_marker = true
    }
  }

  rule {
    id     = "unfinished-uploads"
    status = "Enabled"

    filter {}

    abort_incomplete_multipart_upload {
      days_after_initiation = 7
    }
  }

  # S3 has no old versions to speak of before versioning is on.
  depends_on = [aws_s3_bucket_versioning.workspace]
}
