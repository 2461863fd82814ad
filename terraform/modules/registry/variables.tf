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

variable "kms_key_arn" {
  description = "The key that images are encrypted with."
  type        = string
  nullable    = false
}

variable "name" {
  description = "The repository's name."
  type        = string
  nullable    = false
}
