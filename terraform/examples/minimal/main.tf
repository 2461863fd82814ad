# One job in a network of its own. Push an image under this tag, then submit.

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

  name      = "demo"
  image_tag = "1f0c2a3b4d5e6f70"

  jobs = {
    work = {
      command    = ["python3", "work.py"]
      vcpu       = 0.25
      memory_mib = 512
    }
  }
}
