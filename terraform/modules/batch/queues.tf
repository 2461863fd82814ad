# Shares of equal weight: what ran lately goes behind what did not. No policy, no shares.
resource "aws_batch_scheduling_policy" "this" {
  count = var.scheduling == "FAIR_SHARE" ? 1 : 0

  name = var.prefix

  fair_share_policy {}
}

# A queue is born with its kind of scheduling: AWS neither adds a policy nor takes it off again.
resource "terraform_data" "scheduling" {
  input = var.scheduling
}

resource "aws_batch_job_queue" "this" {
  for_each = local.capacity

  name     = "${var.prefix}-${replace(each.key, "_", "-")}"
  state    = "ENABLED"
  priority = 1

  scheduling_policy_arn = one(aws_batch_scheduling_policy.this[*].arn)

  # One environment a queue. AWS allows on-demand behind spot, but takes it only when spot is at
  # max_vcpus, not when spot has no capacity: it would cost more and help nobody who waits.
  compute_environment_order {
    order               = 1
    compute_environment = aws_batch_compute_environment.this[each.key].arn
  }

  # A job that no environment can ever hold would block the queue's head for ever. The reasons
  # are those of AWS; missing capacity is not among them, for it comes back.
  # https://docs.aws.amazon.com/batch/latest/APIReference/API_JobStateTimeLimitAction.html
  dynamic "job_state_time_limit_action" {
    for_each = ["MISCONFIGURATION:COMPUTE_ENVIRONMENT_MAX_RESOURCE", "MISCONFIGURATION:JOB_RESOURCE_REQUIREMENT"]

    content {
      state            = "RUNNABLE"
      action           = "CANCEL"
      max_time_seconds = 600
      reason           = job_state_time_limit_action.value
    }
  }

  lifecycle {
    replace_triggered_by = [terraform_data.scheduling]
  }
}
