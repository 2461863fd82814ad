import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from projects import write_project

from fargo import config, stack, variables
from fargo.assets import asset
from fargo.errors import NotDeployed, PrerequisiteError, WrongAccount
from fargo.model.stack import STACK_VERSION
from fargo.stack import StackFolder

ROLE = "arn:aws:iam::123456789012:role/aws-service-role/batch.amazonaws.com/AWSServiceRoleForBatch"


@pytest.fixture
def folder(tmp_path: Path) -> StackFolder:
    project = config.load(write_project(tmp_path) / "fargo.toml", environ={})
    return StackFolder(project, "aws")


def _materialise(folder: StackFolder, roles: dict[str, str] | None = None) -> bool:
    provider = variables.provider(
        folder.project, account_id="1" * 12, region="eu-west-1", state_id=folder.state_id, retries=10
    )
    return folder.materialise(variables.variables(folder.project, "abc"), provider, roles or {})


def _written(folder: StackFolder, name: str) -> dict[str, Any]:
    found: dict[str, Any] = json.loads((folder.module / name).read_text(encoding="utf-8"))
    return found


def test_the_module_is_a_whole_copy_that_git_does_not_see(folder: StackFolder) -> None:
    assert _materialise(folder)
    source = asset("terraform")
    for file in (*source.glob("*.tf"), *source.glob("modules/*/*.tf")):
        assert (folder.module / file.relative_to(source)).read_bytes() == file.read_bytes()
    assert not (folder.module / "tests").exists()
    assert (folder.root.parent / ".gitignore").read_text(encoding="utf-8") == "*\n"


def test_init_is_due_until_one_ended_well_with_this_code_and_backend(folder: StackFolder) -> None:
    _materialise(folder)
    (folder.module / ".terraform").mkdir()  # as an init leaves it that failed half-way
    assert _materialise(folder)
    folder.initialised()
    assert not _materialise(folder)
    (folder.module / stack.MARKER).write_text("an older fargo's", encoding="utf-8")
    (folder.module / "gone.tf").write_text("", encoding="utf-8")
    _materialise(folder)
    assert not (folder.module / "gone.tf").exists()


def test_roles_that_exist_are_adopted_by_import_blocks(folder: StackFolder) -> None:
    _materialise(folder, {"batch": ROLE})
    assert _written(folder, "adopt.tf.json") == {
        "import": [{"to": "module.roles.aws_iam_service_linked_role.batch", "id": ROLE}]
    }
    _materialise(folder)
    assert _written(folder, "adopt.tf.json") == {}


def test_what_a_plan_found_is_adopted_besides_the_roles(folder: StackFolder) -> None:
    _materialise(folder, {"batch": ROLE})
    folder.adopt({"module.a.aws_vpc.this": "vpc-1"})
    assert [block["id"] for block in _written(folder, "adopt.tf.json")["import"]] == [ROLE, "vpc-1"]
    folder.adopt_nothing()
    assert _written(folder, "adopt.tf.json") == {}


@pytest.mark.parametrize("cut", ["", '{"version": 4, "resou'])
def test_a_state_that_was_cut_off_is_what_it_was_before_that_run(folder: StackFolder, cut: str) -> None:
    state, whole = folder.state, '{"version": 4}'
    assert not folder.mend_state()
    folder.root.mkdir(parents=True)
    state.write_text(whole, encoding="utf-8")
    assert not folder.mend_state()
    state.write_text(cut, encoding="utf-8")
    (folder.root / "terraform.tfstate.backup").write_text(whole, encoding="utf-8")
    assert folder.mend_state()
    assert state.read_text(encoding="utf-8") == whole
    (folder.root / "terraform.tfstate.backup").unlink()
    state.write_text(cut, encoding="utf-8")
    assert folder.mend_state()  # of the first run: there was nothing before it
    assert not state.exists()


def test_a_state_that_terraform_is_writing_is_left_alone(folder: StackFolder) -> None:
    folder.root.mkdir(parents=True)
    folder.state.write_text("", encoding="utf-8")
    holder = "import fcntl, sys; f = open(sys.argv[1], 'r+'); fcntl.lockf(f, fcntl.LOCK_EX); print('held', flush=True); sys.stdin.read()"
    command = [sys.executable, "-c", holder, str(folder.state)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "held\n"
        assert not folder.mend_state()
    assert folder.state.exists()


def test_what_is_kept_needs_the_states_name_and_nothing_else_of_the_folder(folder: StackFolder) -> None:
    _materialise(folder)
    folder.claim("111111111111", "eu-west-1")
    name = folder.state_id
    folder.remove(kept=True)
    assert [item.name for item in folder.root.iterdir()] == ["target.json"]
    assert folder.state_id == name
    folder.expect_state()
    assert folder.is_claimed


def test_the_state_lies_beside_the_module_or_in_the_bucket_that_the_project_names(tmp_path: Path) -> None:
    files = {
        "": {"local": {"path": "../terraform.tfstate"}},
        '\nregion = "eu-west-1"\n[state]\nbucket = "team"\n': {
            "s3": {
                "bucket": "team",
                "key": "fargo-demo/terraform.tfstate",
                "region": "eu-west-1",
                "use_lockfile": True,
                "encrypt": True,
            }
        },
    }
    for number, (more, backend) in enumerate(files.items()):
        file = write_project(tmp_path / str(number)) / "fargo.toml"
        file.write_text(file.read_text(encoding="utf-8").replace("\n\n", more + "\n\n", 1), encoding="utf-8")
        folder = StackFolder(config.load(file, environ={}), "aws")
        _materialise(folder)
        assert _written(folder, "backend.tf.json") == {"terraform": {"backend": backend}}


def test_jobs_become_what_the_module_takes(folder: StackFolder) -> None:
    jobs = variables.variables(folder.project, "abc")["jobs"]
    assert jobs["other"] == {
        "command": ["fargo-run", "--", "other", "--fast"],
        "vcpu": 1,
        "memory_mib": 2048,
        "storage_gib": 20,
        "timeout_seconds": None,
        "attempts": 1,
        "spot": True,
        "environment": {},
        "secrets": {},
        "output": "",
        "read_only_root": False,
        "user": "",
        "exec": False,
        "policy": "[]",
    }


def test_what_a_project_says_of_queues_roles_and_notifications_reaches_the_module(tmp_path: Path) -> None:
    file = write_project(tmp_path) / "fargo.toml"
    more = """
[compute]
scheduling = "fair_share"
[roles]
path = "/teams/x/"
[notifications]
states = ["failed"]
emails = ["one@example.org"]
"""
    file.write_text(file.read_text(encoding="utf-8") + more, encoding="utf-8")
    made = variables.variables(config.load(file, environ={}), "abc")
    assert made["compute"] == {"max_vcpus": 256, "scheduling": "FAIR_SHARE"}
    assert made["roles"] == {"path": "/teams/x/", "permissions_boundary": None}
    assert made["notifications"] == {"states": ["FAILED"], "emails": ["one@example.org"]}


def test_a_date_and_a_number_in_the_condition_of_a_policy_reach_the_module(tmp_path: Path) -> None:
    file = write_project(tmp_path) / "fargo.toml"
    more = """
[[jobs.other.policy]]
Effect = "Allow"
Action = "s3:ListBucket"
Resource = "arn:aws:s3:::photos"
[jobs.other.policy.Condition]
DateLessThan = { "aws:CurrentTime" = 2027-01-01T00:00:00Z }
NumericLessThanEquals = { "s3:max-keys" = 10 }
"""
    file.write_text(file.read_text(encoding="utf-8") + more, encoding="utf-8")
    jobs = variables.variables(config.load(file, environ={}), "abc")["jobs"]
    assert json.loads(jobs["other"]["policy"])[0]["Condition"] == {
        "DateLessThan": {"aws:CurrentTime": "2027-01-01T00:00:00Z"},
        "NumericLessThanEquals": {"s3:max-keys": 10},
    }


def test_the_provider_acts_on_one_account_and_tags_whatever_it_makes(folder: StackFolder) -> None:
    _materialise(folder)
    provider = _written(folder, "provider.tf.json")["provider"]["aws"]
    assert (provider["allowed_account_ids"], provider["region"]) == (["1" * 12], "eu-west-1")
    tags = provider["default_tags"]["tags"]
    assert tags == {"fargo:project": "demo", "fargo:stack": STACK_VERSION, "fargo:state": folder.state_id}


def test_two_states_on_one_machine_never_share_an_id_and_each_keeps_its_own(tmp_path: Path) -> None:
    ids = set()
    for number in range(2):
        project = config.load(write_project(tmp_path / str(number)) / "fargo.toml", environ={})
        ids |= {StackFolder(project, "aws").state_id for _ in range(2)}
    assert len(ids) == 2


def test_a_state_in_a_bucket_is_known_by_its_place_on_every_machine(tmp_path: Path) -> None:
    file = write_project(tmp_path, more='\n[state]\nbucket = "team"\n') / "fargo.toml"
    assert (
        StackFolder(config.load(file, environ={}), "aws").state_id == "s3://team/fargo-demo/terraform.tfstate"
    )


def test_a_vpc_of_ones_own_becomes_what_the_module_takes(tmp_path: Path) -> None:
    more = '\n[network]\nvpc = "vpc-1"\nsubnets = ["subnet-1", "subnet-2"]\nvpc_has_endpoints = true\n'
    project = config.load(write_project(tmp_path, more=more) / "fargo.toml", environ={})
    existing = {"vpc_id": "vpc-1", "subnet_ids": ["subnet-1", "subnet-2"], "has_endpoints": True}
    assert variables.variables(project, "abc")["network"]["existing"] == existing


def test_a_folder_belongs_to_one_account_and_one_region(folder: StackFolder) -> None:
    folder.check_owner("222222222222", "us-east-1")  # nothing is deployed yet: any will do
    folder.claim("111111111111", "eu-west-1")
    folder.check_owner("111111111111", "eu-west-1")
    with pytest.raises(WrongAccount, match="account 111111111111, and this is 222222222222"):
        folder.check_owner("222222222222", "eu-west-1")
    with pytest.raises(WrongAccount, match="region eu-west-1, and this is us-east-1") as caught:
        folder.check_owner("111111111111", "us-east-1")
    assert caught.value.exit_code == 3


def test_a_folder_belongs_to_one_project(folder: StackFolder, tmp_path: Path) -> None:
    folder.claim("111111111111", "eu-west-1")
    other = write_project(tmp_path / "other", "second") / "fargo.toml"
    beside = other.rename(tmp_path / "second.toml")
    second = StackFolder(config.load(beside, environ={}), "aws")
    with pytest.raises(PrerequisiteError, match=r"holds the stack of demo, and .*second\.toml is of second"):
        second.check_owner("111111111111", "eu-west-1")


def test_the_local_target_keeps_its_state_here_whatever_the_project_file_says(tmp_path: Path) -> None:
    file = write_project(tmp_path, more='\n[state]\nbucket = "team"\n') / "fargo.toml"
    folder = StackFolder(config.load(file, environ={}), "local")
    _materialise(folder)
    assert _written(folder, "backend.tf.json")["terraform"]["backend"] == {
        "local": {"path": "../terraform.tfstate"}
    }


def test_nothing_deployed_names_the_way_to_deploy(folder: StackFolder) -> None:
    with pytest.raises(NotDeployed) as caught:
        folder.outputs()
    assert caught.value.hint.startswith("deploy it: `fargo up`; where somebody else has: share its state")
    folder.root.mkdir(parents=True)
    (folder.root / "outputs.json").write_text('{"name": "demo"}', encoding="utf-8")
    with pytest.raises(NotDeployed, match="of an older version of fargo: it does not tell account_id"):
        folder.outputs()


def test_removing_leaves_nothing(folder: StackFolder) -> None:
    _materialise(folder)
    folder.remove()
    assert not (folder.project.folder / ".fargo").exists()


def test_a_folder_remembers_the_bucket_of_its_state(tmp_path: Path) -> None:
    file = write_project(tmp_path, more='\n[state]\nbucket = "team"\n') / "fargo.toml"
    shared = StackFolder(config.load(file, environ={}), "aws")
    shared.claim("111111111111", "eu-west-1")
    shared.check_place()
    for bucket, says in (("", "the project file names no bucket"), ("other", "names the bucket other")):
        file.write_text(
            file.read_text(encoding="utf-8").partition("[state]")[0] + f'[state]\nbucket = "{bucket}"\n',
            encoding="utf-8",
        )
        moved = StackFolder(config.load(file, environ={}), "aws")
        with pytest.raises(PrerequisiteError, match=says) as caught:
            moved.check_place()
        assert 'put it back: bucket = "team"' in caught.value.hint
