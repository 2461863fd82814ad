output "vpc" {
  description = "The VPC as modules/endpoints takes it: its id and addresses, the private subnets in the order of their zones, the route table."
  value = {
    id                  = aws_vpc.this.id
    cidrs               = [aws_vpc.this.cidr_block]
    subnet_ids          = [for zone in local.zones : aws_subnet.jobs[zone].id]
    subnet_cidrs        = [for zone in local.zones : aws_subnet.jobs[zone].cidr_block]
    endpoint_subnet_ids = [for zone in local.zones : aws_subnet.jobs[zone].id]
    route_table_ids     = [aws_route_table.jobs.id]
    zones               = local.zones
  }
}
