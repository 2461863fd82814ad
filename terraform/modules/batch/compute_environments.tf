locals {
  # queue and environment => what it runs on
  capacity = {
    on_demand = "FARGATE"
    spot      = "FARGATE_SPOT"
  }
}

resource "aws_batch_compute_environment" "this" {
  for_each = local.capacity

  # A prefix, because a replacement stands beside the old one until the queue has moved over.
  compute_environment_name_prefix = "${var.prefix}-${replace(each.key, "_", "-")}-"
  type                            = "MANAGED"
  state                           = "ENABLED"

  # Fargate alone: no argument of EC2, and none of these forces a replacement.
  compute_resources {
    type               = each.value
    max_vcpus          = var.max_vcpus
    subnets            = var.subnet_ids
    security_group_ids = [var.security_group_id]
  }

  # No service_role: AWS Batch then acts with its service-linked role. Without that role, an
  # environment is INVALID at birth, and hangs in DELETING if the role goes first.
  depends_on = [var.service_linked_roles]

  lifecycle {
    create_before_destroy = true
  }
}
