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
