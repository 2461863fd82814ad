# The modules together: names, tags, what flows between them, and what the root refuses.
# The real provider, offline: it needs no account for a plan.

provider "aws" {
  region                      = "eu-west-1"
  access_key                  = "offline"
  secret_key                  = "offline"
  skip_credentials_validation = true
  skip_metadata_api_check     = true
  skip_region_validation      = true
  skip_requesting_account_id  = true

  default_tags {
    tags = { "fargo:project" = "demo" }
  }
}

override_data {
  target = data.aws_caller_identity.current
  values = { account_id = "123456789012" }
}

override_data {
  target = module.network[0].data.aws_availability_zones.available
  values = { names = ["eu-west-1a", "eu-west-1b", "eu-west-1c"] }
}

variables {
  name      = "demo"
  image_tag = "1f0c2a3b4d5e6f70"

  jobs = {
    work = {
      command    = ["fargo-run", "--", "work"]
      vcpu       = 0.25
      memory_mib = 512
    }
  }
}

run "a_project_needs_a_name_a_region_and_an_image" {
  command = plan

  assert {
    condition     = output.bucket == "fargo-demo-123456789012-eu-west-1"
    error_message = "the bucket is named after project, account and region"
  }

  assert {
    condition     = output.log_group == "/fargo/demo/jobs"
    error_message = "jobs print to the project's own group"
  }

  assert {
    condition     = output.zones == tolist(["eu-west-1a", "eu-west-1b"])
    error_message = "two zones unless told otherwise"
  }

  assert {
    condition     = output.interface_endpoints == tolist(["ecr.api", "ecr.dkr", "logs"])
    error_message = "three interface endpoints unless told otherwise"
  }

  assert {
    condition     = keys(output.job_queues) == ["on_demand", "spot"] && keys(output.job_definitions) == ["work"]
    error_message = "two queues, and a definition for each job"
  }

  assert {
    condition     = output.scheduling == "FIFO"
    error_message = "first in, first out, unless told otherwise"
  }
}

run "a_job_with_a_secret_gets_the_endpoint_that_it_is_fetched_through" {
  command = plan

  variables {
    jobs = {
      work = {
        command    = ["fargo-run", "--", "work"]
        vcpu       = 0.25
        memory_mib = 512
        secrets = {
          WHOLE = "arn:aws:secretsmanager:eu-west-1:123456789012:secret:key-AbCdEf"
          PART  = "arn:aws:secretsmanager:eu-west-1:123456789012:secret:key-AbCdEf:user::"
          TOKEN = "arn:aws:ssm:eu-west-1:123456789012:parameter/token"
        }
      }
    }
  }

  assert {
    condition     = output.interface_endpoints == tolist(["ecr.api", "ecr.dkr", "logs", "secretsmanager", "ssm"])
    error_message = "Fargate fetches secrets through the task's own network"
  }
}

run "a_job_that_exec_may_enter_gets_the_endpoint_for_its_channels" {
  command = plan

  variables {
    jobs = {
      work = {
        command    = ["fargo-run", "--", "work"]
        vcpu       = 0.25
        memory_mib = 512
        exec       = true
      }
    }
  }

  assert {
    condition     = output.interface_endpoints == tolist(["ecr.api", "ecr.dkr", "logs", "ssmmessages"])
    error_message = "the agent in the container opens its channels through the task's own network"
  }
}

run "a_bucket_name_that_grows_too_long_is_cut_and_stays_unique" {
  command = plan

  module {
    source = "./modules/storage"
  }

  variables {
    account = {
      id         = "123456789012"
      partition  = "aws"
      dns_suffix = "amazonaws.com"
      region     = "ap-northeast-1"
    }
    prefix           = "fargo-a23456789-b23456789-c234567890"
    log_group_prefix = "/fargo/a23456789-b23456789-c234567890/"
    force_destroy    = true
    topic_arn        = ""
  }

  assert {
    condition     = length(output.bucket) <= 63 && can(regex("^fargo-a23456789-b[0-9]+-[0-9a-f]{8}-123456789012-ap-northeast-1$", output.bucket))
    error_message = "${output.bucket} has ${length(output.bucket)} characters"
  }
}

run "only_tls_reaches_the_bucket_and_its_key_is_the_projects" {
  command = plan

  module {
    source = "./modules/storage"
  }

  variables {
    account = {
      id         = "123456789012"
      partition  = "aws"
      dns_suffix = "amazonaws.com"
      region     = "eu-west-1"
    }
    prefix           = "fargo-demo"
    log_group_prefix = "/fargo/demo/"
    force_destroy    = true
    topic_arn        = ""
  }

  assert {
    condition     = length(jsondecode(aws_kms_key.this.policy).Statement) == 2
    error_message = "without a topic, the account and CloudWatch Logs use the key, and nobody else"
  }

  assert {
    condition     = data.aws_iam_policy_document.bucket.statement[0].effect == "Deny" && one(data.aws_iam_policy_document.bucket.statement[0].condition).variable == "aws:SecureTransport"
    error_message = "what comes without TLS is refused"
  }

  assert {
    condition = one([
      for statement in jsondecode(aws_kms_key.this.policy).Statement : statement.Condition.ArnLike["kms:EncryptionContext:aws:logs:arn"]
      if statement.Sid == "LogsOfThisProject"
    ]) == "arn:aws:logs:eu-west-1:123456789012:log-group:/fargo/demo/*"
    error_message = "CloudWatch Logs uses the key for this project's groups"
  }
}

run "what_is_uploaded_is_enciphered_with_the_projects_key_or_refused" {
  command = plan

  module {
    source = "./modules/storage"
  }

  variables {
    account = {
      id         = "123456789012"
      partition  = "aws"
      dns_suffix = "amazonaws.com"
      region     = "eu-west-1"
    }
    prefix           = "fargo-demo"
    log_group_prefix = "/fargo/demo/"
    force_destroy    = true
    topic_arn        = "arn:aws:sns:eu-west-1:123456789012:fargo-demo-jobs"
  }

  assert {
    condition = {
      for statement in data.aws_iam_policy_document.bucket.statement : statement.sid => toset([for condition in statement.condition : "${condition.test} ${condition.variable}"])
      if statement.effect == "Deny" && statement.actions == toset(["s3:PutObject"])
      } == {
      OurKeyOnly       = toset(["Null s3:x-amz-server-side-encryption", "ArnNotEquals s3:x-amz-server-side-encryption-aws-kms-key-id"])
      NoKeyOfTheCaller = toset(["Null s3:x-amz-server-side-encryption-customer-algorithm"])
    }
    error_message = "another key, no key and the caller's own key are refused; an upload that names none is not"
  }

  assert {
    condition = one([
      for statement in jsondecode(aws_kms_key.this.policy).Statement : statement.Condition.StringEquals["kms:EncryptionContext:aws:sns:topicArn"]
      if statement.Sid == "EventsToTheTopicOfThisProject"
    ]) == "arn:aws:sns:eu-west-1:123456789012:fargo-demo-jobs"
    error_message = "EventBridge enciphers messages to this topic"
  }
}

run "tags_never_change_their_meaning" {
  command = plan

  module {
    source = "./modules/registry"
  }

  variables {
    name = "fargo-demo"
    account = {
      id         = "123456789012"
      partition  = "aws"
      dns_suffix = "amazonaws.com"
      region     = "eu-west-1"
    }
    kms_key_arn = "arn:aws:kms:eu-west-1:123456789012:key/1"
  }

  assert {
    condition     = aws_ecr_repository.this.image_tag_mutability == "IMMUTABLE" && aws_ecr_repository.this.force_delete
    error_message = "an immutable repository, that a destroy may empty"
  }
}

run "events_are_those_of_the_projects_own_queues" {
  command = plan

  module {
    source = "./modules/events"
  }

  variables {
    prefix = "fargo-demo"
    account = {
      partition = "aws"
      region    = "eu-west-1"
    }
    notifications = { states = [], emails = [] }
    topic_name    = "fargo-demo-jobs"
    queues        = { spot = "arn:aws:batch:eu-west-1:123456789012:job-queue/fargo-demo-spot" }
    log_group = {
      name           = "/fargo/demo/events"
      retention_days = 30
      kms_key_arn    = "arn:aws:kms:eu-west-1:123456789012:key/1"
    }
  }

  assert {
    condition = jsondecode(aws_cloudwatch_event_rule.job_state.event_pattern) == {
      source      = ["aws.batch"]
      detail-type = ["Batch Job State Change", "Batch Job Queue Blocked"]
      detail      = { jobQueue = ["arn:aws:batch:eu-west-1:123456789012:job-queue/fargo-demo-spot"] }
    }
    error_message = "no other queue's"
  }

  assert {
    condition     = length(aws_sns_topic.this) + length(aws_cloudwatch_event_rule.notify) == 0 && output.topic_arn == ""
    error_message = "nobody is told who did not ask"
  }
}

run "a_topic_tells_of_whole_jobs_in_the_states_that_were_asked_for" {
  command = plan

  module {
    source = "./modules/events"
  }

  variables {
    prefix = "fargo-demo"
    account = {
      partition = "aws"
      region    = "eu-west-1"
    }
    notifications = { states = ["SUCCEEDED", "FAILED"], emails = ["one@example.org", "two@example.org"] }
    topic_name    = "fargo-demo-jobs"
    queues        = { spot = "arn:aws:batch:eu-west-1:123456789012:job-queue/fargo-demo-spot" }
    log_group = {
      name           = "/fargo/demo/events"
      retention_days = 30
      kms_key_arn    = "arn:aws:kms:eu-west-1:123456789012:key/1"
    }
  }

  assert {
    condition = jsondecode(aws_cloudwatch_event_rule.notify[0].event_pattern).detail == {
      jobQueue        = ["arn:aws:batch:eu-west-1:123456789012:job-queue/fargo-demo-spot"]
      status          = ["FAILED", "SUCCEEDED"]
      arrayProperties = { index = [{ exists = false }] }
    }
    error_message = "an array of ten thousand tells once"
  }

  assert {
    condition     = aws_sns_topic.this[0].kms_master_key_id == "arn:aws:kms:eu-west-1:123456789012:key/1"
    error_message = "what it tells is enciphered with the project's key"
  }

  assert {
    condition     = strcontains(aws_cloudwatch_event_target.topic[0].input_transformer[0].input_template, "<job> <status>: <reason> https://eu-west-1.console.aws.amazon.com/batch/")
    error_message = "a line that people can read, with a link"
  }

  assert {
    condition     = [for subscription in aws_sns_topic_subscription.email : "${subscription.protocol} ${subscription.endpoint}"] == ["email one@example.org", "email two@example.org"]
    error_message = "each address gets it"
  }
}

run "reject_emails_with_nothing_to_tell" {
  command = plan

  module {
    source = "./modules/events"
  }

  variables {
    prefix = "fargo-demo"
    account = {
      partition = "aws"
      region    = "eu-west-1"
    }
    notifications = { states = [], emails = ["one@example.org"] }
    topic_name    = "fargo-demo-jobs"
    queues        = {}
    log_group = {
      name           = "/fargo/demo/events"
      retention_days = 30
      kms_key_arn    = "arn:aws:kms:eu-west-1:123456789012:key/1"
    }
  }

  expect_failures = [var.notifications]
}

run "reject_a_state_that_nobody_waits_for" {
  command = plan

  module {
    source = "./modules/events"
  }

  variables {
    prefix = "fargo-demo"
    account = {
      partition = "aws"
      region    = "eu-west-1"
    }
    notifications = { states = ["PENDING"], emails = [] }
    topic_name    = "fargo-demo-jobs"
    queues        = {}
    log_group = {
      name           = "/fargo/demo/events"
      retention_days = 30
      kms_key_arn    = "arn:aws:kms:eu-west-1:123456789012:key/1"
    }
  }

  expect_failures = [var.notifications]
}
