output "job_definitions" {
  description = "A job => what to submit."
  value       = module.stack.job_definitions
}

output "job_queues" {
  description = "on_demand and spot => the queue to submit to."
  value       = module.stack.job_queues
}

output "repository_url" {
  description = "Where the image is pushed to."
  value       = module.stack.repository_url
}
