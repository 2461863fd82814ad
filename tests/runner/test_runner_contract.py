"""The runner and fargo spell the same names, and the runner needs nothing but Python 3.9."""

import ast
import re
import subprocess
import sys
from pathlib import Path

import fargo_runner
import pytest
from fargo_runner import contract
from fargo_runner.task import fill

import fargo
from fargo.model import naming, template

SOURCES = sorted(Path(fargo_runner.__file__).parent.glob("*.py"))


NAMES = sorted(name for name in dir(contract) if name.isupper() and hasattr(naming, name))


def test_every_variable_of_fargo_is_known() -> None:
    assert {name for name in dir(naming) if name.startswith("ENV_")} <= set(dir(contract))
    assert {"ARRAY_MAX", "OFFSET", "MAP_ENTRY", "EXIT_RUNNER_FAILED", "EXIT_NOT_EXECUTABLE"} <= set(NAMES)


@pytest.mark.parametrize("name", NAMES)
def test_names_are_those_of_fargo(name: str) -> None:
    assert getattr(contract, name) == getattr(naming, name)


@pytest.mark.parametrize(
    ("key", "of"),
    [
        ("manifest_key", ("run-1",)),
        ("index_key", ("run-1",)),
        ("result_key", ("run-1", 20_007)),
        ("failed_key", ("run-1", 20_007)),
        ("output_prefix", ("run-1", 20_007)),
        ("column_variable", ("file name",)),
        ("column_variable", ("größe.2-x",)),
    ],
)
def test_keys_are_those_of_fargo(key: str, of: tuple[object, ...]) -> None:
    assert getattr(contract, key)(*of) == getattr(naming, key)(*of)


@pytest.mark.parametrize(
    "argument",
    [
        "{a}-{a}{row}",
        "${a}",
        "{{a}}",
        "{{{a}}}",
        "{ a }",
        "{file name}",
        "{}",
        '{"a": 1}',
        "{a",
        "{a-b}{a_b}",
        "${{a}}",
    ],
)
def test_a_placeholder_is_one_for_both(argument: str) -> None:
    columns = {"a": "1", "a-b": "2", "a_b": "3", "file name": "4", "file": "5"}
    values = {name: f"<{name}>" for name in [*columns, *template.FIXED]}
    filled = fill([argument], values)[0]
    assert template.placeholders([argument], columns) == tuple(
        dict.fromkeys(re.findall(r"<([^>]*)>", filled))
    )


def test_launcher_has_the_name_that_fargo_calls() -> None:
    launcher = Path(fargo_runner.__file__).parents[1] / "bin" / naming.RUNNER
    assert launcher.stat().st_mode & 0o111 == 0o111


def test_versions_move_together() -> None:
    assert fargo_runner.__version__ == fargo.__version__


@pytest.mark.parametrize("source", SOURCES, ids=lambda path: path.name)
def test_source_is_python_3_9_and_imports_the_standard_library_only(source: Path) -> None:
    tree = ast.parse(source.read_text(encoding="utf-8"), feature_version=(3, 9))
    imported = {alias.name for node in ast.walk(tree) if isinstance(node, ast.Import) for alias in node.names}
    imported |= {node.module or "" for node in ast.walk(tree) if isinstance(node, ast.ImportFrom)}
    roots = {name.partition(".")[0] for name in imported}
    assert roots <= {"fargo_runner", *sys.stdlib_module_names}


def test_too_old_a_python_is_told_before_anything_newer_is_imported() -> None:
    start = Path(fargo_runner.__file__).with_name("__main__.py")
    pretend = (
        f"import runpy, sys; sys.version_info = (3, 8); runpy.run_path({str(start)!r}, run_name='__main__')"
    )
    done = subprocess.run([sys.executable, "-c", pretend], capture_output=True, text=True, check=False)
    assert done.returncode == contract.EXIT_RUNNER_FAILED
    assert done.stderr == (
        "fargo-run: this image's python3 is older than 3.9. Put a newer one on its PATH.\n"
    )
