variable "log_group" {
  description = "The log group for the events."
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

variable "queues" {
  description = "The job queues whose events are kept, by any name => ARN."
  type        = map(string)
  nullable    = false
}
