# A network without a way out: no internet gateway, no NAT, no public address. What a job
# reaches, it reaches through the endpoints.

resource "aws_vpc" "this" {
  cidr_block = var.cidr
  # Both, or the endpoints' private names are not answered.
  enable_dns_support   = true
  enable_dns_hostnames = true

  tags = { Name = var.prefix }
}

# The three that come with a VPC are adopted to be closed: nothing of ours uses them, and what
# lands in them by mistake reaches nothing.

resource "aws_default_security_group" "closed" {
  vpc_id  = aws_vpc.this.id
  ingress = []
  egress  = []

  tags = { Name = "${var.prefix}-closed" }
}

resource "aws_default_network_acl" "closed" {
  default_network_acl_id = aws_vpc.this.default_network_acl_id

  tags = { Name = "${var.prefix}-closed" }

  lifecycle {
    # A subnet that a destroy takes from its own list falls back to this one for a moment.
    ignore_changes = [subnet_ids]
  }
}

resource "aws_default_route_table" "closed" {
  default_route_table_id = aws_vpc.this.default_route_table_id
  route                  = []

  tags = { Name = "${var.prefix}-closed" }
}
