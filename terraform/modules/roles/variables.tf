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
  description = "The workspace bucket."
  type        = string
  nullable    = false
}

variable "exec" {
  description = "Whether ECS Exec may enter jobs."
  type        = bool
  nullable    = false
}

variable "job_statements" {
  description = "IAM statements that the job role gets beside its own, JSON each; values of conditions are texts or booleans."
  type        = list(string)
  nullable    = false
}

variable "jobs_log_arn" {
  description = "The ARN of the log group that jobs print to."
  type        = string
  nullable    = false
}

variable "kms_key_arn" {
  description = "The key that the bucket is encrypted with."
  type        = string
  nullable    = false
}

variable "prefix" {
  description = "What the names of the resources begin with."
  type        = string
  nullable    = false
}

variable "repository_arn" {
  description = "The image repository."
  type        = string
  nullable    = false
}

variable "roles" {
  description = "Where the roles stand: their path, and the policy that bounds what they may do; null: none."
  type = object({
    path                 = string
    permissions_boundary = string
  })
  nullable = false
}

variable "secret_arns" {
  description = "The secrets and parameters that job definitions name."
  type        = list(string)
  nullable    = false
}
