# The fields of StackOutputs in tool/fargo/model/stack.py, name by name.

output "account_id" {
  description = "The account that the stack stands in."
  value       = local.account.id
}

output "bucket" {
  description = "The workspace bucket: ledgers, inputs, results."
  value       = module.storage.bucket
}

output "compute_environments" {
  description = "on_demand and spot => the compute environment's ARN."
  value       = module.batch.compute_environments
}

output "execution_role_arn" {
  description = "The role that Fargate pulls the image, writes the logs and reads the secrets with."
  value       = module.roles.execution_role_arn
}

output "image_tag" {
  description = "The tag of the image that the job definitions name."
  value       = var.image_tag
}

output "interface_endpoints" {
  description = "Services such as ecr.api that have an interface endpoint of this stack in each of the zones."
  value       = module.endpoints.interface_endpoints
}

output "job_definitions" {
  description = "A job's name => the ARN of its job definition, revision included."
  value       = module.batch.job_definitions
}

output "job_queues" {
  description = "on_demand and spot => the queue's ARN."
  value       = module.batch.job_queues
}

output "job_role_arn" {
  description = "The role that the jobs' own code acts with."
  value       = module.roles.job_role_arn
}

output "kms_key_arn" {
  description = "The key that bucket, repository and logs are encrypted with."
  value       = module.storage.kms_key_arn
}

output "log_group" {
  description = "The log group that holds what jobs print."
  value       = module.batch.log_group
}

output "name" {
  description = "The project."
  value       = var.name
}

output "region" {
  description = "The region that the stack stands in."
  value       = local.account.region
}

output "repository_url" {
  description = "The repository that the image is pushed to, without a tag."
  value       = module.registry.repository_url
}

output "scheduling" {
  description = "FIFO, or FAIR_SHARE: then a job must be submitted with a share identifier and a scheduling priority."
  value       = var.compute.scheduling
}

output "stack_version" {
  description = "The version of this stack's variables and outputs."
  value       = local.stack_version
}

output "subnet_ids" {
  description = "The subnets that jobs run in."
  value       = local.vpc.subnet_ids
}

output "topic_arn" {
  description = "The topic that tells how jobs fare; empty where there is none."
  value       = module.events.topic_arn
}

output "vpc_id" {
  description = "The VPC that jobs run in."
  value       = local.vpc.id
}

output "zones" {
  description = "The availability zones of the subnets."
  value       = local.vpc.zones
}
