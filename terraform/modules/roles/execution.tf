# What Fargate itself does before and beside the job: pull, log, read secrets.

locals {
  secrets    = [for arn in var.secret_arns : arn if split(":", arn)[2] == "secretsmanager"]
  parameters = [for arn in var.secret_arns : arn if split(":", arn)[2] == "ssm"]
}

data "aws_iam_policy_document" "execution" {
  statement {
    sid = "Token"
    # The one action of ECR that knows no resource.
    actions   = ["ecr:GetAuthorizationToken"]
    resources = ["*"]
  }

  statement {
    sid       = "Pull"
    actions   = ["ecr:BatchCheckLayerAvailability", "ecr:BatchGetImage", "ecr:GetDownloadUrlForLayer"]
    resources = [var.repository_arn]
  }

  statement {
    sid       = "Log"
    actions   = ["logs:CreateLogStream", "logs:PutLogEvents"]
    resources = ["${var.jobs_log_arn}:*"]
  }

  dynamic "statement" {
    for_each = length(local.secrets) > 0 ? [local.secrets] : []

    content {
      sid       = "Secrets"
      actions   = ["secretsmanager:GetSecretValue"]
      resources = statement.value
    }
  }

  dynamic "statement" {
    for_each = length(local.parameters) > 0 ? [local.parameters] : []

    content {
      sid       = "Parameters"
      actions   = ["ssm:GetParameters"]
      resources = statement.value
    }
  }

  # A secret may be under a key of its own, whose policy still has the last word.
  dynamic "statement" {
    for_each = length(var.secret_arns) > 0 ? ["keys"] : []

    content {
      sid       = "KeysOfSecrets"
      actions   = ["kms:Decrypt"]
      resources = ["arn:${var.account.partition}:kms:${var.account.region}:${var.account.id}:key/*"]

      condition {
        test     = "StringEquals"
        variable = "kms:ViaService"
        values   = [for service in ["secretsmanager", "ssm"] : "${service}.${var.account.region}.${var.account.dns_suffix}"]
      }
    }
  }
}

resource "aws_iam_role" "execution" {
  name                 = "${var.prefix}-execution"
  description          = "Fargate: pull the image, write the logs, read the secrets"
  assume_role_policy   = data.aws_iam_policy_document.tasks.json
  path                 = var.roles.path
  permissions_boundary = var.roles.permissions_boundary
}

resource "aws_iam_role_policy" "execution" {
  name   = "start-tasks"
  role   = aws_iam_role.execution.id
  policy = data.aws_iam_policy_document.execution.json
}

# What somebody else adds to the role, the next plan shows, and removes.
resource "aws_iam_role_policies_exclusive" "execution" {
  role_name    = aws_iam_role.execution.name
  policy_names = [aws_iam_role_policy.execution.name]
}

resource "aws_iam_role_policy_attachments_exclusive" "execution" {
  role_name   = aws_iam_role.execution.name
  policy_arns = []
}
