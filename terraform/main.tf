# The stack only calls modules; each guards its own inputs and can be used alone.

module "storage" {
  source = "./modules/storage"

  prefix           = local.prefix
  account          = local.account
  log_group_prefix = "/fargo/${var.name}/"
  force_destroy    = var.force_destroy
  topic_arn        = local.topic_arn
}

module "registry" {
  source = "./modules/registry"

  name        = local.prefix
  account     = local.account
  kms_key_arn = module.storage.kms_key_arn
}

module "network" {
  source = "./modules/network"
  count  = var.network.existing == null ? 1 : 0

  prefix    = local.prefix
  account   = local.account
  cidr      = var.network.cidr
  zones     = var.network.zones
  roles     = var.roles
  log_group = local.log_groups.network
}

module "existing_network" {
  source = "./modules/existing_network"
  count  = var.network.existing == null ? 0 : 1

  vpc_id     = var.network.existing.vpc_id
  subnet_ids = var.network.existing.subnet_ids
}

module "endpoints" {
  source = "./modules/endpoints"

  prefix         = local.prefix
  account        = local.account
  vpc            = local.vpc
  create         = !try(var.network.existing.has_endpoints, false)
  extra_services = setunion(var.network.endpoints, local.job_services)
  repository_arn = module.registry.repository_arn
  bucket_arn     = module.storage.bucket_arn
  jobs_log_arn   = "${local.log_group_arn_prefix}${local.log_groups.jobs.name}"
  job_statements = local.job_statements
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
  exec           = local.exec
  roles          = var.roles
}

module "batch" {
  source = "./modules/batch"

  prefix               = local.prefix
  region               = local.account.region
  image                = "${module.registry.repository_url}:${var.image_tag}"
  architecture         = var.architecture
  operating_system     = var.operating_system
  max_vcpus            = var.compute.max_vcpus
  scheduling           = var.compute.scheduling
  jobs                 = var.jobs
  bucket               = module.storage.bucket
  execution_role_arn   = module.roles.execution_role_arn
  job_role_arn         = module.roles.job_role_arn
  service_linked_roles = module.roles.service_linked_role_arns
  subnet_ids           = local.vpc.subnet_ids
  security_group_id    = module.endpoints.jobs_security_group_id
  log_group            = local.log_groups.jobs
}

module "events" {
  source = "./modules/events"

  prefix        = local.prefix
  account       = local.account
  queues        = module.batch.job_queues
  log_group     = local.log_groups.events
  notifications = var.notifications
  topic_name    = local.topic_name
}
