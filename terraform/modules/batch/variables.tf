variable "architecture" {
  description = "X86_64 or ARM64."
  type        = string
  nullable    = false
}

variable "bucket" {
  description = "The workspace bucket's name."
  type        = string
  nullable    = false
}

variable "execution_role_arn" {
  description = "The role that Fargate starts tasks with."
  type        = string
  nullable    = false
}

variable "image" {
  description = "The image of every job definition, with its tag."
  type        = string
  nullable    = false
}

variable "job_role_arn" {
  description = "The role that the jobs' own code acts with."
  type        = string
  nullable    = false
}

variable "jobs" {
  description = "A job definition each; see the root module."
  type = map(object({
    command         = list(string)
    vcpu            = number
    memory_mib      = number
    storage_gib     = number
    timeout_seconds = number
    attempts        = number
    environment     = map(string)
    secrets         = map(string)
    output          = string
    read_only_root  = bool
    user            = string
    exec            = bool
  }))
  nullable = false

  validation {
    condition     = alltrue([for name in keys(var.jobs) : can(regex("^[a-z][a-z0-9-]{0,29}$", name))])
    error_message = "A job's name is 1 to 30 lower-case letters, digits and hyphens, and begins with a letter."
  }

  validation {
    condition     = alltrue([for job in var.jobs : length(job.command) > 0])
    error_message = "jobs.*.command has at least one word."
  }

  validation {
    condition = alltrue([
      for job in var.jobs : contains(lookup(local.memory_mib, tostring(job.vcpu), []), job.memory_mib)
    ])
    error_message = "jobs.*.vcpu and memory_mib are a pair that Fargate offers: ${local.sizes_text}."
  }

  validation {
    condition     = alltrue([for job in var.jobs : job.storage_gib >= 20 && job.storage_gib <= 200 && job.storage_gib == floor(job.storage_gib)])
    error_message = "jobs.*.storage_gib is 20, which every Fargate task has, or a whole number from 21 to 200."
  }

  validation {
    condition     = alltrue([for job in var.jobs : job.timeout_seconds == null ? true : job.timeout_seconds >= 60])
    error_message = "jobs.*.timeout_seconds is at least 60, or null for no timeout."
  }

  validation {
    condition     = alltrue([for job in var.jobs : contains(range(1, 11), job.attempts)])
    error_message = "jobs.*.attempts is 1 to 10."
  }

  validation {
    condition = alltrue(flatten([
      for job in var.jobs : [
        for variable in concat(keys(job.environment), keys(job.secrets)) :
        !startswith(variable, "FARGO_") && !startswith(variable, "AWS_BATCH")
      ]
    ]))
    error_message = "jobs.*.environment and secrets: names that begin with FARGO_ or AWS_BATCH are taken by fargo and AWS Batch."
  }

  validation {
    condition     = alltrue([for job in var.jobs : length(setintersection(keys(job.environment), keys(job.secrets))) == 0])
    error_message = "jobs.*: a variable stands in environment or in secrets, not in both."
  }

  validation {
    condition = alltrue([
      for job in var.jobs : !job.read_only_root || job.output == "" || startswith(job.output, "${local.scratch}/")
    ])
    error_message = "jobs.*.output with read_only_root is a folder under ${local.scratch}: nothing else can be written to."
  }

  validation {
    condition     = alltrue([for job in var.jobs : !(job.read_only_root && job.exec)])
    error_message = "jobs.*: exec and read_only_root exclude each other: the agent that ECS Exec puts into the container writes to its root."
  }

  validation {
    condition     = alltrue([for job in var.jobs : can(regex("^([a-z0-9_][a-z0-9_.-]*(:[a-z0-9_][a-z0-9_.-]*)?)?$", job.user))])
    error_message = "jobs.*.user is a user or a user:group, by name or number, like 1000:1000; empty for the image's own."
  }
}

variable "log_group" {
  description = "The log group that jobs print to."
  type = object({
    name           = string
    retention_days = number
    kms_key_arn    = string
  })
  nullable = false
}

variable "max_vcpus" {
  description = "The most vCPUs that each compute environment runs at once."
  type        = number
  nullable    = false
}

variable "operating_system" {
  description = "The operating system family, LINUX."
  type        = string
  nullable    = false
}

variable "prefix" {
  description = "What the names of the resources begin with."
  type        = string
  nullable    = false
}

variable "region" {
  description = "The region, which the containers' log driver is told."
  type        = string
  nullable    = false
}

variable "scheduling" {
  description = "FIFO, or FAIR_SHARE: then each job needs a share identifier and a scheduling priority."
  type        = string
  nullable    = false

  validation {
    condition     = contains(["FIFO", "FAIR_SHARE"], var.scheduling)
    error_message = "compute.scheduling is FIFO or FAIR_SHARE."
  }
}

variable "security_group_id" {
  description = "The security group of the jobs."
  type        = string
  nullable    = false
}

variable "service_linked_roles" {
  description = "The service-linked roles, which must be there before a compute environment and outlive it."
  type        = list(string)
  nullable    = false
}

variable "subnet_ids" {
  description = "The private subnets that jobs run in."
  type        = list(string)
  nullable    = false
}
