data "aws_availability_zones" "available" {
  state = "available"

  # Named one by one: Fargate runs in no Local Zone or Wavelength Zone, and their names are longer.
  filter {
    name   = "zone-name"
    values = [for letter in ["a", "b", "c", "d", "e", "f"] : "${var.account.region}${letter}"]
  }

  # By id, for a zone's name is another zone's in the next account: these have no Fargate.
  # https://docs.aws.amazon.com/AmazonECS/latest/developerguide/AWS_Fargate-Regions.html
  exclude_zone_ids = ["apne1-az3", "cnn1-az3", "cnn1-az4", "usw1-az2"]

  lifecycle {
    postcondition {
      condition     = length(self.names) >= var.zones
      error_message = "network.zones asks for ${var.zones} availability zones; with Fargate, ${var.account.region} offers this account ${length(self.names)}."
    }
  }
}

locals {
  zones = slice(
    sort(data.aws_availability_zones.available.names), 0,
    min(var.zones, length(data.aws_availability_zones.available.names)),
  )
}

resource "aws_subnet" "jobs" {
  for_each = { for index, zone in local.zones : zone => cidrsubnet(var.cidr, 3, index) }

  vpc_id                  = aws_vpc.this.id
  availability_zone       = each.key
  cidr_block              = each.value
  map_public_ip_on_launch = false

  tags = { Name = "${var.prefix}-${each.key}" }
}

# One table for all zones: there is no route that differs by zone. The empty list says "none", so
# that a way out that somebody adds is removed; the gateway endpoints' own routes are not counted.
resource "aws_route_table" "jobs" {
  vpc_id = aws_vpc.this.id
  route  = []

  tags = { Name = "${var.prefix}-jobs" }
}

resource "aws_route_table_association" "jobs" {
  for_each = aws_subnet.jobs

  subnet_id      = each.value.id
  route_table_id = aws_route_table.jobs.id
}

resource "aws_network_acl" "jobs" {
  vpc_id     = aws_vpc.this.id
  subnet_ids = [for subnet in aws_subnet.jobs : subnet.id]

  # A list keeps no state: a request and its answer need a rule each. Amazon's DNS passes unseen.
  # Addresses of S3 are public ones and no list of them fits here; the security group and the
  # route table, which know S3 by its prefix list, are what holds.
  ingress {
    rule_no    = 100
    action     = "allow"
    protocol   = "tcp"
    cidr_block = var.cidr
    from_port  = 443
    to_port    = 443
  }

  ingress {
    rule_no    = 200
    action     = "allow"
    protocol   = "tcp"
    cidr_block = "0.0.0.0/0"
    from_port  = 32768
    to_port    = 65535
  }

  egress {
    rule_no    = 100
    action     = "allow"
    protocol   = "tcp"
    cidr_block = "0.0.0.0/0"
    from_port  = 443
    to_port    = 443
  }

  egress {
    rule_no    = 200
    action     = "allow"
    protocol   = "tcp"
    cidr_block = var.cidr
    from_port  = 32768
    to_port    = 65535
  }

  tags = { Name = "${var.prefix}-jobs" }
}
