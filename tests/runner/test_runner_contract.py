"""The runner and fargo spell the same names, and the runner needs nothing but Python 3.9."""

import ast
import subprocess
import sys
from pathlib import Path

import fargo_runner
import pytest
from fargo_runner import contract

import fargo
from fargo.model import naming

SOURCES = sorted(Path(fargo_runner.__file__).parent.glob("*.py"))


@pytest.mark.parametrize(
    "name",
    [
        "ENV_RUN",
        "ENV_BUCKET",
        "ENV_WAVE",
        "ENV_CHUNK",
        "ENV_OUTPUT",
        "ENV_ARRAY_INDEX",
        "ARRAY_MAX",
        "EXIT_RUNNER_FAILED",
        "EXIT_NOT_EXECUTABLE",
        "EXIT_NOT_FOUND",
    ],
)
def test_names_are_those_of_fargo(name: str) -> None:
    assert getattr(contract, name) == getattr(naming, name)


def test_keys_are_those_of_fargo() -> None:
    assert contract.result_key("run-1", 20_007) == naming.result_key("run-1", 20_007)
    assert contract.output_prefix("run-1", 20_007) == naming.output_prefix("run-1", 20_007)


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
