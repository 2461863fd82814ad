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

variable "force_destroy" {
  description = "Whether destroying the bucket deletes the objects in it."
  type        = bool
  nullable    = false
}

variable "log_group_prefix" {
  description = "What the names of the log groups that may use the key begin with."
  type        = string
  nullable    = false
}

variable "prefix" {
  description = "What the names of the resources begin with."
  type        = string
  nullable    = false
}

variable "topic_arn" {
  description = "The SNS topic that EventBridge may encipher messages to with the key; empty: none."
  type        = string
  nullable    = false
}
