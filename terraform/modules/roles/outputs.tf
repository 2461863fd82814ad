output "execution_role_arn" {
  description = "The role that Fargate starts tasks with."
  value       = aws_iam_role.execution.arn
}

output "job_role_arn" {
  description = "The role that the jobs' own code acts with."
  value       = aws_iam_role.job.arn
}

output "service_linked_role_arns" {
  description = "The account-wide roles of Batch and ECS."
  value       = [aws_iam_service_linked_role.batch.arn, aws_iam_service_linked_role.ecs.arn]
}
