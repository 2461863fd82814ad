"""The generated part of the stack's READMEs: what it holds, and that it is fresh."""

import importlib.util
import sys
from pathlib import Path
from types import ModuleType

import pytest
from markdown_it import MarkdownIt

SCRIPT = Path(__file__).resolve().parents[2] / "terraform" / "readme.py"
MODULE = {
    "versions.tf": """\
terraform {
  required_version = ">= 1.9"

  required_providers {
    aws = {
      source  = "hashicorp/aws"
      version = ">= 5.100, < 6.0"
    }
  }
}
""",
    "main.tf": """\
data "aws_partition" "current" {}

resource "aws_vpc" "this" {
  cidr_block = var.cidr
}
""",
    "variables.tf": """\
variable "network" {
  description = <<-EOT
    Where jobs run, by `cidr` | zone_count.
      cidr   a network, *any*.
      zones  1 to 6.
  EOT
  type = object({
    cidr  = string
    zones = optional(number, 2)
  })
  default = {
    cidr = "10.0.0.0/16"
  }

  validation {
    condition     = true
    error_message = "never"
  }
}

variable "name" {
  description = "Named <prefix>-\\"x\\"."
  type        = string
}
""",
    "outputs.tf": 'output "id" {\n  description = "The VPC."\n  value       = aws_vpc.this.id\n}\n',
    "README.md": "# vpc\n\nProse.\n\n<!-- BEGIN_TF_DOCS -->\nold\n<!-- END_TF_DOCS -->\n\nMore.\n",
}


@pytest.fixture(scope="module")
def readme() -> ModuleType:
    spec = importlib.util.spec_from_file_location("stack_readme", SCRIPT)
    assert spec
    assert spec.loader
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module
    spec.loader.exec_module(module)
    return module


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    for name, text in MODULE.items():
        (tmp_path / name).write_text(text)
    return tmp_path


def edit(folder: Path, name: str, old: str, new: str) -> None:
    text = (folder / name).read_text()
    assert old in text
    (folder / name).write_text(text.replace(old, new))


def test_every_readme_of_the_stack_is_as_its_module_says(
    readme: ModuleType, capsys: pytest.CaptureFixture[str]
) -> None:
    assert readme.main(["--check"]) == 0, capsys.readouterr().out


def test_prose_around_the_generated_part_stays(readme: ModuleType, folder: Path) -> None:
    text = readme.renewed(folder)
    assert text.startswith("# vpc\n\nProse.\n\n<!-- BEGIN_TF_DOCS -->\n## Requirements\n")
    assert text.endswith("<!-- END_TF_DOCS -->\n\nMore.\n")
    assert "old" not in text


def test_resources_link_to_the_oldest_provider_that_is_taken(readme: ModuleType, folder: Path) -> None:
    docs = "https://registry.terraform.io/providers/hashicorp/aws/5.100.0/docs"
    text = readme.document(folder)
    assert f"| [aws_vpc.this]({docs}/resources/vpc) | resource |" in text
    assert f"| [aws_partition.current]({docs}/data-sources/partition) | data source |" in text


def test_what_has_several_lines_stays_aligned_in_one_cell(readme: ModuleType, folder: Path) -> None:
    html = MarkdownIt("commonmark").enable("table").render(readme.document(folder))
    assert "<td>Where jobs run, by <code>cidr</code> | zone_count.<pre>" in html
    assert "<pre>cidr   a network, *any*.<br/>zones  1 to 6.</pre></td>" in html
    assert "<pre>object({<br/>  cidr  = string<br/>  zones = optional(number, 2)<br/>})</pre>" in html
    assert "<pre>{<br/>  cidr = &quot;10.0.0.0/16&quot;<br/>}</pre>" in html


def test_a_variable_without_a_default_is_required(readme: ModuleType, folder: Path) -> None:
    rows = [line.split(" | ") for line in readme.document(folder).splitlines() if "input_" in line]
    assert [row[3:] for row in rows] == [
        ["n/a", "yes |"],
        ['<pre>{<br/>  cidr = "10.0.0.0/16"<br/>}</pre>', "no |"],
    ]


@pytest.mark.parametrize(
    ("name", "old", "problem"),
    [
        ("variables.tf", '  description = "Named', 'variable "name" has no description'),
        ("variables.tf", "  type        = string", 'variable "name" has no type'),
        ("outputs.tf", "  description = ", 'output "id" has no description'),
        ("README.md", "<!-- END_TF_DOCS -->", "README.md has no place"),
        ("versions.tf", "  required_version = ", "names no version"),
    ],
)
def test_what_is_missing_is_named(
    name: str, old: str, problem: str, readme: ModuleType, folder: Path
) -> None:
    edit(folder, name, old, "  # " if name != "README.md" else "")
    with pytest.raises(readme.Unclear, match=problem):
        readme.renewed(folder)


def test_a_stale_readme_fails_the_check_and_is_left_alone(
    readme: ModuleType, folder: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(readme, "STACK", folder)
    assert readme.main(["--check"]) == 1
    assert "README.md is stale: run `nox -s docs`" in capsys.readouterr().out
    assert (folder / "README.md").read_text() == MODULE["README.md"]
    assert readme.main([]) == 0
    assert readme.main(["--check"]) == 0
