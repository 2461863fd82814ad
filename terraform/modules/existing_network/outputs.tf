output "vpc" {
  description = "The VPC as modules/endpoints takes it: its id and addresses, the subnets, one of them a zone, their route tables."
  value = {
    id                  = data.aws_vpc.this.id
    cidrs               = [for association in data.aws_vpc.this.cidr_block_associations : association.cidr_block]
    subnet_ids          = data.aws_subnet.jobs[*].id
    subnet_cidrs        = data.aws_subnet.jobs[*].cidr_block
    endpoint_subnet_ids = [for ids in local.by_zone : sort(ids)[0]]
    route_table_ids = distinct(flatten([
      for own in data.aws_route_tables.own : length(own.ids) > 0 ? own.ids : data.aws_route_tables.main.ids
    ]))
    zones = keys(local.by_zone)
  }
}
