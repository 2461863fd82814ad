# The private network that is made where nobody brings one. Of modules/network alone.
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

variables {
  account = {
    id         = "123456789012"
    partition  = "aws"
    dns_suffix = "amazonaws.com"
    region     = "eu-west-1"
  }

  prefix = "fargo-demo"
  cidr   = "10.42.0.0/16"
  zones  = 2

  roles = {
    path                 = "/teams/x/"
    permissions_boundary = "arn:aws:iam::123456789012:policy/boundary"
  }

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

run "no_subnet_lies_where_fargate_does_not_run" {
  command = plan

  module {
    source = "./modules/network"
  }

  # https://docs.aws.amazon.com/AmazonECS/latest/developerguide/AWS_Fargate-Regions.html
  assert {
    condition     = alltrue([for id in ["apne1-az3", "cnn1-az4", "usw1-az2"] : contains(data.aws_availability_zones.available.exclude_zone_ids, id)])
    error_message = "some zones of Tokyo, Beijing and Northern California have no Fargate"
  }
}

run "what_comes_with_a_vpc_is_closed" {
  command = plan

  module {
    source = "./modules/network"
  }

  assert {
    condition     = length(aws_default_security_group.closed.ingress) == 0 && length(aws_default_security_group.closed.egress) == 0
    error_message = "the default group is closed"
  }

  assert {
    condition     = length(aws_default_network_acl.closed.ingress) == 0 && length(aws_default_network_acl.closed.egress) == 0
    error_message = "the default list is closed"
  }

  assert {
    condition     = length(aws_default_route_table.closed.route) == 0 && length(aws_route_table.jobs.route) == 0
    error_message = "no table has a route of its own"
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

run "flow_logs_act_for_this_account_alone_and_within_its_bounds" {
  command = plan

  module {
    source = "./modules/network"
  }

  assert {
    condition = jsondecode(aws_iam_role.flow.assume_role_policy).Statement[0].Condition == {
      ArnLike      = { "aws:SourceArn" = "arn:aws:ec2:eu-west-1:123456789012:vpc-flow-log/*" }
      StringEquals = { "aws:SourceAccount" = "123456789012" }
    }
    error_message = "both conditions against the confused deputy"
  }

  assert {
    condition = (
      aws_iam_role.flow.path == "/teams/x/" &&
      aws_iam_role.flow.permissions_boundary == "arn:aws:iam::123456789012:policy/boundary" &&
      aws_iam_role_policies_exclusive.flow.policy_names == toset(["write"]) &&
      length(aws_iam_role_policy_attachments_exclusive.flow.policy_arns) == 0
    )
    error_message = "path, boundary, and no policy but its own"
  }
}

run "flow_logs_write_to_their_group_and_read_the_list_of_groups" {
  command = plan

  module {
    source = "./modules/network"
  }

  # https://docs.aws.amazon.com/vpc/latest/userguide/flow-logs-iam-role.html: "at least" these, but for
  # logs:CreateLogGroup, for the group is there.
  assert {
    condition = [for statement in data.aws_iam_policy_document.flow.statement : sort(statement.actions)] == [
      tolist(["logs:CreateLogStream", "logs:DescribeLogStreams", "logs:PutLogEvents"]), tolist(["logs:DescribeLogGroups"]),
    ]
    error_message = "the flow logs' status is an access error else"
  }

  assert {
    condition     = data.aws_iam_policy_document.flow.statement[1].resources == toset(["*"])
    error_message = "the list of groups is no single one's"
  }
}
