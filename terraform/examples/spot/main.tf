# Cheap and patient: Fargate Spot, one zone, ARM. More attempts than one, because a task on Spot may
# be taken away with two minutes' notice.

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

module "stack" {
  source = "../.."

  name         = "demo"
  image_tag    = "1f0c2a3b4d5e6f70"
  architecture = "ARM64"

  network = { zones = 1 }
  compute = { max_vcpus = 64 }

  jobs = {
    render = {
      command         = ["python3", "render.py"]
      vcpu            = 4
      memory_mib      = 8192
      spot            = true
      attempts        = 5
      timeout_seconds = 7200
    }
  }
}
