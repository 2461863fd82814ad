# Three jobs of one image: sizes, a secret, a bucket of yours, room on the disk.

terraform {
  required_version = ">= 1.9"

  required_providers {
    aws = {
      source  = "hashicorp/aws"
      version = "~> 5.100"
    }
  }
}

provider "aws" {
  region = "eu-west-1"

  default_tags {
    tags = { project = "demo" }
  }
}

data "aws_caller_identity" "current" {}

module "stack" {
  source = "../.."

  name      = "demo"
  image_tag = "1f0c2a3b4d5e6f70"

  compute = { max_vcpus = 512 }
  logs    = { retention_days = 90 }

  jobs = {
    fetch = {
      command    = ["python3", "fetch.py"]
      vcpu       = 0.5
      memory_mib = 1024
      secrets = {
        TOKEN = "arn:aws:secretsmanager:eu-west-1:${data.aws_caller_identity.current.account_id}:secret:token-AbCdEf"
      }
      # A bucket of yours: the job role may read it, and the S3 endpoint lets it through.
      policy = jsonencode([{
        Effect   = "Allow"
        Action   = ["s3:GetObject"]
        Resource = "arn:aws:s3:::my-raw-data/*"
      }])
    }

    convert = {
      command     = ["python3", "convert.py"]
      vcpu        = 2
      memory_mib  = 8192
      storage_gib = 100
      attempts    = 3
      spot        = true
      environment = { LOG_LEVEL = "info" }
    }

    report = {
      command         = ["python3", "report.py"]
      vcpu            = 0.25
      memory_mib      = 1024
      timeout_seconds = 900
    }
  }
}
