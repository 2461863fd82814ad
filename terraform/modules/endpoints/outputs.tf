output "interface_endpoints" {
  description = "The services that have an interface endpoint of ours in every zone, in order."
  value       = sort([for endpoint in local.interface : endpoint.service])
}

output "jobs_security_group_id" {
  description = "The security group for jobs: out to the endpoints, nothing in."
  value       = aws_security_group.jobs.id
}
