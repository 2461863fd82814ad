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
