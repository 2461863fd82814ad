# AWS Batch forgets a finished job after a week or so; its state changes stay here, and what blocked
# a queue.

resource "aws_cloudwatch_log_group" "events" {
  name              = var.log_group.name
  retention_in_days = var.log_group.retention_days
  kms_key_id        = var.log_group.kms_key_arn
}

resource "aws_cloudwatch_event_rule" "job_state" {
  name        = "${var.prefix}-job-state"
  description = "State changes of this project's jobs, and what blocks its queues"

  event_pattern = jsonencode({
    source      = ["aws.batch"]
    detail-type = ["Batch Job State Change", "Batch Job Queue Blocked"]
    detail      = { jobQueue = values(var.queues) }
  })
}

resource "aws_cloudwatch_event_target" "log" {
  rule      = aws_cloudwatch_event_rule.job_state.name
  target_id = "log"
  arn       = aws_cloudwatch_log_group.events.arn

  # Without the policy EventBridge would drop the first events, silently.
  depends_on = [aws_cloudwatch_log_resource_policy.events]
}

# EventBridge writes to a log group by the group's policy and by no role. A rule reaches only log
# groups of its own account, so no other account can write here.
data "aws_iam_policy_document" "events" {
  statement {
    actions   = ["logs:CreateLogStream", "logs:PutLogEvents"]
    resources = ["${aws_cloudwatch_log_group.events.arn}:*"]

    principals {
      type        = "Service"
      identifiers = ["delivery.logs.amazonaws.com", "events.amazonaws.com"]
    }
  }
}

resource "aws_cloudwatch_log_resource_policy" "events" {
  policy_name     = "${var.prefix}-events"
  policy_document = data.aws_iam_policy_document.events.json
}
