# What the jobs' own code may do: its part of the workspace bucket, and what the project adds.

data "aws_iam_policy_document" "job" {
  source_policy_documents = [
    for statement in var.job_statements : jsonencode({
      Version   = "2012-10-17"
      Statement = [{ for key, value in jsondecode(statement) : key => value if key != "Sid" }]
    })
  ]

  statement {
    sid       = "List"
    actions   = ["s3:ListBucket"]
    resources = [var.bucket_arn]

    condition {
      test     = "StringLike"
      variable = "s3:prefix"
      values   = ["inputs/*", "runs/*"]
    }
  }

  statement {
    sid       = "Read"
    actions   = ["s3:GetObject"]
    resources = ["${var.bucket_arn}/inputs/*", "${var.bucket_arn}/runs/*"]
  }

  statement {
    sid       = "Write"
    actions   = ["s3:AbortMultipartUpload", "s3:ListMultipartUploadParts", "s3:PutObject"]
    resources = ["${var.bucket_arn}/runs/*"]
  }

  # ECS Exec: the agent in the container opens its channels with the job role. The actions know no
  # resources.
  # https://docs.aws.amazon.com/AmazonECS/latest/developerguide/ecs-exec.html
  dynamic "statement" {
    for_each = var.exec ? ["channels"] : []

    content {
      sid = "Exec"
      actions = [
        "ssmmessages:CreateControlChannel", "ssmmessages:CreateDataChannel",
        "ssmmessages:OpenControlChannel", "ssmmessages:OpenDataChannel",
      ]
      resources = ["*"]
    }
  }
}

# Apart from the rest: a new key's ARN is not known before the apply, and would hide the whole
# document from the first plan.
data "aws_iam_policy_document" "key" {
  statement {
    actions   = ["kms:Decrypt", "kms:GenerateDataKey"]
    resources = [var.kms_key_arn]

    # By way of the bucket: a job deciphers objects, and nothing else that the key is for.
    condition {
      test     = "StringEquals"
      variable = "kms:ViaService"
      values   = ["s3.${var.account.region}.${var.account.dns_suffix}"]
    }
  }
}

resource "aws_iam_role" "job" {
  name                 = "${var.prefix}-job"
  description          = "Jobs: the workspace bucket, and what the project adds"
  assume_role_policy   = data.aws_iam_policy_document.tasks.json
  path                 = var.roles.path
  permissions_boundary = var.roles.permissions_boundary
}

resource "aws_iam_role_policy" "job" {
  name   = "work"
  role   = aws_iam_role.job.id
  policy = data.aws_iam_policy_document.job.json
}

resource "aws_iam_role_policy" "key" {
  name   = "key"
  role   = aws_iam_role.job.id
  policy = data.aws_iam_policy_document.key.json
}

# What somebody else adds to the role, the next plan shows, and removes.
resource "aws_iam_role_policies_exclusive" "job" {
  role_name    = aws_iam_role.job.name
  policy_names = [aws_iam_role_policy.job.name, aws_iam_role_policy.key.name]
}

resource "aws_iam_role_policy_attachments_exclusive" "job" {
  role_name   = aws_iam_role.job.name
  policy_arns = []
}
