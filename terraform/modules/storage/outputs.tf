output "bucket" {
  description = "The bucket's name."
  value       = aws_s3_bucket.workspace.bucket
}

output "bucket_arn" {
  description = "The bucket's ARN. Spelled out, so that a plan shows the policies that name it."
  value       = "arn:${var.account.partition}:s3:::${aws_s3_bucket.workspace.bucket}"
}

output "kms_key_arn" {
  description = "The key's ARN."
  value       = aws_kms_key.this.arn
}
