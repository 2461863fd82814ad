variable "subnet_ids" {
  description = "The subnets that jobs run in."
  type        = list(string)
  nullable    = false

  validation {
    condition     = length(var.subnet_ids) >= 1 && length(var.subnet_ids) <= 16
    error_message = "network.existing.subnet_ids holds 1 to 16 subnets: a Fargate compute environment takes no more."
  }
}

variable "vpc_id" {
  description = "The VPC that they lie in."
  type        = string
  nullable    = false
}
