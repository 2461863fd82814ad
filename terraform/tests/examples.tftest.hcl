# Each example as a person would plan it.
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
  target = module.stack.data.aws_caller_identity.current
  values = { account_id = "123456789012" }
}

override_data {
  target = data.aws_caller_identity.current
  values = { account_id = "123456789012" }
}

override_data {
  target = module.stack.module.network[0].data.aws_availability_zones.available
  values = { names = ["eu-west-1a", "eu-west-1b", "eu-west-1c"] }
}

override_data {
  target = module.stack.module.existing_network[0].data.aws_vpc.this
  values = {
    id                      = "vpc-1"
    enable_dns_support      = true
    enable_dns_hostnames    = true
    cidr_block_associations = [{ association_id = "a", cidr_block = "10.0.0.0/16", state = "associated" }]
  }
}

override_data {
  target = module.stack.module.existing_network[0].data.aws_subnet.jobs[0]
  values = { id = "subnet-1", vpc_id = "vpc-1", availability_zone = "eu-west-1a", cidr_block = "10.0.1.0/24" }
}

override_data {
  target = module.stack.module.existing_network[0].data.aws_subnet.jobs[1]
  values = { id = "subnet-2", vpc_id = "vpc-1", availability_zone = "eu-west-1b", cidr_block = "10.0.2.0/24" }
}

override_data {
  target = module.stack.module.existing_network[0].data.aws_route_tables.own[0]
  values = { ids = ["rtb-own"] }
}

override_data {
  target = module.stack.module.existing_network[0].data.aws_route_tables.own[1]
  values = { ids = ["rtb-own"] }
}

override_data {
  target = module.stack.module.existing_network[0].data.aws_route_tables.main
  values = { ids = ["rtb-main"] }
}

override_data {
  target = module.stack.module.endpoints.data.aws_prefix_list.gateway
  values = { id = "pl-there" }
}

run "minimal_has_two_queues_and_a_definition" {
  command = plan

  module {
    source = "./examples/minimal"
  }

  assert {
    condition     = keys(output.job_queues) == ["on_demand", "spot"] && keys(output.job_definitions) == ["work"]
    error_message = "queues and definition"
  }
}

run "existing_vpc_makes_no_network_and_pays_for_its_endpoints" {
  command = plan

  module {
    source = "./examples/existing_vpc"
  }

  variables {
    vpc_id     = "vpc-1"
    subnet_ids = ["subnet-1", "subnet-2"]
  }

  assert {
    condition     = join(" ", output.subnet_ids) == "subnet-1 subnet-2"
    error_message = "jobs run in the subnets that are there"
  }

  assert {
    condition     = join(" ", output.interface_endpoints) == "ecr.api ecr.dkr logs"
    error_message = "the endpoints are made in it"
  }
}

run "existing_vpc_with_endpoints_makes_none" {
  command = plan

  module {
    source = "./examples/existing_vpc"
  }

  variables {
    vpc_id        = "vpc-1"
    has_endpoints = true
    subnet_ids    = ["subnet-1", "subnet-2"]
  }

  assert {
    condition     = length(output.interface_endpoints) == 0
    error_message = "none is paid for twice"
  }
}

run "spot_needs_one_zone" {
  command = plan

  module {
    source = "./examples/spot"
  }

  assert {
    condition     = keys(output.job_definitions) == ["render"]
    error_message = "one job"
  }
}

run "several_jobs_get_the_endpoint_that_a_secret_needs" {
  command = plan

  module {
    source = "./examples/several_jobs"
  }

  assert {
    condition     = keys(output.job_definitions) == ["convert", "fetch", "report"]
    error_message = "three jobs"
  }

  assert {
    condition     = contains(output.interface_endpoints, "secretsmanager")
    error_message = "fetched through its endpoint"
  }
}
