terraform {
  # 1.9: a variable's validation may look at other variables and at locals.
  required_version = ">= 1.9"

  required_providers {
    aws = {
      source = "hashicorp/aws"
      # Version 6 renames arguments of aws_batch_compute_environment; one text cannot serve both.
      version = "~> 5.100"
    }
  }
}

provider "aws" {
  region              = var.region
  allowed_account_ids = var.account_id == "" ? null : [var.account_id]
  max_retries         = var.max_retries

  default_tags {
    tags = merge(var.tags, {
      "fargo:project" = var.name
      "fargo:stack"   = local.stack_version
    })
  }
}
