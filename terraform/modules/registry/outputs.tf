output "repository_arn" {
  description = "The repository's ARN."
  value       = aws_ecr_repository.this.arn
}

output "repository_url" {
  description = "The repository's URL, without a tag."
  value       = aws_ecr_repository.this.repository_url
}
