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

variable "cidr" {
  description = "The addresses of the VPC; each zone gets an eighth of them."
  type        = string
  nullable    = false

  validation {
    condition     = can(cidrnetmask(var.cidr)) && try(cidrhost(var.cidr, 0) == split("/", var.cidr)[0], false)
    error_message = "network.cidr is an IPv4 network in CIDR notation, written from its first address, like 10.42.0.0/16."
  }

  validation {
    condition     = try(tonumber(split("/", var.cidr)[1]) >= 16 && tonumber(split("/", var.cidr)[1]) <= 24, false)
    error_message = "network.cidr is /16 to /24: Amazon VPC takes none larger, and every running job needs an address of its own."
  }
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

variable "log_group" {
  description = "The log group for the flow logs."
  type = object({
    name           = string
    retention_days = number
    kms_key_arn    = string
  })
  nullable = false
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

variable "zones" {
  description = "The number of availability zones."
  type        = number
  nullable    = false

  validation {
    condition     = contains([1, 2, 3, 4, 5, 6], var.zones)
    error_message = "network.zones is 1 to 6."
  }
}
