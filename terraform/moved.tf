# Where resources stood before, so that a stack of an earlier version is renamed and not replaced.

# 1 → 2: the endpoints left the network module, which became one of two.
moved {
  from = module.network
  to   = module.network[0]
}

moved {
  from = module.network.aws_vpc_endpoint.interface
  to   = module.endpoints.aws_vpc_endpoint.interface
}

moved {
  from = module.network.aws_vpc_endpoint.gateway
  to   = module.endpoints.aws_vpc_endpoint.gateway
}

moved {
  from = module.network.aws_security_group.jobs
  to   = module.endpoints.aws_security_group.jobs
}

moved {
  from = module.network.aws_security_group.endpoints
  to   = module.endpoints.aws_security_group.endpoints[0]
}
