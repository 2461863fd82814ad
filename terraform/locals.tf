data "aws_caller_identity" "current" {}

data "aws_partition" "current" {}

data "aws_region" "current" {}

locals {
  # Equal to STACK_VERSION in tool/fargo/model/stack.py; grows when variables or outputs change.
  stack_version = "2"

  prefix = "fargo-${var.name}"

  account = {
    id         = data.aws_caller_identity.current.account_id
    partition  = data.aws_partition.current.partition
    dns_suffix = data.aws_partition.current.dns_suffix
    region     = data.aws_region.current.name
  }

  # By index and not by [*], which waits for the whole module: the environments' create_before_destroy
  # would spread to roles and log groups, whose names are fixed.
  vpc = var.network.existing == null ? module.network[0].vpc : module.existing_network[0].vpc

  log_groups = {
    for purpose in ["jobs", "events", "network"] : purpose => {
      name           = "/fargo/${var.name}/${purpose}"
      retention_days = var.logs.retention_days
      kms_key_arn    = module.storage.kms_key_arn
    }
  }
  # Spelled out and not read from module.batch: roles and endpoints need not wait for the group.
  log_group_arn_prefix = "arn:${local.account.partition}:logs:${local.account.region}:${local.account.id}:log-group:"
}
