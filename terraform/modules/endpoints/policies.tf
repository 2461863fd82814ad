# What each endpoint lets through. IAM decides who may do what; this decides that nothing else
# leaves the network, whatever credentials a job holds: calls of this account's principals, on
# the resources of this project.

locals {
  # What jobs' own policies allow passes too, service by service: their actions, resources and
  # conditions, the account's principals alone. The conditions stay, though the role has them as
  # well: without them, whatever other credentials a job holds would get further than its role.
  # What they deny stays with the job role: here it would also bind Fargate's own calls.
  job_statements = [
    for statement in [for text in var.job_statements : jsondecode(text)] : statement if statement.Effect == "Allow"
  ]
  job_statements_by_service = {
    for service in distinct(flatten([
      for statement in local.job_statements : [
        for action in flatten([statement.Action]) : split(":", action)[0]
      ]
      ])) : service => [
      for statement in local.job_statements : jsonencode(merge(
        { for key, value in statement : key => value if key != "Sid" },
        {
          Principal = "*"
          Action = [
            for action in flatten([statement.Action]) : action if startswith(action, "${service}:")
          ]
          Condition = merge(try(statement.Condition, {}), {
            StringEquals = merge(try(statement.Condition.StringEquals, {}), {
              "aws:PrincipalAccount" = var.account.id
            })
          })
        },
      )) if anytrue([for action in flatten([statement.Action]) : startswith(action, "${service}:")])
    ]
  }

  in_account = "${var.account.region}:${var.account.id}"

  # endpoint => what this stack itself needs of the service
  allowed = {
    dynamodb = [{
      actions = [
        "dynamodb:BatchGetItem", "dynamodb:BatchWriteItem", "dynamodb:ConditionCheckItem", "dynamodb:DeleteItem",
        "dynamodb:DescribeTable", "dynamodb:GetItem", "dynamodb:PutItem", "dynamodb:Query", "dynamodb:Scan", "dynamodb:UpdateItem",
      ]
      resources = ["arn:${var.account.partition}:dynamodb:${local.in_account}:table/*"]
    }]
    ecr_api = local.allowed_ecr
    ecr_dkr = local.allowed_ecr
    kms = [{
      actions   = ["kms:Decrypt", "kms:DescribeKey", "kms:Encrypt", "kms:GenerateDataKey"]
      resources = ["arn:${var.account.partition}:kms:${local.in_account}:key/*"]
    }]
    logs = [{
      actions   = ["logs:CreateLogStream", "logs:PutLogEvents"]
      resources = ["${var.jobs_log_arn}:*"]
    }]
    s3 = [
      {
        actions   = ["s3:GetBucketLocation", "s3:ListBucket", "s3:ListBucketMultipartUploads"]
        resources = [var.bucket_arn]
      },
      {
        actions = [
          "s3:AbortMultipartUpload", "s3:DeleteObject", "s3:GetObject", "s3:ListMultipartUploadParts", "s3:PutObject",
        ]
        resources = ["${var.bucket_arn}/*"]
      },
    ]
    secretsmanager = [{
      actions   = ["secretsmanager:DescribeSecret", "secretsmanager:GetSecretValue"]
      resources = ["arn:${var.account.partition}:secretsmanager:${local.in_account}:secret:*"]
    }]
    ssm = [{
      actions   = ["ssm:GetParameter", "ssm:GetParameters", "ssm:GetParametersByPath"]
      resources = ["arn:${var.account.partition}:ssm:${local.in_account}:parameter/*"]
    }]
    # Actions that know no resources.
    ssmmessages = [{
      actions = [
        "ssmmessages:CreateControlChannel", "ssmmessages:CreateDataChannel",
        "ssmmessages:OpenControlChannel", "ssmmessages:OpenDataChannel",
      ]
      resources = ["*"]
    }]
    sts = [
      { actions = ["sts:AssumeRole"], resources = ["arn:${var.account.partition}:iam::${var.account.id}:role/*"] },
      { actions = ["sts:GetCallerIdentity"], resources = ["*"] },
    ]
  }
  allowed_ecr = [
    { actions = ["ecr:GetAuthorizationToken"], resources = ["*"] },
    {
      actions   = ["ecr:BatchCheckLayerAvailability", "ecr:BatchGetImage", "ecr:GetDownloadUrlForLayer"]
      resources = [var.repository_arn]
    },
  ]
}

data "aws_iam_policy_document" "endpoint" {
  # The principal is "*" throughout: a gateway takes an account's ARN for its root user alone. The
  # condition narrows it to the principals of this account.
  for_each = merge(local.interface, local.gateway)

  source_policy_documents = [
    for statement in try(local.job_statements_by_service[split(".", each.value.service)[0]], []) :
    jsonencode({ Version = "2012-10-17", Statement = [jsondecode(statement)] })
  ]

  dynamic "statement" {
    for_each = local.allowed[each.key]

    content {
      actions   = statement.value.actions
      resources = statement.value.resources

      principals {
        type        = "*"
        identifiers = ["*"]
      }

      condition {
        test     = "StringEquals"
        variable = "aws:PrincipalAccount"
        values   = [var.account.id]
      }
    }
  }

  # The layers of every image lie in a bucket of ECR's own, read by links that ECR has signed: no
  # principal of this account is in the request.
  # https://docs.aws.amazon.com/AmazonECR/latest/userguide/vpc-endpoints.html
  dynamic "statement" {
    for_each = each.key == "s3" ? ["layers"] : []

    content {
      sid       = "ImageLayers"
      actions   = ["s3:GetObject"]
      resources = ["arn:${var.account.partition}:s3:::prod-${var.account.region}-starport-layer-bucket/*"]

      principals {
        type        = "*"
        identifiers = ["*"]
      }
    }
  }
}
