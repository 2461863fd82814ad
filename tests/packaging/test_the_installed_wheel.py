"""The wheel in an empty environment, used from an empty folder: the checkout is on no path."""

import json
from pathlib import Path
from typing import Any

import pytest

from fargo import __version__

EXAMPLES = ("etl", "inference", "media", "simulate")
ROOT = Path(__file__).parents[2]


def test_the_command_and_the_library_are_the_wheels_own(bare: Any) -> None:
    assert bare.fargo("--version").stdout.startswith(f"fargo, version {__version__}\n")
    assert "submit" in bare.fargo("--help").stdout
    assert bare.python("import fargo; print(fargo.__file__)").startswith(str(bare.bin.parent))
    on_path = bare.python("import json, sys; print(json.dumps(sys.path))")
    assert not [place for place in json.loads(on_path) if Path(place).is_relative_to(ROOT)]


def test_every_public_name_is_there_without_any_extra(bare: Any) -> None:
    program = "import fargo; print([name for name in fargo.__all__ if getattr(fargo, name) is None])"
    assert bare.python(program) == "[]"


def test_the_stack_the_image_and_the_examples_are_found_in_the_environment(bare: Any) -> None:
    program = (
        "from fargo.assets import asset; print(*[asset(name) for name in ('terraform', 'image', 'examples')])"
    )
    for folder in map(Path, bare.python(program).split()):
        assert folder.is_relative_to(bare.bin.parent)
        assert folder.is_dir()


@pytest.mark.parametrize("example", EXAMPLES)
def test_each_example_can_be_started_from(bare: Any, example: str) -> None:
    bare.fargo("init", f"my-{example}", "--example", example)
    made = {file.name for file in (bare.folder / f"my-{example}").iterdir()}
    packaged = {file.name for file in (ROOT / "examples" / example).iterdir()}
    assert made == packaged - {"__pycache__", ".fargo", "out"}


def test_without_the_local_aws_the_command_that_installs_it_is_told(bare: Any) -> None:
    bare.fargo("init", "bare")
    for arguments in (("--local", "plan"), ("--local", "up", "--yes"), ("local", "start")):
        told = bare.fargo(*arguments, code=3, at="bare").stderr
        assert "python3 -m pip install 'fargo[local]'" in told
    told = bare.fargo("doctor", "--local", code=3, at="bare")
    assert "python3 -m pip install 'fargo[local]'" in told.stdout + told.stderr


@pytest.mark.parametrize("more", [[], ["--demo"], ["--web"]])
def test_without_the_monitor_the_command_that_installs_it_is_told(bare: Any, more: list[str]) -> None:
    assert "pip install 'fargo[monitor]'" in bare.fargo("monitor", *more, code=3).stderr


def test_the_local_aws_of_the_wheel_starts_and_stops(local: Any) -> None:
    local.fargo("local", "start")
    status = json.loads(local.fargo("local", "status", "--json").stdout)
    assert status["endpoint"].startswith("http://127.0.0.1:")
    local.fargo("local", "stop")
    local.fargo("local", "status", code=3)


@pytest.mark.engine
@pytest.mark.terraform
def test_the_packaged_stack_is_planned_and_the_machine_is_found_fit(local: Any) -> None:
    local.fargo("init", "planned")
    local.fargo("doctor", "--local", at="planned")
    plan = json.loads(local.fargo("--local", "plan", "--json", at="planned").stdout)
    assert "job queue spot" in {change["words"] for change in plan["changes"]}
