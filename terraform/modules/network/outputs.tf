output "interface_endpoints" {
  description = "The services that have an interface endpoint in every zone, in order."
  value       = sort([for endpoint in local.interface : endpoint.service])
}

output "jobs_security_group_id" {
  description = "The security group for jobs: out to the endpoints, nothing in."
  value       = aws_security_group.jobs.id
}

output "subnet_ids" {
  description = "The private subnets, in the order of their zones."
  value       = [for zone in local.zones : aws_subnet.jobs[zone].id]
}

output "vpc_id" {
  description = "The VPC."
  value       = aws_vpc.this.id
}

output "zones" {
  description = "The availability zones that the subnets lie in."
  value       = local.zones
}
