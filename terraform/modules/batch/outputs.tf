output "compute_environments" {
  description = "on_demand and spot => the compute environment's ARN."
  value       = { for capacity, environment in aws_batch_compute_environment.this : capacity => environment.arn }
}

output "job_definitions" {
  description = "A job's name => its job definition's ARN, revision included."
  value       = { for name, definition in aws_batch_job_definition.this : name => definition.arn }
}

output "job_queues" {
  description = "on_demand and spot => the queue's ARN."
  value       = { for capacity, queue in aws_batch_job_queue.this : capacity => queue.arn }
}

output "log_group" {
  description = "The name of the log group that jobs print to."
  value       = aws_cloudwatch_log_group.jobs.name
}
