# Who may do what. Of modules/roles alone.
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
  account = {
    id         = "123456789012"
    partition  = "aws"
    dns_suffix = "amazonaws.com"
    region     = "eu-west-1"
  }

  prefix         = "fargo-demo"
  repository_arn = "arn:aws:ecr:eu-west-1:123456789012:repository/fargo-demo"
  bucket_arn     = "arn:aws:s3:::workspace"
  kms_key_arn    = "arn:aws:kms:eu-west-1:123456789012:key/1"
  jobs_log_arn   = "arn:aws:logs:eu-west-1:123456789012:log-group:/fargo/demo/jobs"
  secret_arns    = []
  job_statements = []
  exec           = false

  roles = {
    path                 = "/"
    permissions_boundary = null
  }
}

run "ecs_takes_the_roles_for_tasks_of_this_account_only" {
  command = plan

  module {
    source = "./modules/roles"
  }

  assert {
    condition = alltrue([
      for role in [aws_iam_role.execution, aws_iam_role.job] : jsondecode(role.assume_role_policy).Statement[0].Condition == {
        ArnLike      = { "aws:SourceArn" = "arn:aws:ecs:eu-west-1:123456789012:*" }
        StringEquals = { "aws:SourceAccount" = "123456789012" }
      }
    ])
    error_message = "both conditions against the confused deputy"
  }
}

run "the_execution_role_pulls_and_logs_and_no_more" {
  command = plan

  module {
    source = "./modules/roles"
  }

  assert {
    condition = {
      for statement in jsondecode(aws_iam_role_policy.execution.policy).Statement : statement.Sid => statement.Resource
      } == {
      Token = "*"
      Pull  = "arn:aws:ecr:eu-west-1:123456789012:repository/fargo-demo"
      Log   = "arn:aws:logs:eu-west-1:123456789012:log-group:/fargo/demo/jobs:*"
    }
    error_message = "this repository and this log group"
  }
}

run "the_execution_role_reads_the_secrets_that_jobs_name" {
  command = plan

  module {
    source = "./modules/roles"
  }

  variables {
    secret_arns = [
      "arn:aws:secretsmanager:eu-west-1:123456789012:secret:key-AbCdEf",
      "arn:aws:ssm:eu-west-1:123456789012:parameter/token",
    ]
  }

  assert {
    condition = {
      for statement in jsondecode(aws_iam_role_policy.execution.policy).Statement : statement.Sid => "${statement.Action} ${statement.Resource}"
      if contains(["Secrets", "Parameters"], statement.Sid)
      } == {
      Secrets    = "secretsmanager:GetSecretValue arn:aws:secretsmanager:eu-west-1:123456789012:secret:key-AbCdEf"
      Parameters = "ssm:GetParameters arn:aws:ssm:eu-west-1:123456789012:parameter/token"
    }
    error_message = "these and no others"
  }
}

run "a_job_writes_under_runs_and_reads_inputs" {
  command = plan

  module {
    source = "./modules/roles"
  }

  assert {
    condition = one([
      for statement in jsondecode(aws_iam_role_policy.job.policy).Statement : statement.Resource if statement.Sid == "Write"
    ]) == "arn:aws:s3:::workspace/runs/*"
    error_message = "inputs are never overwritten by a job"
  }

  assert {
    condition     = !strcontains(aws_iam_role_policy.job.policy, "ssmmessages")
    error_message = "nobody enters a job who was not asked in"
  }

  assert {
    condition     = !strcontains(aws_iam_role_policy.job.policy, "Delete")
    error_message = "a job deletes nothing"
  }
}

run "jobs_bring_statements_of_their_own_even_with_equal_names" {
  command = plan

  module {
    source = "./modules/roles"
  }

  variables {
    job_statements = [
      "{\"Sid\": \"Mine\", \"Effect\": \"Allow\", \"Action\": \"s3:GetObject\", \"Resource\": \"arn:aws:s3:::photos/*\"}",
      "{\"Sid\": \"Mine\", \"Effect\": \"Deny\", \"Action\": \"s3:GetObject\", \"Resource\": \"arn:aws:s3:::photos/private/*\"}",
    ]
  }

  assert {
    condition = [
      for statement in jsondecode(aws_iam_role_policy.job.policy).Statement : "${statement.Effect} ${statement.Resource}"
      if strcontains(jsonencode(statement.Resource), "photos")
    ] == ["Allow arn:aws:s3:::photos/*", "Deny arn:aws:s3:::photos/private/*"]
    error_message = "both are there"
  }
}

run "a_job_uses_the_key_by_way_of_s3_alone" {
  command = plan

  module {
    source = "./modules/roles"
  }

  assert {
    condition     = jsondecode(aws_iam_role_policy.key.policy).Statement[0].Condition == { StringEquals = { "kms:ViaService" = "s3.eu-west-1.amazonaws.com" } }
    error_message = "what the key enciphers elsewhere, no job deciphers"
  }

  assert {
    condition = one([
      for statement in jsondecode(aws_iam_role_policy.job.policy).Statement : statement.Condition.StringLike["s3:prefix"] if statement.Sid == "List"
    ]) == ["inputs/*", "runs/*"]
    error_message = "a job lists what it may read"
  }
}

run "nobody_adds_a_policy_to_a_role_unseen" {
  command = plan

  module {
    source = "./modules/roles"
  }

  assert {
    condition = (
      aws_iam_role_policies_exclusive.execution.policy_names == toset(["start-tasks"]) &&
      aws_iam_role_policies_exclusive.job.policy_names == toset(["key", "work"])
    )
    error_message = "the inline policies are these"
  }

  assert {
    condition = alltrue([
      for attachments in [aws_iam_role_policy_attachments_exclusive.execution, aws_iam_role_policy_attachments_exclusive.job] : length(attachments.policy_arns) == 0
    ])
    error_message = "and no managed one is attached"
  }
}

run "roles_stand_where_the_account_wants_them" {
  command = plan

  module {
    source = "./modules/roles"
  }

  variables {
    roles = {
      path                 = "/teams/x/"
      permissions_boundary = "arn:aws:iam::123456789012:policy/boundary"
    }
  }

  assert {
    condition = alltrue([
      for role in [aws_iam_role.execution, aws_iam_role.job] : role.path == "/teams/x/" && role.permissions_boundary == "arn:aws:iam::123456789012:policy/boundary"
    ])
    error_message = "path and boundary hold for each role"
  }

  assert {
    condition     = aws_iam_role.job.name == "fargo-demo-job"
    error_message = "the names stay"
  }
}

run "exec_lets_a_job_open_channels_and_is_opt_in" {
  command = plan

  module {
    source = "./modules/roles"
  }

  variables {
    exec = true
  }

  assert {
    condition = one([
      for statement in jsondecode(aws_iam_role_policy.job.policy).Statement : statement.Action if statement.Sid == "Exec"
      ]) == [
      "ssmmessages:OpenDataChannel", "ssmmessages:OpenControlChannel",
      "ssmmessages:CreateDataChannel", "ssmmessages:CreateControlChannel",
    ]
    error_message = "the four actions of ECS Exec"
  }
}
