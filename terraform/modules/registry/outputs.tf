output "repository_arn" {
  description = "The repository's ARN. Spelled out, so that a plan shows the policies that name it."
  value       = "arn:${var.account.partition}:ecr:${var.account.region}:${var.account.id}:repository/${aws_ecr_repository.this.name}"
}

output "repository_url" {
  description = "The repository's URL, without a tag."
  value       = aws_ecr_repository.this.repository_url
}
