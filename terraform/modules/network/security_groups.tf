# Rules stand inline: one that somebody adds by hand shows in the next plan and is removed.
# Empty lists say "none"; left out, they would mean "whatever is there".

resource "aws_security_group" "jobs" {
  name        = "${var.prefix}-jobs"
  description = "Jobs: out to the endpoints by HTTPS, nothing in"
  vpc_id      = aws_vpc.this.id
  ingress     = []

  egress {
    description     = "Interface endpoints"
    protocol        = "tcp"
    from_port       = 443
    to_port         = 443
    security_groups = [aws_security_group.endpoints.id]
  }

  egress {
    description     = "Gateway endpoints"
    protocol        = "tcp"
    from_port       = 443
    to_port         = 443
    prefix_list_ids = [for endpoint in aws_vpc_endpoint.gateway : endpoint.prefix_list_id]
  }

  tags = { Name = "${var.prefix}-jobs" }
}

resource "aws_security_group" "endpoints" {
  name        = "${var.prefix}-endpoints"
  description = "Interface endpoints: in from the jobs' subnets by HTTPS, nothing out"
  vpc_id      = aws_vpc.this.id
  egress      = []

  # By subnet and not by the jobs' group: two groups that name each other inline are a cycle.
  ingress {
    description = "Jobs"
    protocol    = "tcp"
    from_port   = 443
    to_port     = 443
    cidr_blocks = [for subnet in aws_subnet.jobs : subnet.cidr_block]
  }

  tags = { Name = "${var.prefix}-endpoints" }
}
