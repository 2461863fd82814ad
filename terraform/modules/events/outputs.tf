output "log_group" {
  description = "The name of the log group that holds the events."
  value       = aws_cloudwatch_log_group.events.name
}

output "topic_arn" {
  description = "The topic that tells how jobs fare; empty where there is none."
  value       = join("", aws_sns_topic.this[*].arn)
}
