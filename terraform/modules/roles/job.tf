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

  statement {
    sid       = "Key"
    actions   = ["kms:Decrypt", "kms:GenerateDataKey"]
    resources = [var.kms_key_arn]
  }
}

resource "aws_iam_role" "job" {
  name               = "${var.prefix}-job"
  description        = "Jobs: the workspace bucket, and what the project adds"
  assume_role_policy = data.aws_iam_policy_document.tasks.json
}

resource "aws_iam_role_policy" "job" {
  name   = "work"
  role   = aws_iam_role.job.id
  policy = data.aws_iam_policy_document.job.json
}
