# The stack only calls modules; each guards its own inputs and can be used alone.

module "storage" {
  source = "./modules/storage"

  prefix           = local.prefix
  account          = local.account
  log_group_prefix = "/fargo/${var.name}/"
  force_destroy    = var.force_destroy
}

module "registry" {
  source = "./modules/registry"

  name        = local.prefix
  kms_key_arn = module.storage.kms_key_arn
}

module "network" {
  source = "./modules/network"

  prefix         = local.prefix
  account        = local.account
  cidr           = var.network.cidr
  zones          = var.network.zones
  extra_services = setunion(var.network.endpoints, local.secret_services)
  repository_arn = module.registry.repository_arn
  bucket_arn     = module.storage.bucket_arn
  jobs_log_arn   = "${local.log_group_arn_prefix}${local.log_groups.jobs.name}"
  job_statements = local.job_statements
  log_group      = local.log_groups.network
}

module "roles" {
  source = "./modules/roles"

  prefix         = local.prefix
  account        = local.account
  repository_arn = module.registry.repository_arn
  bucket_arn     = module.storage.bucket_arn
  kms_key_arn    = module.storage.kms_key_arn
  jobs_log_arn   = "${local.log_group_arn_prefix}${local.log_groups.jobs.name}"
  secret_arns    = local.secret_arns
  job_statements = local.job_statements
}

module "batch" {
  source = "./modules/batch"

  prefix               = local.prefix
  region               = var.region
  image                = "${module.registry.repository_url}:${var.image_tag}"
  architecture         = var.architecture
  operating_system     = var.operating_system
  max_vcpus            = var.compute.max_vcpus
  jobs                 = var.jobs
  bucket               = module.storage.bucket
  execution_role_arn   = module.roles.execution_role_arn
  job_role_arn         = module.roles.job_role_arn
  service_linked_roles = module.roles.service_linked_role_arns
  subnet_ids           = module.network.subnet_ids
  security_group_id    = module.network.jobs_security_group_id
  log_group            = local.log_groups.jobs
}

module "events" {
  source = "./modules/events"

  prefix    = local.prefix
  queues    = module.batch.job_queues
  log_group = local.log_groups.events
}
