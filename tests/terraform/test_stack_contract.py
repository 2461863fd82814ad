"""What the stack and the Python beside it must agree on, read from the Terraform files."""

import re
from dataclasses import fields
from pathlib import Path

from fargo.model import naming
from fargo.model.fargate import MEMORY_MIB
from fargo.model.naming import PROJECT_NAME, RESERVED_ENV_PREFIXES
from fargo.model.stack import STACK_VERSION, StackOutputs

STACK = Path(__file__).resolve().parents[2] / "terraform"


def text(name: str) -> str:
    return (STACK / name).read_text()


def test_the_outputs_are_the_fields_of_stack_outputs() -> None:
    declared = re.findall(r'^output "(\w+)"', text("outputs.tf"), re.MULTILINE)
    assert sorted(declared) == sorted(field.name for field in fields(StackOutputs))


def test_the_stack_version_is_the_same() -> None:
    assert re.findall(r'stack_version = "(.+)"', text("locals.tf")) == [STACK_VERSION]


def test_the_sizes_of_fargate_are_the_same() -> None:
    table: dict[float, tuple[int, ...]] = {}
    for vcpu, memory in re.findall(
        r'"([\d.]+)"\s*= (\[.*\]|range\(.*\))$', text("modules/batch/fargate.tf"), re.MULTILINE
    ):
        numbers = [int(number) for number in re.findall(r"\d+", memory)]
        table[float(vcpu)] = tuple(range(*numbers)) if memory.startswith("range") else tuple(numbers)
    assert table == MEMORY_MIB


def test_the_rules_for_names_are_the_same() -> None:
    assert PROJECT_NAME.pattern in text("variables.tf")
    for prefix in RESERVED_ENV_PREFIXES:
        assert f'!startswith(variable, "{prefix}")' in text("modules/batch/variables.tf")


def test_the_log_group_of_events_is_called_the_same() -> None:
    (name,) = re.findall(r'^ +name += "(/fargo/.*)"$', text("locals.tf"), re.MULTILINE)
    spelled = name.replace("${var.name}", "demo").replace("${purpose}", "events")
    assert spelled == naming.events_log_group("demo")
    assert "log_group     = local.log_groups.events" in text("main.tf")


def test_no_block_is_of_terraform_alone() -> None:
    """OpenTofu reads these too; a provider would make the stack unfit for people who call it as a module."""
    shared = {"data", "locals", "module", "moved", "output", "resource", "terraform", "variable"}
    files = [*STACK.glob("*.tf"), *STACK.glob("modules/*/*.tf")]
    blocks = {
        kind
        for file in files
        for kind in re.findall(r"^(\w+)(?: \"[^\"]+\")* \{", file.read_text(), re.MULTILINE)
    }
    assert blocks == shared
