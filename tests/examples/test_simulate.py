"""The simulation example as a program: its answer, its check, its range."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

PROGRAM = Path(__file__).parents[2] / "examples" / "simulate" / "simulate.py"
FEW = ("--samples", "1000", "--size", "32")


def simulate(folder: Path, *arguments: str, row: str = "0") -> "subprocess.CompletedProcess[str]":
    command = [sys.executable, str(PROGRAM), *arguments]
    environ = {"FARGO_ROW": row, "PYTHONIOENCODING": "utf-8"}
    return subprocess.run(
        command, cwd=folder, env=environ, capture_output=True, text=True, check=False, timeout=60
    )


@pytest.mark.parametrize(("temperature", "exact"), [("2.0", 0.91132), ("1.5", 0.98650)])
def test_estimate_agrees_with_the_exact_magnetisation(tmp_path: Path, temperature: str, exact: float) -> None:
    done = simulate(tmp_path, *FEW, "--temperature", temperature)
    result = json.loads((tmp_path / "out" / "result.json").read_text())
    assert done.returncode == 0
    assert result["exact"] == pytest.approx(exact, abs=1e-5)
    assert result["estimate"] == pytest.approx(exact, abs=0.01)
    assert abs(result["z_score"]) <= 5
    assert 0 < result["standard_error"] < 0.01


def test_progress_is_told_on_the_way_and_the_estimate_last(tmp_path: Path) -> None:
    lines = simulate(tmp_path, *FEW).stdout.splitlines()
    assert [line.split()[0] for line in lines[:-1]] == [f"{tenth}0%" for tenth in range(1, 11)]
    assert lines[-1].startswith("magnetisation 0.91")
    assert "exact 0.91132, z = " in lines[-1]


def test_an_estimate_far_from_the_answer_fails(tmp_path: Path) -> None:
    done = simulate(tmp_path, "--samples", "2000", "--size", "16", "--temperature", "2.26")
    assert done.returncode == 1
    assert json.loads((tmp_path / "out" / "result.json").read_text())["z_score"] > 5


def test_rows_of_an_array_are_independent_and_a_seed_repeats(tmp_path: Path) -> None:
    first, second, seeded = (
        simulate(tmp_path, *FEW, *more, row=row).stdout.splitlines()[-1]
        for row, more in (("0", ()), ("1", ()), ("5", ("--seed", "1")))
    )
    assert first != second
    assert second == seeded


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (["--samples", "10"], "--samples must be at least 400"),
        (["--size", "2"], "--size must be at least 16"),
        (["--temperature", "3"], "--temperature must be at least 1.5 and below 2.2692"),
    ],
)
def test_values_without_a_known_answer_are_refused(tmp_path: Path, arguments: list[str], says: str) -> None:
    done = simulate(tmp_path, *arguments)
    assert done.returncode == 2
    assert says in done.stderr
