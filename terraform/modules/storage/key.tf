# One key for all that the project keeps: bucket, image repository, log groups.

data "aws_iam_policy_document" "key" {
  #checkov:skip=CKV_AWS_109:In a key policy "*" is this key alone; without this statement nobody could manage it
  #checkov:skip=CKV_AWS_111:In a key policy "*" is this key alone; IAM narrows who uses it
  #checkov:skip=CKV_AWS_356:In a key policy "*" is the only resource there is
  statement {
    sid       = "AccountDecidesByIam"
    actions   = ["kms:*"]
    resources = ["*"]

    principals {
      type        = "AWS"
      identifiers = ["arn:${var.account.partition}:iam::${var.account.id}:root"]
    }
  }

  statement {
    sid = "LogsOfThisProject"
    actions = [
      "kms:Decrypt",
      "kms:DescribeKey",
      "kms:Encrypt",
      "kms:GenerateDataKey*",
      "kms:ReEncrypt*",
    ]
    resources = ["*"]

    principals {
      type        = "Service"
      identifiers = ["logs.${var.account.region}.${var.account.dns_suffix}"]
    }

    condition {
      test     = "ArnLike"
      variable = "kms:EncryptionContext:aws:logs:arn"
      values   = ["arn:${var.account.partition}:logs:${var.account.region}:${var.account.id}:log-group:${var.log_group_prefix}*"]
    }
  }

  # The source's account and ARN are not in what EventBridge asks of an encrypted topic's key; the
  # topic is.
  # https://docs.aws.amazon.com/sns/latest/dg/sns-key-management.html
  dynamic "statement" {
    for_each = var.topic_arn == "" ? [] : [var.topic_arn]

    content {
      sid       = "EventsToTheTopicOfThisProject"
      actions   = ["kms:Decrypt", "kms:GenerateDataKey*"]
      resources = ["*"]

      principals {
        type        = "Service"
        identifiers = ["events.amazonaws.com"]
      }

      condition {
        test     = "StringEquals"
        variable = "kms:EncryptionContext:aws:sns:topicArn"
        values   = [statement.value]
      }
    }
  }
}

resource "aws_kms_key" "this" {
  description             = "${var.prefix}: workspace bucket, image repository, logs"
  enable_key_rotation     = true
  deletion_window_in_days = 7
  policy                  = data.aws_iam_policy_document.key.json

  tags = { Name = var.prefix }
}

resource "aws_kms_alias" "this" {
  name          = "alias/${var.prefix}"
  target_key_id = aws_kms_key.this.key_id
}
