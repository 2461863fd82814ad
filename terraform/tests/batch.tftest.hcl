# How jobs become job definitions, and what runs them. Of modules/batch alone.
# The real provider, offline: it needs no account for a plan.

provider "aws" {
  region                      = "eu-west-1"
  access_key                  = "offline"
  secret_key                  = "offline"
  skip_credentials_validation = true
  skip_metadata_api_check     = true
  skip_region_validation      = true
  skip_requesting_account_id  = true
}

variables {
  prefix               = "fargo-demo"
  region               = "eu-west-1"
  image                = "123456789012.dkr.ecr.eu-west-1.amazonaws.com/fargo-demo:1f0c"
  architecture         = "ARM64"
  operating_system     = "LINUX"
  max_vcpus            = 64
  scheduling           = "FIFO"
  bucket               = "workspace"
  execution_role_arn   = "arn:aws:iam::123456789012:role/execution"
  job_role_arn         = "arn:aws:iam::123456789012:role/job"
  service_linked_roles = []
  subnet_ids           = ["subnet-1", "subnet-2"]
  security_group_id    = "sg-1"

  log_group = {
    name           = "/fargo/demo/jobs"
    retention_days = 30
    kms_key_arn    = "arn:aws:kms:eu-west-1:123456789012:key/1"
  }

  jobs = {
    once = {
      command         = ["fargo-run", "--", "python", "once.py"]
      vcpu            = 0.25
      memory_mib      = 512
      storage_gib     = 20
      timeout_seconds = null
      attempts        = 1
      environment     = {}
      secrets         = {}
      output          = ""
      read_only_root  = false
      user            = ""
      exec            = false
    }
    hardened = {
      command         = ["fargo-run", "--", "python", "hardened.py"]
      vcpu            = 32
      memory_mib      = 249856
      storage_gib     = 20
      timeout_seconds = null
      attempts        = 1
      environment     = {}
      secrets         = {}
      output          = "/tmp/out"
      read_only_root  = true
      user            = "1000:1000"
      exec            = false
    }
    often = {
      command         = ["fargo-run", "--", "python", "often.py"]
      vcpu            = 16
      memory_mib      = 122880
      storage_gib     = 100
      timeout_seconds = 900
      attempts        = 3
      environment     = { LOG_LEVEL = "info" }
      secrets         = { API_KEY = "arn:aws:secretsmanager:eu-west-1:123456789012:secret:key-AbCdEf" }
      output          = "out"
      read_only_root  = false
      user            = ""
      exec            = true
    }
  }
}

run "a_job_says_what_fargate_needs_to_know" {
  command = plan

  module {
    source = "./modules/batch"
  }

  assert {
    condition = jsondecode(aws_batch_job_definition.this["often"].container_properties).resourceRequirements == [
      { type = "VCPU", value = "16" }, { type = "MEMORY", value = "122880" },
    ]
    error_message = "vCPU and memory are resource requirements, as text"
  }

  assert {
    condition = jsondecode(aws_batch_job_definition.this["often"].container_properties).runtimePlatform == {
      cpuArchitecture = "ARM64", operatingSystemFamily = "LINUX"
    }
    error_message = "the runtime platform is the image's"
  }

  assert {
    condition     = jsondecode(aws_batch_job_definition.this["often"].container_properties).networkConfiguration.assignPublicIp == "DISABLED"
    error_message = "a job has no public address"
  }

  assert {
    condition     = jsondecode(aws_batch_job_definition.this["often"].container_properties).ephemeralStorage.sizeInGiB == 100
    error_message = "more than 20 GiB are asked for"
  }

  assert {
    condition     = !contains(keys(jsondecode(aws_batch_job_definition.this["once"].container_properties)), "ephemeralStorage")
    error_message = "20 GiB come by themselves; AWS refuses to be asked for them"
  }

  assert {
    condition     = length(aws_batch_job_definition.this["once"].timeout) == 0 && aws_batch_job_definition.this["often"].timeout[0].attempt_duration_seconds == 900
    error_message = "a timeout is there when it is asked for"
  }

  assert {
    condition = jsondecode(aws_batch_job_definition.this["often"].container_properties).environment == [
      { name = "FARGO_BUCKET", value = "workspace" },
      { name = "FARGO_OUTPUT", value = "out" },
      { name = "LOG_LEVEL", value = "info" },
    ]
    error_message = "the runner is told the bucket and the output folder beside the job's own variables"
  }

  assert {
    condition     = [for variable in jsondecode(aws_batch_job_definition.this["once"].container_properties).environment : variable.name] == ["FARGO_BUCKET"]
    error_message = "no output folder, no FARGO_OUTPUT"
  }

  assert {
    condition     = keys(jsondecode(aws_batch_job_definition.this["once"].container_properties).logConfiguration.options) == ["awslogs-group", "awslogs-region"]
    error_message = "a prefix of its own would move the log stream from where Batch says it is"
  }
}

run "a_read_only_root_leaves_one_folder_to_write_to" {
  command = plan

  module {
    source = "./modules/batch"
  }

  assert {
    condition     = jsondecode(aws_batch_job_definition.this["hardened"].container_properties).readonlyRootFilesystem && jsondecode(aws_batch_job_definition.this["hardened"].container_properties).volumes == [{ name = "scratch" }]
    error_message = "the root is read-only, and a volume without a host lies on the task's own disk"
  }

  assert {
    condition     = jsondecode(aws_batch_job_definition.this["hardened"].container_properties).mountPoints == [{ sourceVolume = "scratch", containerPath = "/tmp" }]
    error_message = "it is mounted at /tmp"
  }

  assert {
    condition     = !jsondecode(aws_batch_job_definition.this["once"].container_properties).readonlyRootFilesystem && length(jsondecode(aws_batch_job_definition.this["once"].container_properties).volumes) == 0
    error_message = "nobody gets it who did not ask"
  }
}

run "user_and_exec_are_there_when_asked_for_and_an_init_always" {
  command = plan

  module {
    source = "./modules/batch"
  }

  assert {
    condition     = { for name, job in aws_batch_job_definition.this : name => lookup(jsondecode(job.container_properties), "user", "the image's") } == { hardened = "1000:1000", often = "the image's", once = "the image's" }
    error_message = "the user is the job's, else the image's"
  }

  assert {
    condition     = { for name, job in aws_batch_job_definition.this : name => lookup(jsondecode(job.container_properties), "enableExecuteCommand", false) } == { hardened = false, often = true, once = false }
    error_message = "ECS Exec is opt-in"
  }

  assert {
    condition     = alltrue([for job in aws_batch_job_definition.this : jsondecode(job.container_properties).linuxParameters.initProcessEnabled])
    error_message = "signals reach the command, whatever process 1 is"
  }
}

run "a_command_with_one_attempt_runs_at_most_once" {
  command = plan

  module {
    source = "./modules/batch"
  }

  assert {
    condition     = aws_batch_job_definition.this["once"].retry_strategy[0].attempts == 3
    error_message = "a task that never started may start again"
  }

  assert {
    condition = alltrue([
      for rule in aws_batch_job_definition.this["once"].retry_strategy[0].evaluate_on_exit : upper(rule.action) == "EXIT" || anytrue([
        for start in ["Timeout waiting for ", "ResourceInitializationError:", "CannotPullContainerError:"] :
        startswith(coalesce(rule.on_status_reason, rule.on_reason), start)
      ])
    ])
    error_message = "only what happens before the command is tried again"
  }

  assert {
    condition = [
      for rule in slice(aws_batch_job_definition.this["once"].retry_strategy[0].evaluate_on_exit, 4, 5) : "${rule.on_status_reason} ${upper(rule.action)}"
    ] == ["* EXIT"]
    error_message = "the last rule ends everything else"
  }
}

run "a_command_with_more_attempts_is_tried_again_whatever_the_cause" {
  command = plan

  module {
    source = "./modules/batch"
  }

  assert {
    condition     = aws_batch_job_definition.this["often"].retry_strategy[0].attempts == 3
    error_message = "attempts are the user's"
  }

  assert {
    condition = [
      for rule in aws_batch_job_definition.this["often"].retry_strategy[0].evaluate_on_exit : "${rule.on_exit_code} ${upper(rule.action)}"
    ] == ["126 EXIT", "127 EXIT"]
    error_message = "only a command that cannot be executed is hopeless"
  }
}

run "each_queue_has_its_own_kind_of_capacity" {
  command = plan

  module {
    source = "./modules/batch"
  }

  assert {
    condition = {
      for key, environment in aws_batch_compute_environment.this : key => environment.compute_resources[0].type
    } == { on_demand = "FARGATE", spot = "FARGATE_SPOT" }
    error_message = "on-demand and spot"
  }

  assert {
    condition     = alltrue([for environment in aws_batch_compute_environment.this : environment.compute_resources[0].max_vcpus == 64])
    error_message = "max_vcpus holds for each"
  }

  assert {
    condition = { for key, queue in aws_batch_job_queue.this : key => queue.name } == {
      on_demand = "fargo-demo-on-demand", spot = "fargo-demo-spot"
    }
    error_message = "queues are named after the project"
  }

  assert {
    condition = alltrue([
      for queue in aws_batch_job_queue.this : [for limit in queue.job_state_time_limit_action : limit.reason] == [
        "MISCONFIGURATION:COMPUTE_ENVIRONMENT_MAX_RESOURCE", "MISCONFIGURATION:JOB_RESOURCE_REQUIREMENT",
      ]
    ])
    error_message = "what can never run is cancelled; what waits for capacity is not"
  }
}

run "a_queue_is_first_in_first_out_unless_told_otherwise" {
  command = plan

  module {
    source = "./modules/batch"
  }

  assert {
    condition     = length(aws_batch_scheduling_policy.this) == 0 && alltrue([for queue in aws_batch_job_queue.this : queue.scheduling_policy_arn == null])
    error_message = "no policy, no shares"
  }
}

run "fair_share_gives_both_queues_a_policy_and_keeps_the_limits" {
  command = plan

  module {
    source = "./modules/batch"
  }

  variables {
    scheduling = "FAIR_SHARE"
  }

  assert {
    condition     = aws_batch_scheduling_policy.this[0].name == "fargo-demo" && terraform_data.scheduling.input == "FAIR_SHARE"
    error_message = "one policy, named after the project; the queues are replaced with it"
  }

  assert {
    condition     = alltrue([for queue in aws_batch_job_queue.this : length(queue.job_state_time_limit_action) == 2])
    error_message = "what can never run is cancelled there too"
  }
}
