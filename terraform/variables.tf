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
  description = <<-EOT
    What runs the jobs.
      max_vcpus   at once, in the on-demand and in the spot environment each.
      scheduling  FIFO, or FAIR_SHARE: jobs of different names take turns. A change replaces the queues.
  EOT
  type = object({
    max_vcpus  = optional(number, 256)
    scheduling = optional(string, "FIFO")
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
    The network that jobs run in: private and made here, or one of yours.
      cidr       of the VPC, /16 to /24.
      zones      availability zones, 1 to 6; every interface endpoint is paid for in each.
      endpoints  services that jobs reach besides ECR, S3 and CloudWatch Logs: secretsmanager,
                 ssm, kms, sts, ssmmessages, dynamodb.
      existing   a VPC of yours, which is left as it is: cidr and zones then count for nothing.
        vpc_id         with DNS support and DNS hostnames.
        subnet_ids     that jobs run in, 1 to 16.
        has_endpoints  whether it has endpoints for all that jobs reach; else they are made, and
                       take over their services' names in the whole VPC for this project alone.
  EOT
  type = object({
    cidr      = optional(string, "10.42.0.0/16")
    zones     = optional(number, 2)
    endpoints = optional(set(string), [])
    existing = optional(object({
      vpc_id        = string
      subnet_ids    = list(string)
      has_endpoints = optional(bool, false)
    }))
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

variable "roles" {
  description = <<-EOT
    Where the roles of the stack stand; an account may allow them only so.
      path                  of their ARNs, like /teams/x/. A change replaces them.
      permissions_boundary  the ARN of a policy that bounds what they may do; null: none.
  EOT
  type = object({
    path                 = optional(string, "/")
    permissions_boundary = optional(string)
  })
  default  = {}
  nullable = false

  validation {
    condition     = can(regex("^/([A-Za-z0-9+=,.@_-]+/)*$", var.roles.path)) && length(var.roles.path) <= 512
    error_message = "roles.path begins and ends with a slash, like /teams/x/, and has up to 512 letters, digits and +=,.@_-."
  }

  validation {
    condition = (
      var.roles.permissions_boundary == null ? true :
      can(regex("^arn:[a-z0-9-]+:iam::([0-9]{12}|aws):policy/.", var.roles.permissions_boundary))
    )
    error_message = "roles.permissions_boundary is the ARN of an IAM policy, or null."
  }
}
