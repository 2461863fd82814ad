resource "aws_cloudwatch_log_group" "jobs" {
  name              = var.log_group.name
  retention_in_days = var.log_group.retention_days
  kms_key_id        = var.log_group.kms_key_arn
}
