resource "aws_cloudwatch_log_group" "flow" {
  name              = var.log_group.name
  retention_in_days = var.log_group.retention_days
  kms_key_id        = var.log_group.kms_key_arn
}

data "aws_iam_policy_document" "flow_trust" {
  statement {
    actions = ["sts:AssumeRole"]

    principals {
      type        = "Service"
      identifiers = ["vpc-flow-logs.amazonaws.com"]
    }

    condition {
      test     = "StringEquals"
      variable = "aws:SourceAccount"
      values   = [var.account.id]
    }

    condition {
      test     = "ArnLike"
      variable = "aws:SourceArn"
      values   = ["arn:${var.account.partition}:ec2:${var.account.region}:${var.account.id}:vpc-flow-log/*"]
    }
  }
}

data "aws_iam_policy_document" "flow" {
  statement {
    actions   = ["logs:CreateLogStream", "logs:DescribeLogStreams", "logs:PutLogEvents"]
    resources = ["${aws_cloudwatch_log_group.flow.arn}:*"]
  }

  # The service asks for the list of groups, not for one.
  # https://docs.aws.amazon.com/vpc/latest/userguide/flow-logs-iam-role.html
  statement {
    actions   = ["logs:DescribeLogGroups"]
    resources = ["*"]
  }
}

resource "aws_iam_role" "flow" {
  name                 = "${var.prefix}-flow-logs"
  description          = "VPC flow logs write to their log group"
  assume_role_policy   = data.aws_iam_policy_document.flow_trust.json
  path                 = var.roles.path
  permissions_boundary = var.roles.permissions_boundary
}

resource "aws_iam_role_policy" "flow" {
  name   = "write"
  role   = aws_iam_role.flow.id
  policy = data.aws_iam_policy_document.flow.json
}

# What somebody else adds to the role, the next plan shows, and removes.
resource "aws_iam_role_policies_exclusive" "flow" {
  role_name    = aws_iam_role.flow.name
  policy_names = [aws_iam_role_policy.flow.name]
}

resource "aws_iam_role_policy_attachments_exclusive" "flow" {
  role_name   = aws_iam_role.flow.name
  policy_arns = []
}

resource "aws_flow_log" "this" {
  vpc_id          = aws_vpc.this.id
  traffic_type    = "ALL"
  log_destination = aws_cloudwatch_log_group.flow.arn
  iam_role_arn    = aws_iam_role.flow.arn

  tags = { Name = var.prefix }
}
