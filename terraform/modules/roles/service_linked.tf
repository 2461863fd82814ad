# Account-wide, one each. Terraform cannot say "create if absent": where they exist, an import
# block beside this file adopts them, and `terraform state rm` before a destroy leaves them to
# the account's other users. fargo does both; the module's README shows them by hand.
#
# Nothing of them is this project's to change: neither AWS's own description nor another project's tags.

resource "aws_iam_service_linked_role" "batch" {
  aws_service_name = "batch.amazonaws.com"

  lifecycle {
    ignore_changes = all
  }
}

resource "aws_iam_service_linked_role" "ecs" {
  aws_service_name = "ecs.amazonaws.com"

  lifecycle {
    ignore_changes = all
  }
}
