# What the jobs ask for, and what follows from it for network and roles.

variable "jobs" {
  description = <<-EOT
    One AWS Batch job definition per name.
      command          complete, the runner included.
      vcpu, memory_mib a pair that Fargate offers.
      storage_gib      ephemeral storage: 20 comes with every task, or 21 to 200.
      timeout_seconds  of one attempt, from 60; null: none.
      attempts         how often the command is tried, 1 to 10.
      spot             the queue that the job is meant for; read by whoever submits.
      environment      plain variables; secrets: variable => ARN of a secret or parameter.
      output           a folder that the runner uploads, empty for none.
      read_only_root   the container writes to /tmp alone, and output lies there.
      user             user or user:group to run as; empty: the image's own.
      exec             whether `aws ecs execute-command` may enter the container.
      policy           a JSON list of IAM statements that the job role gets beside its own. What they
                       allow passes the endpoints too, but for endpoints that were there already.
  EOT
  type = map(object({
    command         = list(string)
    vcpu            = number
    memory_mib      = number
    storage_gib     = optional(number, 20)
    timeout_seconds = optional(number)
    attempts        = optional(number, 1)
    spot            = optional(bool, false)
    environment     = optional(map(string), {})
    secrets         = optional(map(string), {})
    output          = optional(string, "")
    read_only_root  = optional(bool, false)
    user            = optional(string, "")
    exec            = optional(bool, false)
    policy          = optional(string, "[]")
  }))
  default  = {}
  nullable = false

  # The other rules stand in modules/batch; these are needed before the locals read the values.
  validation {
    condition = alltrue(flatten([
      for job in var.jobs : [
        for arn in values(job.secrets) :
        can(regex("^arn:[a-z0-9-]+:(secretsmanager:[a-z0-9-]+:[0-9]{12}:secret:[^:]+-[A-Za-z0-9]{6}(:|$)|ssm:[a-z0-9-]+:[0-9]{12}:parameter/.)", arn))
      ]
    ]))
    error_message = "jobs.*.secrets names the ARN of a Secrets Manager secret, whole with the six characters at its end, or of an SSM parameter for each variable."
  }

  # Fargate fetches them through the endpoints, and another account's would be under a key of that account.
  validation {
    condition = alltrue(flatten([
      for job in var.jobs : [
        for arn in values(job.secrets) : can(regex("^[^:]+:[^:]+:[^:]+:${local.account.region}:${local.account.id}:", arn))
      ]
    ]))
    error_message = "jobs.*.secrets are of this account, ${local.account.id}, and of its region ${local.account.region}: nothing leads to others."
  }

  validation {
    condition = alltrue([
      for job in var.jobs : startswith(job.policy, "[") && try(alltrue([
        for statement in jsondecode(job.policy) : alltrue([
          contains(["Allow", "Deny"], statement.Effect),
          length(setsubtract(keys(statement), ["Sid", "Effect", "Action", "Resource", "Condition"])) == 0,
          length(flatten([statement.Resource])) > 0,
          alltrue([for action in flatten([statement.Action]) : can(regex("^[a-z0-9-]+:[A-Za-z0-9*?]+$", action))]),
          alltrue(flatten([
            for asked in values(try(statement.Condition, {})) : [
              for value in flatten(values(asked)) : value != null && can(tostring(value))
            ]
          ])),
        ])
      ]), false)
    ])
    error_message = "jobs.*.policy is a JSON list of IAM statements: each holds Effect (Allow or Deny), Action, Resource and, if need be, Sid and Condition; each action names its service, like s3:GetObject."
  }
}

locals {
  # Statements differ in shape, and a list holds one type: each travels as JSON. The values of their
  # conditions become lists of texts: the provider's policy documents drop a number without a word,
  # and with it the condition.
  # https://github.com/hashicorp/terraform-provider-aws/issues/27020
  job_statements = [
    for statement in flatten([for job in var.jobs : jsondecode(job.policy)]) : jsonencode(merge(statement, {
      for key, conditions in statement : key => {
        for operator, asked in conditions : operator => {
          for name, values in asked : name => [for value in flatten([values]) : tostring(value)]
        }
      } if key == "Condition"
    }))
  ]

  # A reference may end in :json-key:version-stage:version-id, which IAM does not know.
  secret_arns = distinct(flatten([
    for job in var.jobs : [
      for reference in values(job.secrets) : join(":", slice(split(":", reference), 0, min(7, length(split(":", reference)))))
    ]
  ]))
  exec = anytrue([for job in var.jobs : job.exec])

  # Fargate fetches a secret through the task's own network, and ECS Exec opens its channels there,
  # so their services need endpoints.
  job_services = setunion([for arn in local.secret_arns : split(":", arn)[2]], local.exec ? ["ssmmessages"] : [])
}
