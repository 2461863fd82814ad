# What a job can reach: its image, its logs, its bucket, and nothing else. Of modules/endpoints alone.
# The real provider, offline: it needs no account for a plan.

provider "aws" {
  region                      = "eu-west-1"
  access_key                  = "offline"
  secret_key                  = "offline"
  skip_credentials_validation = true
  skip_metadata_api_check     = true
  skip_region_validation      = true
  skip_requesting_account_id  = true
}

# Known before an apply, so that the rules that name them can be read.
override_resource {
  target          = aws_security_group.endpoints
  override_during = plan
  values          = { id = "sg-endpoints" }
}

override_resource {
  target          = aws_vpc_endpoint.gateway
  override_during = plan
  values          = { prefix_list_id = "pl-gateway" }
}

override_data {
  target = data.aws_prefix_list.gateway["s3"]
  values = { id = "pl-there" }
}

override_data {
  target = data.aws_prefix_list.gateway["dynamodb"]
  values = { id = "pl-tables" }
}

variables {
  account = {
    id         = "123456789012"
    partition  = "aws"
    dns_suffix = "amazonaws.com"
    region     = "eu-west-1"
  }

  prefix = "fargo-demo"
  create = true
  vpc = {
    id                  = "vpc-1"
    cidrs               = ["10.42.0.0/16"]
    subnet_ids          = ["subnet-a", "subnet-b"]
    subnet_cidrs        = ["10.42.0.0/19", "10.42.32.0/19"]
    endpoint_subnet_ids = ["subnet-a", "subnet-b"]
    route_table_ids     = ["rtb-1"]
    zones               = ["eu-west-1a", "eu-west-1b"]
  }
  extra_services = []
  repository_arn = "arn:aws:ecr:eu-west-1:123456789012:repository/fargo-demo"
  bucket_arn     = "arn:aws:s3:::workspace"
  jobs_log_arn   = "arn:aws:logs:eu-west-1:123456789012:log-group:/fargo/demo/jobs"
  job_statements = []
}

run "a_job_talks_https_to_the_endpoints_and_hears_nothing" {
  command = plan

  module {
    source = "./modules/endpoints"
  }

  assert {
    condition     = length(aws_security_group.jobs.ingress) == 0 && length(one(aws_security_group.endpoints).egress) == 0
    error_message = "nothing in to a job, nothing out of an endpoint"
  }

  assert {
    condition = alltrue([
      for rule in concat(tolist(aws_security_group.jobs.egress), tolist(one(aws_security_group.endpoints).ingress)) :
      rule.from_port == 443 && rule.to_port == 443 && rule.protocol == "tcp"
    ])
    error_message = "HTTPS alone"
  }

  assert {
    condition     = alltrue([for rule in aws_security_group.jobs.egress : length(rule.cidr_blocks) == 0 && length(rule.ipv6_cidr_blocks) == 0])
    error_message = "out to groups and prefix lists, never to a range of addresses"
  }

  assert {
    condition     = toset(flatten([for rule in aws_security_group.jobs.egress : concat(tolist(rule.security_groups), rule.prefix_list_ids)])) == toset(["sg-endpoints", "pl-gateway"])
    error_message = "out to the interface endpoints and the gateways"
  }

  assert {
    condition     = flatten([for rule in one(aws_security_group.endpoints).ingress : rule.cidr_blocks]) == ["10.42.0.0/19", "10.42.32.0/19"]
    error_message = "endpoints hear the jobs' subnets"
  }
}

run "endpoints_let_this_projects_traffic_through_and_no_other" {
  command = plan

  module {
    source = "./modules/endpoints"
  }

  assert {
    condition     = keys(aws_vpc_endpoint.interface) == ["ecr_api", "ecr_dkr", "logs"] && keys(aws_vpc_endpoint.gateway) == ["s3"]
    error_message = "what Fargate needs, and nothing that is paid for beyond"
  }

  assert {
    condition     = alltrue([for endpoint in aws_vpc_endpoint.interface : endpoint.private_dns_enabled])
    error_message = "the services' own names lead to the endpoints"
  }

  assert {
    condition = alltrue(flatten([
      for endpoint in merge(aws_vpc_endpoint.interface, aws_vpc_endpoint.gateway) : [
        for statement in jsondecode(endpoint.policy).Statement :
        try(statement.Condition.StringEquals["aws:PrincipalAccount"] == "123456789012", false) || try(statement.Sid == "ImageLayers", false)
      ]
    ]))
    error_message = "only this account's principals, but for the image layers"
  }

  assert {
    condition = [
      for statement in jsondecode(aws_vpc_endpoint.gateway["s3"].policy).Statement : statement.Resource
      ] == [
      "arn:aws:s3:::workspace", "arn:aws:s3:::workspace/*", "arn:aws:s3:::prod-eu-west-1-starport-layer-bucket/*",
    ]
    error_message = "S3 is the workspace bucket and the image layers, where no job's policy names another"
  }

  assert {
    condition     = [for statement in jsondecode(aws_vpc_endpoint.interface["logs"].policy).Statement : statement.Resource] == ["arn:aws:logs:eu-west-1:123456789012:log-group:/fargo/demo/jobs:*"]
    error_message = "logs are the jobs' group"
  }
}

run "more_endpoints_are_opt_in" {
  command = plan

  module {
    source = "./modules/endpoints"
  }

  variables {
    extra_services = ["secretsmanager", "ssm", "kms", "sts", "ssmmessages", "dynamodb"]
  }

  assert {
    condition     = keys(aws_vpc_endpoint.gateway) == ["dynamodb", "s3"]
    error_message = "dynamodb is a gateway, which costs nothing"
  }

  assert {
    condition     = output.interface_endpoints == tolist(["ecr.api", "ecr.dkr", "kms", "logs", "secretsmanager", "ssm", "ssmmessages", "sts"])
    error_message = "each of the others is an interface endpoint"
  }

  assert {
    condition     = alltrue([for endpoint in aws_vpc_endpoint.interface : endpoint.policy != null && length(jsondecode(endpoint.policy).Statement) > 0])
    error_message = "each has a policy of its own"
  }
}

run "what_a_jobs_policy_allows_passes_the_endpoint_of_its_service" {
  command = plan

  module {
    source = "./modules/endpoints"
  }

  variables {
    job_statements = [
      "{\"Sid\": \"Photos\", \"Effect\": \"Allow\", \"Action\": [\"s3:GetObject\", \"kms:Decrypt\"], \"Resource\": \"arn:aws:s3:::photos/*\", \"Condition\": {\"StringEquals\": {\"s3:ExistingObjectTag/open\": \"yes\"}, \"NumericGreaterThanEquals\": {\"s3:TlsVersion\": \"1.2\"}}}",
      "{\"Effect\": \"Deny\", \"Action\": \"s3:*\", \"Resource\": \"arn:aws:s3:::workspace/*\"}",
    ]
  }

  assert {
    condition = [
      for statement in jsondecode(aws_vpc_endpoint.gateway["s3"].policy).Statement : statement if statement.Resource == "arn:aws:s3:::photos/*"
      ] == [{
        Effect    = "Allow"
        Action    = ["s3:GetObject"]
        Resource  = "arn:aws:s3:::photos/*"
        Principal = "*"
        Condition = {
          StringEquals             = { "aws:PrincipalAccount" = "123456789012", "s3:ExistingObjectTag/open" = "yes" }
          NumericGreaterThanEquals = { "s3:TlsVersion" = "1.2" }
        }
    }]
    error_message = "the statement passes, with its conditions and this account's, and without actions of other services"
  }

  assert {
    condition     = !strcontains(aws_vpc_endpoint.gateway["s3"].policy, "Deny")
    error_message = "what a job may not do must not stop Fargate"
  }

  assert {
    condition     = !strcontains(aws_vpc_endpoint.interface["logs"].policy, "photos")
    error_message = "other endpoints stay as they are"
  }

  assert {
    condition = toset([for statement in jsondecode(aws_vpc_endpoint.gateway["s3"].policy).Statement : statement.Resource]) == toset([
      "arn:aws:s3:::photos/*", "arn:aws:s3:::workspace", "arn:aws:s3:::workspace/*", "arn:aws:s3:::prod-eu-west-1-starport-layer-bucket/*",
    ])
    error_message = "the bucket that the policy names, and no other besides"
  }
}

run "each_endpoint_lets_pass_the_actions_of_its_own_service" {
  command = plan

  module {
    source = "./modules/endpoints"
  }

  variables {
    extra_services = ["secretsmanager", "ssm", "kms", "sts", "dynamodb"]
    job_statements = [
      "{\"Effect\": \"Allow\", \"Action\": [\"s3:GetObject\", \"s3:Get*Tagging\", \"kms:Verify\", \"sqs:SendMessage\"], \"Resource\": [\"arn:aws:x:::mine\", \"arn:aws:x:::ours\"]}",
      "{\"Effect\": \"Allow\", \"Action\": [\"dynamodb:Scan\", \"secretsmanager:ListSecrets\", \"ssm:PutParameter\", \"sts:TagSession\"], \"Resource\": [\"arn:aws:x:::mine\", \"arn:aws:x:::ours\"]}",
    ]
  }

  assert {
    condition = {
      for name, endpoint in merge(aws_vpc_endpoint.interface, aws_vpc_endpoint.gateway) : name => join(" ", sort(flatten([
        for statement in jsondecode(endpoint.policy).Statement : statement.Action
        if length(setintersection(flatten([statement.Resource]), ["arn:aws:x:::mine", "arn:aws:x:::ours"])) == 2
      ])))
      } == {
      dynamodb       = "dynamodb:Scan"
      ecr_api        = ""
      ecr_dkr        = ""
      kms            = "kms:Verify"
      logs           = ""
      s3             = "s3:Get*Tagging s3:GetObject"
      secretsmanager = "secretsmanager:ListSecrets"
      ssm            = "ssm:PutParameter"
      sts            = "sts:TagSession"
    }
    error_message = "each the actions of its service as they are written, on the statement's resources, and no other service's"
  }
}

run "reject_a_service_without_an_endpoint_here" {
  command = plan

  module {
    source = "./modules/endpoints"
  }

  variables {
    extra_services = ["sqs"]
  }

  expect_failures = [var.extra_services]
}

run "endpoints_that_are_there_already_are_reached_and_not_made_again" {
  command = plan

  module {
    source = "./modules/endpoints"
  }

  variables {
    create = false
  }

  assert {
    condition     = length(aws_vpc_endpoint.interface) + length(aws_vpc_endpoint.gateway) + length(aws_security_group.endpoints) == 0
    error_message = "none is made"
  }

  assert {
    condition = toset(flatten([
      for rule in aws_security_group.jobs.egress : concat(tolist(rule.cidr_blocks), tolist(rule.prefix_list_ids), tolist(rule.security_groups))
    ])) == toset(["10.42.0.0/16", "pl-there"])
    error_message = "out to the VPC's own addresses and to S3, nowhere else"
  }

  assert {
    condition     = length(output.interface_endpoints) == 0
    error_message = "what others pay for is not counted"
  }
}

run "tables_are_reached_by_the_gateway_that_is_there_already" {
  command = plan

  module {
    source = "./modules/endpoints"
  }

  variables {
    create         = false
    extra_services = ["dynamodb", "kms"]
  }

  assert {
    condition     = toset(flatten([for rule in aws_security_group.jobs.egress : rule.prefix_list_ids])) == toset(["pl-there", "pl-tables"])
    error_message = "out to S3 and to DynamoDB, which no address of the VPC leads to"
  }
}

run "groups_are_described_in_the_characters_that_ec2_takes" {
  command = plan

  module {
    source = "./modules/endpoints"
  }

  # "Invalid security group description" else, and only from AWS itself.
  # https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_CreateSecurityGroup.html
  assert {
    condition = alltrue([
      for text in flatten([
        for group in concat([aws_security_group.jobs], aws_security_group.endpoints) :
        [group.description, [for rule in concat(tolist(group.ingress), tolist(group.egress)) : rule.description]]
      ]) : can(regex("^[a-zA-Z0-9 ._:/()#,@\\[\\]+=&;{}!$*-]{1,255}$", text))
    ])
    error_message = "letters, digits, spaces and ._-:/()#,@[]+=&;{}!$* alone"
  }

  assert {
    condition     = aws_security_group.jobs.name_prefix == "fargo-demo-jobs-" && one(aws_security_group.endpoints).name_prefix == "fargo-demo-endpoints-"
    error_message = "a group that replaces another stands beside it for a while, under a name of its own"
  }
}

run "the_services_of_china_have_names_of_their_own" {
  command = plan

  module {
    source = "./modules/endpoints"
  }

  variables {
    account = {
      id         = "123456789012"
      partition  = "aws-cn"
      dns_suffix = "amazonaws.com.cn"
      region     = "cn-north-1"
    }
    extra_services = ["dynamodb", "kms", "sts"]
  }

  assert {
    condition = { for name, endpoint in merge(aws_vpc_endpoint.interface, aws_vpc_endpoint.gateway) : name => endpoint.service_name } == {
      dynamodb = "com.amazonaws.cn-north-1.dynamodb"
      ecr_api  = "cn.com.amazonaws.cn-north-1.ecr.api"
      ecr_dkr  = "cn.com.amazonaws.cn-north-1.ecr.dkr"
      kms      = "com.amazonaws.cn-north-1.kms"
      logs     = "com.amazonaws.cn-north-1.logs"
      s3       = "com.amazonaws.cn-north-1.s3"
      sts      = "cn.com.amazonaws.cn-north-1.sts"
    }
    error_message = "AWS refuses the names of other regions there: the service does not exist"
  }
}
