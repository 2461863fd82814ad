# Rules stand inline: one that somebody adds by hand shows in the next plan and is removed.
# Empty lists say "none"; left out, they would mean "whatever is there".
#
# Names are prefixes: a description cannot change in place, the environments' create_before_destroy
# reaches the groups, and a VPC has no two groups of one name. EC2 takes letters, digits, spaces and
# ._-:/()#,@[]+=&;{}!$* in a description, and so no apostrophe.

resource "aws_security_group" "jobs" {
  name_prefix = "${var.prefix}-jobs-"
  description = "Jobs: out to the endpoints by HTTPS, nothing in"
  vpc_id      = var.vpc.id
  ingress     = []

  # Endpoints that are there already have security groups and subnets of their own: the VPC's
  # addresses are the narrowest that is known of them.
  egress {
    description     = "Interface endpoints"
    protocol        = "tcp"
    from_port       = 443
    to_port         = 443
    security_groups = aws_security_group.endpoints[*].id
    cidr_blocks     = var.create ? [] : var.vpc.cidrs
  }

  egress {
    description     = "Gateway endpoints"
    protocol        = "tcp"
    from_port       = 443
    to_port         = 443
    prefix_list_ids = concat([for endpoint in aws_vpc_endpoint.gateway : endpoint.prefix_list_id], [for list in data.aws_prefix_list.gateway : list.id])
  }

  tags = { Name = "${var.prefix}-jobs" }
}

data "aws_prefix_list" "gateway" {
  for_each = var.create ? [] : local.gateways

  name = "com.amazonaws.${var.account.region}.${each.key}"
}

resource "aws_security_group" "endpoints" {
  count = var.create ? 1 : 0

  name_prefix = "${var.prefix}-endpoints-"
  description = "Interface endpoints: in from the subnets of jobs by HTTPS, nothing out"
  vpc_id      = var.vpc.id
  egress      = []

  # By subnet and not by the jobs' group: two groups that name each other inline are a cycle.
  ingress {
    description = "Jobs"
    protocol    = "tcp"
    from_port   = 443
    to_port     = 443
    cidr_blocks = var.vpc.subnet_cidrs
  }

  tags = { Name = "${var.prefix}-endpoints" }
}
