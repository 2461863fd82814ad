variable "account_id" {
  description = "The only account that may be changed; empty: whichever the credentials belong to."
  type        = string
  default     = ""
  nullable    = false

  validation {
    condition     = can(regex("^([0-9]{12})?$", var.account_id))
    error_message = "account_id is an AWS account's 12 digits, or empty."
  }
}

variable "architecture" {
  description = "The CPU architecture that the image is built for, in the words of runtimePlatform."
  type        = string
  default     = "X86_64"
  nullable    = false

  validation {
    condition     = contains(["X86_64", "ARM64"], var.architecture)
    error_message = "architecture is X86_64 or ARM64."
  }
}

variable "compute" {
  description = "How much may run at once: max_vcpus holds for the on-demand and for the spot environment each."
  type = object({
    max_vcpus = optional(number, 256)
  })
  default  = {}
  nullable = false

  validation {
    condition     = var.compute.max_vcpus >= 1 && var.compute.max_vcpus == floor(var.compute.max_vcpus)
    error_message = "compute.max_vcpus is a whole number from 1."
  }
}

variable "force_destroy" {
  description = "Whether destroying the stack also deletes the objects in the workspace bucket. `fargo down` asks before data is lost."
  type        = bool
  default     = true
  nullable    = false
}

variable "image_tag" {
  description = "The tag of the image that every job definition names. A tag never changes its meaning."
  type        = string
  nullable    = false

  validation {
    condition     = can(regex("^[a-zA-Z0-9_][a-zA-Z0-9._-]{0,127}$", var.image_tag)) && var.image_tag != "latest"
    error_message = "image_tag is an image tag of up to 128 letters, digits, '.', '_' and '-', and not 'latest': tags are immutable here."
  }
}

variable "logs" {
  description = "How long CloudWatch keeps what jobs print, what becomes of them, and what the network carries."
  type = object({
    retention_days = optional(number, 30)
  })
  default  = {}
  nullable = false

  validation {
    condition = contains(
      [1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1096, 1827, 2192, 2557, 2922, 3288, 3653],
      var.logs.retention_days,
    )
    error_message = "logs.retention_days is one of the spans that CloudWatch Logs offers: 1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1096, 1827, 2192, 2557, 2922, 3288 or 3653."
  }
}

variable "max_retries" {
  description = "How often the provider sends a failed call again."
  type        = number
  default     = 10
  nullable    = false

  validation {
    condition     = var.max_retries >= 0 && var.max_retries == floor(var.max_retries)
    error_message = "max_retries is a whole number from 0."
  }
}

variable "name" {
  description = "The project; every resource is named fargo-<name>… and tagged with it."
  type        = string
  nullable    = false

  validation {
    condition     = can(regex("^[a-z][a-z0-9-]{1,29}$", var.name))
    error_message = "name is 2 to 30 lower-case letters, digits and hyphens, and begins with a letter."
  }

  validation {
    condition     = !endswith(var.name, "-") && !strcontains(var.name, "--")
    error_message = "name has single hyphens, and none at its end: it is part of a repository's name, and Amazon ECR refuses others."
  }
}

variable "network" {
  description = <<-EOT
    The private network.
      cidr       of the VPC, /16 to /24.
      zones      availability zones, 1 to 6; every interface endpoint is paid for in each.
      endpoints  services that jobs reach besides ECR, S3 and CloudWatch Logs: secretsmanager,
                 ssm, kms, sts, ssmmessages, dynamodb.
  EOT
  type = object({
    cidr      = optional(string, "10.42.0.0/16")
    zones     = optional(number, 2)
    endpoints = optional(set(string), [])
  })
  default  = {}
  nullable = false
}

variable "operating_system" {
  description = "The operating system family of the image."
  type        = string
  default     = "LINUX"
  nullable    = false

  validation {
    condition     = var.operating_system == "LINUX"
    error_message = "operating_system is LINUX."
  }
}

variable "region" {
  description = "The AWS region."
  type        = string
  nullable    = false

  validation {
    condition     = can(regex("^[a-z]{2,}(-[a-z]+)+-[0-9]+$", var.region))
    error_message = "region is the name of an AWS region, like eu-west-1."
  }
}

variable "tags" {
  description = "Tags for every resource, besides the project's own."
  type        = map(string)
  default     = {}
  nullable    = false

  validation {
    condition     = alltrue([for key in keys(var.tags) : !startswith(key, "fargo:") && !startswith(lower(key), "aws:")])
    error_message = "tags: keys that begin with fargo: or aws: are taken."
  }
}
