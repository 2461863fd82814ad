# Jobs in a VPC of yours. It is left as it is, but for the endpoints: S3 enters the route tables of
# these subnets, ECR and CloudWatch Logs get private names. Where it has them all, say has_endpoints.

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

variable "vpc_id" {
  description = "The VPC, with DNS support and DNS hostnames."
  type        = string
}

variable "subnet_ids" {
  description = "Its private subnets."
  type        = list(string)
}

variable "has_endpoints" {
  description = "Whether it has endpoints for ECR, CloudWatch Logs and S3."
  type        = bool
  default     = false
}

module "stack" {
  source = "../.."

  name      = "demo"
  image_tag = "1f0c2a3b4d5e6f70"

  network = {
    existing = {
      vpc_id        = var.vpc_id
      subnet_ids    = var.subnet_ids
      has_endpoints = var.has_endpoints
    }
  }

  jobs = {
    work = {
      command    = ["python3", "work.py"]
      vcpu       = 0.25
      memory_mib = 512
    }
  }
}
