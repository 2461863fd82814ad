output "interface_endpoints" {
  description = "What is paid for, job or not."
  value       = module.stack.interface_endpoints
}

output "job_definitions" {
  description = "A job => what to submit."
  value       = module.stack.job_definitions
}

output "job_queues" {
  description = "on_demand and spot => the queue to submit to."
  value       = module.stack.job_queues
}
