locals {
  # AWS Batch retries what no rule ends, as long as attempts are left. Patterns are of letters,
  # digits, '.', ':' and spaces, with one '*' at the end; a definition holds five rules.
  # https://docs.aws.amazon.com/batch/latest/APIReference/API_EvaluateOnExit.html

  # attempts = 1: the command runs at most once. A task that never started has not run it, so it
  # may start again; the last rule ends everything else.
  start_attempts = 3
  rules_one_attempt = [
    { on_status_reason = "Timeout waiting for *", action = "RETRY" },
    { on_status_reason = "ResourceInitializationError:*", action = "RETRY" },
    { on_status_reason = "CannotPullContainerError:*", action = "RETRY" },
    { on_reason = "CannotPullContainerError:*", action = "RETRY" },
    { on_status_reason = "*", action = "EXIT" },
  ]

  # attempts > 1: whatever the cause, a lost Spot task included, it is tried again. Only a command
  # that is not in the image (127) or cannot be executed (126) will be no better next time.
  rules_many_attempts = [
    { on_exit_code = "126", action = "EXIT" },
    { on_exit_code = "127", action = "EXIT" },
  ]

  # The one folder that a job with a read-only root writes to. Equal to SCRATCH in
  # tool/fargo/model/fargate.py.
  scratch = "/tmp"
}

resource "aws_batch_job_definition" "this" {
  for_each = var.jobs

  # No project's name holds an underscore: the job y-z of x is not the job z of x-y.
  name                  = "${var.prefix}_${each.key}"
  type                  = "container"
  platform_capabilities = ["FARGATE"]
  propagate_tags        = true
  # A run keeps the revision that it was submitted with, also for what it submits later; a
  # deregistered one takes no jobs. Destroying the resource deregisters all of them.
  deregister_on_new_revision = false

  container_properties = jsonencode(merge(
    {
      image            = var.image
      command          = each.value.command
      executionRoleArn = var.execution_role_arn
      jobRoleArn       = var.job_role_arn
      environment = [
        for name, value in merge(
          each.value.environment,
          { FARGO_BUCKET = var.bucket },
          { for name, value in { FARGO_OUTPUT = each.value.output } : name => value if value != "" },
        ) : { name = name, value = value }
      ]
      secrets = [for name, arn in each.value.secrets : { name = name, valueFrom = arn }]
      resourceRequirements = [
        { type = "VCPU", value = tostring(each.value.vcpu) },
        { type = "MEMORY", value = tostring(each.value.memory_mib) },
      ]
      networkConfiguration         = { assignPublicIp = "DISABLED" }
      fargatePlatformConfiguration = { platformVersion = "1.4.0" }
      runtimePlatform = {
        cpuArchitecture       = var.architecture
        operatingSystemFamily = var.operating_system
      }
      # No stream prefix: the stream is <definition>/default/<task id>, which Batch reports.
      logConfiguration = {
        logDriver = "awslogs"
        options = {
          "awslogs-group"  = aws_cloudwatch_log_group.jobs.name
          "awslogs-region" = var.region
        }
      }
      # Process 1 passes signals on and reaps what a command leaves behind, also where the image has
      # no Python and the command itself takes the runner's place.
      linuxParameters        = { initProcessEnabled = true }
      readonlyRootFilesystem = each.value.read_only_root
      # A volume without a host is a folder on the task's own disk: all that a job with a read-only
      # root can write to.
      volumes     = each.value.read_only_root ? [{ name = "scratch" }] : []
      mountPoints = each.value.read_only_root ? [{ sourceVolume = "scratch", containerPath = local.scratch }] : []
      # An empty list is what AWS answers; left out, it is noise in every plan's diff.
      ulimits = []
    },
    { for key, value in { user = each.value.user } : key => value if value != "" },
    { for key, value in { enableExecuteCommand = each.value.exec } : key => value if value },
    # 20 GiB come with every task, and AWS refuses to be asked for them.
    { for key, size in { ephemeralStorage = each.value.storage_gib } : key => { sizeInGiB = size } if size > 20 },
  ))

  retry_strategy {
    attempts = each.value.attempts == 1 ? local.start_attempts : each.value.attempts

    dynamic "evaluate_on_exit" {
      for_each = each.value.attempts == 1 ? local.rules_one_attempt : local.rules_many_attempts

      content {
        action           = evaluate_on_exit.value.action
        on_exit_code     = lookup(evaluate_on_exit.value, "on_exit_code", null)
        on_reason        = lookup(evaluate_on_exit.value, "on_reason", null)
        on_status_reason = lookup(evaluate_on_exit.value, "on_status_reason", null)
      }
    }
  }

  dynamic "timeout" {
    for_each = each.value.timeout_seconds == null ? [] : [each.value.timeout_seconds]

    content {
      attempt_duration_seconds = timeout.value
    }
  }

  tags = { "fargo:job" = each.key }
}
