# A VPC that the user brings: looked up, checked, and left as it is.

data "aws_vpc" "this" {
  id = var.vpc_id

  lifecycle {
    postcondition {
      condition     = self.enable_dns_support && self.enable_dns_hostnames
      error_message = "network.existing: ${self.id} needs DNS support and DNS hostnames, or the endpoints' private names are not answered."
    }
  }
}

# By number and not by id: ids that the same apply makes are not known yet.
data "aws_subnet" "jobs" {
  count = length(var.subnet_ids)

  id = var.subnet_ids[count.index]

  lifecycle {
    postcondition {
      condition     = self.vpc_id == var.vpc_id
      error_message = "network.existing: ${self.id} lies in ${self.vpc_id}, not in ${var.vpc_id}."
    }
  }
}

# A subnet without a table of its own uses the VPC's main one.
data "aws_route_tables" "own" {
  count = length(var.subnet_ids)

  vpc_id = var.vpc_id

  filter {
    name   = "association.subnet-id"
    values = [var.subnet_ids[count.index]]
  }
}

data "aws_route_tables" "main" {
  vpc_id = var.vpc_id

  filter {
    name   = "association.main"
    values = ["true"]
  }
}

locals {
  # An interface endpoint takes one subnet of a zone.
  by_zone = { for subnet in data.aws_subnet.jobs : subnet.availability_zone => subnet.id... }
}
