output "log_group" {
  description = "The name of the log group that holds the events."
  value       = aws_cloudwatch_log_group.events.name
}
