# A VPC that the user brings. Of modules/existing_network alone.
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
  target = data.aws_vpc.this
  values = {
    id                      = "vpc-1"
    enable_dns_support      = true
    enable_dns_hostnames    = true
    cidr_block_associations = [{ association_id = "a", cidr_block = "10.0.0.0/16", state = "associated" }]
  }
}

override_data {
  target = data.aws_subnet.jobs[0]
  values = { id = "subnet-2", vpc_id = "vpc-1", availability_zone = "eu-west-1a", cidr_block = "10.0.2.0/24" }
}

override_data {
  target = data.aws_subnet.jobs[1]
  values = { id = "subnet-1", vpc_id = "vpc-1", availability_zone = "eu-west-1a", cidr_block = "10.0.1.0/24" }
}

override_data {
  target = data.aws_subnet.jobs[2]
  values = { id = "subnet-3", vpc_id = "vpc-1", availability_zone = "eu-west-1b", cidr_block = "10.0.3.0/24" }
}

override_data {
  target = data.aws_route_tables.own[0]
  values = { ids = ["rtb-own"] }
}

override_data {
  target = data.aws_route_tables.own[1]
  values = { ids = [] }
}

override_data {
  target = data.aws_route_tables.own[2]
  values = { ids = ["rtb-own"] }
}

override_data {
  target = data.aws_route_tables.main
  values = { ids = ["rtb-main"] }
}

variables {
  vpc_id     = "vpc-1"
  subnet_ids = ["subnet-2", "subnet-1", "subnet-3"]
}

run "jobs_run_in_every_subnet_and_an_endpoint_takes_one_of_each_zone" {
  command = plan

  module {
    source = "./modules/existing_network"
  }

  assert {
    condition     = join(" ", output.vpc.subnet_ids) == "subnet-2 subnet-1 subnet-3" && join(" ", output.vpc.endpoint_subnet_ids) == "subnet-1 subnet-3"
    error_message = jsonencode(output.vpc)
  }

  assert {
    condition     = toset(output.vpc.route_table_ids) == toset(["rtb-own", "rtb-main"])
    error_message = "a subnet without a table of its own uses the main one"
  }
}

run "reject_a_vpc_whose_names_are_not_answered" {
  command = plan

  module {
    source = "./modules/existing_network"
  }

  override_data {
    target = data.aws_vpc.this
    values = { id = "vpc-1", enable_dns_support = true, enable_dns_hostnames = false }
  }

  expect_failures = [data.aws_vpc.this]
}

run "reject_a_subnet_of_another_vpc" {
  command = plan

  module {
    source = "./modules/existing_network"
  }

  override_data {
    target = data.aws_subnet.jobs[2]
    values = { id = "subnet-3", vpc_id = "vpc-2", availability_zone = "eu-west-1b", cidr_block = "10.0.3.0/24" }
  }

  expect_failures = [data.aws_subnet.jobs[2]]
}

run "reject_a_vpc_without_subnets" {
  command = plan

  module {
    source = "./modules/existing_network"
  }

  variables {
    subnet_ids = []
  }

  expect_failures = [var.subnet_ids]
}
