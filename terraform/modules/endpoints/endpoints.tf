locals {
  # Keys without dots: checkov leaves out instances whose keys have one.
  interface = {
    for service in !var.create ? [] : setunion(
      # What Fargate needs to start a task in a network without a way out: token and manifest,
      # layers (by way of S3), logs. Batch and ECS themselves need no endpoint there.
      ["ecr.api", "ecr.dkr", "logs"], setsubtract(var.extra_services, ["dynamodb"])
    ) : replace(service, ".", "_") => { service = service }
  }
  gateways = setunion(["s3"], setintersection(var.extra_services, ["dynamodb"]))
  gateway  = { for service in !var.create ? [] : local.gateways : service => { service = service } }

  # In the regions of China, the names of some services have a prefix; those of gateways have none.
  # https://github.com/aws/aws-cdk/pull/25333 lists what describe-vpc-endpoint-services says there.
  prefixes = {
    for service in ["ecr.api", "ecr.dkr", "sts"] : service => "cn." if var.account.partition == "aws-cn"
  }
}

resource "aws_vpc_endpoint" "gateway" {
  for_each = local.gateway

  vpc_id            = var.vpc.id
  service_name      = "com.amazonaws.${var.account.region}.${each.value.service}"
  vpc_endpoint_type = "Gateway"
  route_table_ids   = var.vpc.route_table_ids
  policy            = data.aws_iam_policy_document.endpoint[each.key].json

  tags = { Name = "${var.prefix}-${each.value.service}" }
}

resource "aws_vpc_endpoint" "interface" {
  for_each = local.interface

  vpc_id              = var.vpc.id
  service_name        = "${lookup(local.prefixes, each.value.service, "")}com.amazonaws.${var.account.region}.${each.value.service}"
  vpc_endpoint_type   = "Interface"
  private_dns_enabled = true
  subnet_ids          = var.vpc.endpoint_subnet_ids
  security_group_ids  = [one(aws_security_group.endpoints[*].id)]
  policy              = data.aws_iam_policy_document.endpoint[each.key].json

  tags = { Name = "${var.prefix}-${each.value.service}" }
}
