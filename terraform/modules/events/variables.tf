variable "account" {
  description = "The account's partition, and the region."
  type = object({
    partition = string
    region    = string
  })
  nullable = false
}

variable "log_group" {
  description = "The log group for the events."
  type = object({
    name           = string
    retention_days = number
    kms_key_arn    = string
  })
  nullable = false
}

variable "notifications" {
  description = "The states that the topic tells, and who gets them by e-mail; no states: no topic."
  type = object({
    states = set(string)
    emails = set(string)
  })
  nullable = false

  validation {
    condition     = length(setsubtract(var.notifications.states, ["RUNNING", "SUCCEEDED", "FAILED"])) == 0
    error_message = "notifications.states holds RUNNING, SUCCEEDED or FAILED."
  }

  validation {
    condition     = alltrue([for email in var.notifications.emails : can(regex("^[^\\s@]+@[^\\s@]+$", email))])
    error_message = "notifications.emails holds e-mail addresses."
  }

  validation {
    condition     = length(var.notifications.emails) == 0 || length(var.notifications.states) > 0
    error_message = "notifications.emails needs notifications.states: they say what there is to tell."
  }
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

variable "topic_name" {
  description = "The name of the topic."
  type        = string
  nullable    = false
}
