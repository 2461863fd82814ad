# A topic that tells how jobs fare, where somebody asked for it.

locals {
  topics = length(var.notifications.states) > 0 ? 1 : 0

  console = lookup({
    aws-cn     = "console.amazonaws.cn"
    aws-us-gov = "console.amazonaws-us-gov.com"
  }, var.account.partition, "console.aws.amazon.com")
}

resource "aws_sns_topic" "this" {
  count = local.topics

  name              = var.topic_name
  kms_master_key_id = var.log_group.kms_key_arn
}

# No condition: EventBridge brings no source into its call, and one that asks for it would drop
# every message in silence.
# https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-use-resource-based.html
data "aws_iam_policy_document" "topic" {
  count = local.topics

  statement {
    sid       = "EventsTell"
    actions   = ["sns:Publish"]
    resources = [aws_sns_topic.this[0].arn]

    principals {
      type        = "Service"
      identifiers = ["events.amazonaws.com"]
    }
  }
}

resource "aws_sns_topic_policy" "this" {
  count = local.topics

  arn    = aws_sns_topic.this[0].arn
  policy = data.aws_iam_policy_document.topic[0].json
}

resource "aws_sns_topic_subscription" "email" {
  for_each = var.notifications.emails

  topic_arn = aws_sns_topic.this[0].arn
  protocol  = "email"
  endpoint  = each.value
}

resource "aws_cloudwatch_event_rule" "notify" {
  count = local.topics

  name        = "${var.prefix}-notify"
  description = "What the topic tells of this project's jobs"

  event_pattern = jsonencode({
    source      = ["aws.batch"]
    detail-type = ["Batch Job State Change"]
    detail = {
      jobQueue = values(var.queues)
      status   = var.notifications.states
      # A child of an array has an index; its parent speaks for all of them.
      arrayProperties = { index = [{ exists = false }] }
    }
  })
}

resource "aws_cloudwatch_event_target" "topic" {
  count = local.topics

  rule      = aws_cloudwatch_event_rule.notify[0].name
  target_id = "topic"
  arn       = aws_sns_topic.this[0].arn

  input_transformer {
    input_paths = {
      id     = "$.detail.jobId"
      job    = "$.detail.jobName"
      reason = "$.detail.statusReason"
      status = "$.detail.status"
    }
    # One line of text: a JSON string.
    input_template = "\"<job> <status>: <reason> https://${var.account.region}.${local.console}/batch/home?region=${var.account.region}#jobs/detail/<id>\""
  }

  depends_on = [aws_sns_topic_policy.this]
}
