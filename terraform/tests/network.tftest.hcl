# What a job can reach: its image, its logs, its bucket, and nothing else. Of modules/network alone.
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
  target = data.aws_availability_zones.available
  values = { names = ["eu-west-1c", "eu-west-1a", "eu-west-1b"] }
}

# Known before an apply, so that the rules that name them can be read.
override_resource {
  target          = aws_security_group.endpoints
  override_during = plan
  values          = { id = "sg-endpoints" }
}

override_resource {
  target          = aws_vpc_endpoint.gateway
  override_during = plan
  values          = { prefix_list_id = "pl-gateway" }
}

variables {
  account = {
    id         = "123456789012"
    partition  = "aws"
    dns_suffix = "amazonaws.com"
    region     = "eu-west-1"
  }

  prefix         = "fargo-demo"
  cidr           = "10.42.0.0/16"
  zones          = 2
  extra_services = []
  repository_arn = "arn:aws:ecr:eu-west-1:123456789012:repository/fargo-demo"
  bucket_arn     = "arn:aws:s3:::workspace"
  jobs_log_arn   = "arn:aws:logs:eu-west-1:123456789012:log-group:/fargo/demo/jobs"
  job_statements = []

  log_group = {
    name           = "/fargo/demo/network"
    retention_days = 30
    kms_key_arn    = "arn:aws:kms:eu-west-1:123456789012:key/1"
  }
}

run "subnets_are_private_and_lie_in_the_first_zones_by_name" {
  command = plan

  module {
    source = "./modules/network"
  }

  assert {
    condition = { for zone, subnet in aws_subnet.jobs : zone => subnet.cidr_block } == {
      eu-west-1a = "10.42.0.0/19", eu-west-1b = "10.42.32.0/19"
    }
    error_message = "each zone has an eighth of the network"
  }

  assert {
    condition     = alltrue([for subnet in aws_subnet.jobs : !subnet.map_public_ip_on_launch])
    error_message = "no subnet gives public addresses"
  }
}

run "a_job_talks_https_to_the_endpoints_and_hears_nothing" {
  command = plan

  module {
    source = "./modules/network"
  }

  assert {
    condition     = length(aws_security_group.jobs.ingress) == 0 && length(aws_security_group.endpoints.egress) == 0
    error_message = "nothing in to a job, nothing out of an endpoint"
  }

  assert {
    condition = alltrue([
      for rule in concat(tolist(aws_security_group.jobs.egress), tolist(aws_security_group.endpoints.ingress)) :
      rule.from_port == 443 && rule.to_port == 443 && rule.protocol == "tcp"
    ])
    error_message = "HTTPS alone"
  }

  assert {
    condition     = alltrue([for rule in aws_security_group.jobs.egress : length(rule.cidr_blocks) == 0 && length(rule.ipv6_cidr_blocks) == 0])
    error_message = "out to groups and prefix lists, never to a range of addresses"
  }

  assert {
    condition     = toset(flatten([for rule in aws_security_group.jobs.egress : concat(tolist(rule.security_groups), rule.prefix_list_ids)])) == toset(["sg-endpoints", "pl-gateway"])
    error_message = "out to the interface endpoints and the gateways"
  }

  assert {
    condition     = flatten([for rule in aws_security_group.endpoints.ingress : rule.cidr_blocks]) == ["10.42.0.0/19", "10.42.32.0/19"]
    error_message = "endpoints hear the jobs' subnets"
  }

  assert {
    condition     = length(aws_default_security_group.closed.ingress) == 0 && length(aws_default_security_group.closed.egress) == 0
    error_message = "the default group is closed"
  }

  assert {
    condition     = length(aws_default_network_acl.closed.ingress) == 0 && length(aws_default_network_acl.closed.egress) == 0
    error_message = "the default list is closed"
  }
}

run "endpoints_let_this_projects_traffic_through_and_no_other" {
  command = plan

  module {
    source = "./modules/network"
  }

  assert {
    condition     = keys(aws_vpc_endpoint.interface) == ["ecr_api", "ecr_dkr", "logs"] && keys(aws_vpc_endpoint.gateway) == ["s3"]
    error_message = "what Fargate needs, and nothing that is paid for beyond"
  }

  assert {
    condition     = alltrue([for endpoint in aws_vpc_endpoint.interface : endpoint.private_dns_enabled])
    error_message = "the services' own names lead to the endpoints"
  }

  assert {
    condition = alltrue(flatten([
      for endpoint in merge(aws_vpc_endpoint.interface, aws_vpc_endpoint.gateway) : [
        for statement in jsondecode(endpoint.policy).Statement :
        try(statement.Condition.StringEquals["aws:PrincipalAccount"] == "123456789012", false) || try(statement.Sid == "ImageLayers", false)
      ]
    ]))
    error_message = "only this account's principals, but for the image layers"
  }

  assert {
    condition = [
      for statement in jsondecode(aws_vpc_endpoint.gateway["s3"].policy).Statement : statement.Resource
      ] == [
      "arn:aws:s3:::workspace", "arn:aws:s3:::workspace/*", "arn:aws:s3:::prod-eu-west-1-starport-layer-bucket/*",
    ]
    error_message = "S3 is the workspace bucket and the image layers"
  }

  assert {
    condition     = [for statement in jsondecode(aws_vpc_endpoint.interface["logs"].policy).Statement : statement.Resource] == ["arn:aws:logs:eu-west-1:123456789012:log-group:/fargo/demo/jobs:*"]
    error_message = "logs are the jobs' group"
  }
}

run "more_endpoints_are_opt_in" {
  command = plan

  module {
    source = "./modules/network"
  }

  variables {
    extra_services = ["secretsmanager", "ssm", "kms", "sts", "ssmmessages", "dynamodb"]
  }

  assert {
    condition     = keys(aws_vpc_endpoint.gateway) == ["dynamodb", "s3"]
    error_message = "dynamodb is a gateway, which costs nothing"
  }

  assert {
    condition     = output.interface_endpoints == tolist(["ecr.api", "ecr.dkr", "kms", "logs", "secretsmanager", "ssm", "ssmmessages", "sts"])
    error_message = "each of the others is an interface endpoint"
  }

  assert {
    condition     = alltrue([for endpoint in aws_vpc_endpoint.interface : endpoint.policy != null && length(jsondecode(endpoint.policy).Statement) > 0])
    error_message = "each has a policy of its own"
  }
}

run "what_a_jobs_policy_allows_passes_the_endpoint_of_its_service" {
  command = plan

  module {
    source = "./modules/network"
  }

  variables {
    job_statements = [
      "{\"Sid\": \"Photos\", \"Effect\": \"Allow\", \"Action\": [\"s3:GetObject\", \"kms:Decrypt\"], \"Resource\": \"arn:aws:s3:::photos/*\", \"Condition\": {\"StringEquals\": {\"s3:ExistingObjectTag/open\": \"yes\"}}}",
      "{\"Effect\": \"Deny\", \"Action\": \"s3:*\", \"Resource\": \"arn:aws:s3:::workspace/*\"}",
    ]
  }

  assert {
    condition = [
      for statement in jsondecode(aws_vpc_endpoint.gateway["s3"].policy).Statement : statement if statement.Resource == "arn:aws:s3:::photos/*"
      ] == [{
        Effect    = "Allow"
        Action    = ["s3:GetObject"]
        Resource  = "arn:aws:s3:::photos/*"
        Principal = "*"
        Condition = { StringEquals = { "aws:PrincipalAccount" = "123456789012", "s3:ExistingObjectTag/open" = "yes" } }
    }]
    error_message = "the statement passes, with its conditions and this account's, and without actions of other services"
  }

  assert {
    condition     = !strcontains(aws_vpc_endpoint.gateway["s3"].policy, "Deny")
    error_message = "what a job may not do must not stop Fargate"
  }

  assert {
    condition     = !strcontains(aws_vpc_endpoint.interface["logs"].policy, "photos")
    error_message = "other endpoints stay as they are"
  }
}

run "reject_a_network_that_is_too_small" {
  command = plan

  module {
    source = "./modules/network"
  }

  variables {
    cidr = "10.42.0.0/25"
  }

  expect_failures = [var.cidr]
}

run "reject_a_network_that_is_written_from_the_middle" {
  command = plan

  module {
    source = "./modules/network"
  }

  variables {
    cidr = "10.42.7.0/16"
  }

  expect_failures = [var.cidr]
}

run "reject_a_service_without_an_endpoint_here" {
  command = plan

  module {
    source = "./modules/network"
  }

  variables {
    extra_services = ["sqs"]
  }

  expect_failures = [var.extra_services]
}

run "reject_seven_zones" {
  command = plan

  module {
    source = "./modules/network"
  }

  variables {
    zones = 7
  }

  expect_failures = [var.zones]
}

run "reject_more_zones_than_the_region_has" {
  command = plan

  module {
    source = "./modules/network"
  }

  variables {
    zones = 4
  }

  expect_failures = [data.aws_availability_zones.available]
}
