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

variable "roles" {
  description = "Where the roles stand: their path, and the policy that bounds what they may do; null: none."
  type = object({
    path                 = string
    permissions_boundary = string
  })
  nullable = false
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
