"""Each promise broken in a copy of the real stack is caught: the policies see through its expressions."""

import shutil
from pathlib import Path

import pytest
from mutation import Vanished, copies
from mutations import MUTATIONS
from policy_scan import ROOT, Scan, Verdict

STACK = ROOT / "terraform"
WHOLE = "whole"


def copy(folder: Path, names: list[str]) -> None:
    beside = shutil.ignore_patterns(".terraform*", "policies", "tests", "examples", "*.tfstate*")
    shutil.copytree(STACK, folder, ignore=beside)
    for name in names:
        MUTATIONS[name].apply(folder)


@pytest.fixture(scope="module")
def plan_of_copies() -> dict[str, list[str]]:
    """Folder → the mutations in it; one has none."""
    broken = {f"copy-{number}": names for number, names in enumerate(copies(MUTATIONS.items()))}
    return {WHOLE: [], **broken}


@pytest.fixture(scope="module")
def failures(
    scan: Scan, plan_of_copies: dict[str, list[str]], tmp_path_factory: pytest.TempPathFactory
) -> dict[str, list[Verdict]]:
    """Folder → the checks that fail in it."""
    base = tmp_path_factory.mktemp("stacks")
    for folder, names in plan_of_copies.items():
        copy(base / folder, names)
    failed = [verdict for verdict in scan(base) if not verdict.passed]
    return {folder: [v for v in failed if v.file.parts[0] == folder] for folder in plan_of_copies}


@pytest.mark.parametrize("name", MUTATIONS)
def test_a_broken_promise_is_caught(
    name: str, failures: dict[str, list[Verdict]], plan_of_copies: dict[str, list[str]]
) -> None:
    mutation = MUTATIONS[name]
    folder = next(folder for folder, names in plan_of_copies.items() if name in names)
    caught = {v.kind for v in failures[folder] if v.policy == mutation.policy}
    assert (mutation.seen_on or mutation.kind) in caught


def test_the_stack_as_it_is_keeps_every_promise(failures: dict[str, list[Verdict]]) -> None:
    assert failures[WHOLE] == []


def test_every_policy_of_ours_has_a_mutation(policy_ids: list[str]) -> None:
    assert set(policy_ids) <= {mutation.policy for mutation in MUTATIONS.values()}


def test_the_table_of_promises_names_every_mutation_beside_its_check() -> None:
    rows = [line.split(" | ") for line in (STACK / "policies" / "README.md").read_text().splitlines()]
    told = {
        name: checks.split(", ")
        for _, checks, mutations in (row for row in rows if len(row) == 3 and "CKV" in row[1])
        for name in mutations.removesuffix(" |").split("; ")
    }
    assert set(told) == set(MUTATIONS)
    assert [name for name, mutation in MUTATIONS.items() if mutation.policy not in told[name]] == []


def test_a_mutation_that_finds_nothing_to_break_is_an_error(tmp_path: Path) -> None:
    (tmp_path / "empty.tf").write_text("")
    with pytest.raises(Vanished, match="say anew how to break CKV2_FARGO_2"):
        MUTATIONS["public subnets"].apply(tmp_path)
