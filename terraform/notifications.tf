# Who is told how jobs fare.

variable "notifications" {
  description = <<-EOT
    An SNS topic that tells how jobs fare; without states there is none.
      states  RUNNING, SUCCEEDED, FAILED: what there is to tell. An array tells once, not for each child.
      emails  addresses that the topic writes to, once their owners have said yes.
  EOT
  type = object({
    states = optional(set(string), [])
    emails = optional(set(string), [])
  })
  default  = {}
  nullable = false
}

locals {
  topic_name = "${local.prefix}-jobs"
  # Spelled out: the key's policy names the topic, and the topic the key.
  topic_arn = length(var.notifications.states) == 0 ? "" : join(":", [
    "arn", local.account.partition, "sns", local.account.region, local.account.id, local.topic_name,
  ])
}
