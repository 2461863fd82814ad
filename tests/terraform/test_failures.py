"""Terraform 1.11's own words, as it was heard to say them, and what a user of fargo hears."""

import pytest

from fargo.errors import FargoError, NewerState, StalePlan, TerraformFailed, TerraformMissing
from fargo.terraform.events import Diagnostic
from fargo.terraform.failures import failed

STALE = Diagnostic(
    "error",
    "Saved plan is stale",
    "The given plan file can no longer be applied because the state was changed by another operation after the "
    "plan was created.",
)
CORE = """
Error: Unsupported Terraform Core version

  on versions.tf line 3, in terraform:
   3:   required_version = ">= 1.9"

This configuration does not support Terraform version 1.5.7. To proceed,
either choose another supported Terraform version or update this version
constraint.
"""
FORMAT = """
Error: Error acquiring the state lock

Error message: Unsupported state file format: The state file uses format
version 5, which is not supported by Terraform 1.11.4. This state file was
created by Terraform 9.0.0.
"""


@pytest.mark.parametrize(
    ("failures", "errors", "kind", "message"),
    [
        ([STALE], "", StalePlan, "the plan is stale: the state has changed since it was made"),
        ([Diagnostic("error", "Inconsistent dependency lock file")], "", StalePlan, "another version of Terraform"),
        ([], CORE, TerraformMissing, "Terraform 1.5.7 is too old for this stack"),
        ([], FORMAT, NewerState, "the state was written by a newer Terraform than 1.11.4"),
        ([Diagnostic("error", "Resource instance managed by newer provider version")], "", NewerState, "a newer fargo"),
    ],
)  # fmt: skip
def test_what_terraform_refuses_has_a_sentence_and_a_next_step(
    failures: list[Diagnostic], errors: str, kind: type[FargoError], message: str
) -> None:
    error = failed("apply", failures, errors)
    assert type(error) is kind
    assert message in error.message
    assert error.hint
    assert error.exit_code == 3


def test_any_other_failure_keeps_terraforms_words() -> None:
    error = failed("plan", [Diagnostic("error", "no VPC", "limit", "aws_vpc.this")], "")
    assert type(error) is TerraformFailed
    assert error.message == "terraform plan failed:\naws_vpc.this: no VPC\n  limit"
    assert failed("plan", [], "").message.endswith("it said nothing")
