variable "account" {
  description = "The account's id, partition, DNS suffix, and the region."
  type = object({
    id         = string
    partition  = string
    dns_suffix = string
    region     = string
  })
  nullable = false
}

variable "bucket_arn" {
  description = "The workspace bucket that the S3 endpoint lets through."
  type        = string
  nullable    = false
}

variable "create" {
  description = "Whether the endpoints are made here; false: the VPC has them already."
  type        = bool
  nullable    = false
}

variable "extra_services" {
  description = "Services that jobs reach besides ECR, S3 and CloudWatch Logs."
  type        = set(string)
  nullable    = false

  validation {
    condition     = length(setsubtract(var.extra_services, ["dynamodb", "kms", "secretsmanager", "ssm", "ssmmessages", "sts"])) == 0
    error_message = "network.endpoints holds dynamodb, kms, secretsmanager, ssm, ssmmessages or sts; ECR, S3 and CloudWatch Logs are always there."
  }
}

variable "job_statements" {
  description = "The IAM statements that jobs bring, JSON each: what they allow, the endpoints let through."
  type        = list(string)
  nullable    = false
}

variable "jobs_log_arn" {
  description = "The ARN of the log group that the logs endpoint lets through."
  type        = string
  nullable    = false
}

variable "prefix" {
  description = "What the names of the resources begin with."
  type        = string
  nullable    = false
}

variable "repository_arn" {
  description = "The image repository that the ECR endpoints let through."
  type        = string
  nullable    = false
}

variable "vpc" {
  description = "The VPC that jobs run in: an output of modules/network or modules/existing_network."
  type = object({
    id                  = string
    cidrs               = list(string)
    subnet_ids          = list(string)
    subnet_cidrs        = list(string)
    endpoint_subnet_ids = list(string)
    route_table_ids     = list(string)
    zones               = list(string)
  })
  nullable = false
}
