# What the root module refuses, before anything is changed.
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

override_data {
  target = data.aws_caller_identity.current
  values = { account_id = "123456789012" }
}

override_data {
  target = module.network[0].data.aws_availability_zones.available
  values = { names = ["eu-west-1a", "eu-west-1b"] }
}

variables {
  name      = "demo"
  image_tag = "1f0c2a3b4d5e6f70"
}

run "reject_a_name_that_begins_with_a_digit" {
  command = plan

  variables {
    name = "1demo"
  }

  expect_failures = [var.name]
}

run "reject_a_name_of_31_characters" {
  command = plan

  variables {
    name = "a234567890123456789012345678901"
  }

  expect_failures = [var.name]
}

run "reject_a_name_that_ends_in_a_hyphen" {
  command = plan

  variables {
    name = "demo-"
  }

  expect_failures = [var.name]
}

run "reject_a_name_with_two_hyphens_in_a_row" {
  command = plan

  variables {
    name = "de--mo"
  }

  expect_failures = [var.name]
}

run "reject_the_tag_latest" {
  command = plan

  variables {
    image_tag = "latest"
  }

  expect_failures = [var.image_tag]
}

run "reject_an_unknown_architecture" {
  command = plan

  variables {
    architecture = "x86_64"
  }

  expect_failures = [var.architecture]
}

run "reject_windows" {
  command = plan

  variables {
    operating_system = "WINDOWS_SERVER_2022_CORE"
  }

  expect_failures = [var.operating_system]
}

run "reject_no_vcpus_at_all" {
  command = plan

  variables {
    compute = { max_vcpus = 0 }
  }

  expect_failures = [var.compute]
}

run "reject_logs_for_31_days" {
  command = plan

  variables {
    logs = { retention_days = 31 }
  }

  expect_failures = [var.logs]
}

run "reject_a_secret_that_is_no_arn" {
  command = plan

  variables {
    jobs = { work = { command = ["true"], vcpu = 1, memory_mib = 2048, secrets = { KEY = "hunter2" } } }
  }

  expect_failures = [var.jobs]
}

run "reject_a_secret_without_the_six_characters_at_its_end" {
  command = plan

  variables {
    jobs = { work = { command = ["true"], vcpu = 1, memory_mib = 2048, secrets = { KEY = "arn:aws:secretsmanager:eu-west-1:123456789012:secret:key" } } }
  }

  expect_failures = [var.jobs]
}

run "reject_a_secret_of_another_account" {
  command = plan

  variables {
    jobs = { work = { command = ["true"], vcpu = 1, memory_mib = 2048, secrets = { KEY = "arn:aws:secretsmanager:eu-west-1:210987654321:secret:key-AbCdEf" } } }
  }

  expect_failures = [var.jobs]
}

run "reject_a_parameter_of_another_region" {
  command = plan

  variables {
    jobs = { work = { command = ["true"], vcpu = 1, memory_mib = 2048, secrets = { KEY = "arn:aws:ssm:us-east-1:123456789012:parameter/key" } } }
  }

  expect_failures = [var.jobs]
}

run "reject_a_policy_that_is_no_json" {
  command = plan

  variables {
    jobs = { work = { command = ["true"], vcpu = 1, memory_mib = 2048, policy = "Allow" } }
  }

  expect_failures = [var.jobs]
}

run "reject_a_policy_that_allows_everything" {
  command = plan

  variables {
    jobs = { work = { command = ["true"], vcpu = 1, memory_mib = 2048, policy = "[{\"Effect\": \"Allow\", \"Action\": \"*\", \"Resource\": \"*\"}]" } }
  }

  expect_failures = [var.jobs]
}

run "reject_a_policy_that_allows_all_but_something" {
  command = plan

  variables {
    jobs = { work = { command = ["true"], vcpu = 1, memory_mib = 2048, policy = "[{\"Effect\": \"Allow\", \"NotAction\": \"s3:GetObject\", \"Resource\": \"*\"}]" } }
  }

  expect_failures = [var.jobs]
}

run "reject_a_policy_without_a_resource" {
  command = plan

  variables {
    jobs = { work = { command = ["true"], vcpu = 1, memory_mib = 2048, policy = "[{\"Effect\": \"Allow\", \"Action\": \"s3:GetObject\"}]" } }
  }

  expect_failures = [var.jobs]
}

run "reject_a_policy_whose_condition_asks_for_nothing" {
  command = plan

  variables {
    jobs = { work = { command = ["true"], vcpu = 1, memory_mib = 2048, policy = "[{\"Effect\": \"Allow\", \"Action\": \"s3:GetObject\", \"Resource\": \"*\", \"Condition\": {\"StringEquals\": {\"aws:PrincipalTag/team\": null}}}]" } }
  }

  expect_failures = [var.jobs]
}

run "reject_a_role_path_without_a_slash_at_its_end" {
  command = plan

  variables {
    roles = { path = "/teams/x" }
  }

  expect_failures = [var.roles]
}

run "reject_a_boundary_that_is_no_policy" {
  command = plan

  variables {
    roles = { permissions_boundary = "arn:aws:iam::123456789012:role/x" }
  }

  expect_failures = [var.roles]
}
