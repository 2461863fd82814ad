"""The driver's care: what is applied, what is remembered, what is tried again and what is refused.

A script stands in Terraform's place and plays what it is told, call by call.
"""

import json
import os
import stat
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from local_aws import client, remove_queues
from projects import REGION, deploy, write_project

from fargo import config
from fargo.aws.session import Session, Target
from fargo.deploy import Deployment, Teardown, load, save
from fargo.deploy.saved import SavedPlan
from fargo.errors import AwsDenied, FargoError, NewerState, StalePlan, TerraformFailed, UsageError
from fargo.terraform import Message
from fargo.terraform.mirror import ENV_CLI_CONFIG

# `plan.2` is what the second `plan` prints, `plan` what all the others do; `code-apply.1` how the first apply ends.
TERRAFORM = """#!/bin/sh
here="$PWD"; cd "{folder}" && echo "$@" >> calls
number=$(grep -c "^$1" calls)
case "$1" in
  init) mkdir -p "$here/.terraform"; if [ -f lock ]; then cp lock "$here/.terraform.lock.hcl"; fi ;;
  plan) for each in "$@"; do case $each in -out=*) echo "plan $number" > "${{each#-out=}}" ;; esac; done ;;
  apply) for each in "$@"; do case $each in /*) cp "$each" applied ;; esac; done ;;
esac
for name in "$1.$number" "$1"; do if [ -f "$name" ]; then cat "$name"; break; fi; done
for name in "code-$1.$number" "code-$1"; do if [ -f "$name" ]; then exit "$(cat "$name")"; fi; done
"""
JOB = 'module.batch.aws_batch_job_definition.this["work"]'
ENVIRONMENT = 'module.batch.aws_batch_compute_environment.this["spot"]'
RACE = "ClientException: Cannot delete, found existing JobQueue relationship."


@dataclass(frozen=True)
class Told:
    """What the script is told, and what it was called with."""

    folder: Path

    def say(self, name: str, *lines: Any) -> None:
        text = "".join(json.dumps(line) + "\n" for line in lines)
        (self.folder / name).write_text(text, encoding="utf-8")

    def show(self, name: str, *changes: tuple[str, list[str]], **more: Any) -> None:
        listed = [{"address": address, "change": {"actions": actions}} for address, actions in changes]
        self.say(name, {"resource_changes": listed, **more})

    def fail(self, call: str, words: str) -> None:
        self.say(call, {"type": "diagnostic", "diagnostic": {"severity": "error", "summary": words}})
        (self.folder / f"code-{call}").write_text("1", encoding="utf-8")

    @property
    def calls(self) -> list[str]:
        return (self.folder / "calls").read_text(encoding="utf-8").splitlines()

    def made(self, command: str) -> list[str]:
        return [line for line in self.calls if line.split()[0] == command]


@pytest.fixture
def told(tmp_path: Path) -> Told:
    folder = tmp_path / "terraform"
    folder.mkdir()
    program = folder / "terraform"
    program.write_text(TERRAFORM.format(folder=folder), encoding="utf-8")
    program.chmod(0o755)
    made = Told(folder)
    (folder / "lock").write_text(
        'provider "p" {\n  version = "5.100.0"\n  hashes = ["zh:1"]\n}\n', encoding="utf-8"
    )
    made.show("show", (JOB, ["create"]))
    return made


@pytest.fixture
def outputs(told: Told, tmp_path: Path, endpoint: str) -> Iterator[dict[str, Any]]:
    name = f"d{abs(hash(tmp_path)) % 10**8}"
    found = deploy(write_project(tmp_path / "project", name), endpoint, name)
    told.say("output", {key: {"value": value} for key, value in found.items()})
    told.say("apply", {"type": "outputs", "outputs": {key: {"value": value} for key, value in found.items()}})
    yield found
    remove_queues(client("batch", endpoint, REGION), f"fargo-{name}.*")  # a region takes 50 environments


@pytest.fixture
def deployment(told: Told, tmp_path: Path, endpoint: str, outputs: dict[str, Any]) -> Deployment:
    assert outputs
    return _deployment(tmp_path / "project", told, endpoint)


def _deployment(folder: Path, told: Told, endpoint: str) -> Deployment:
    project = config.load(folder / "fargo.toml", environ={})
    session = Session(Target.LOCAL, REGION, endpoint=endpoint)
    return Deployment(project, session, {**os.environ, "PATH": f"{told.folder}:{os.environ['PATH']}"})


def _run(events: Any, said: list[Any] | None = None) -> Any:
    while True:
        try:
            event = next(events)
        except StopIteration as end:
            return end.value
        if said is not None:
            said.append(event)


def _words(said: list[Any]) -> list[str]:
    return [event.text for event in said if isinstance(event, Message)]


def test_what_is_applied_is_the_plan_that_was_shown(deployment: Deployment, told: Told) -> None:
    plan = _run(deployment.plan("one"))
    content = plan.file.read_bytes()
    _run(deployment.apply(plan))
    assert (told.folder / "applied").read_bytes() == content
    assert len(told.made("plan")) == len(told.made("apply")) == 1


def test_no_terraform_is_started_for_what_is_known(deployment: Deployment, told: Told) -> None:
    _run(deployment.apply(_run(deployment.plan("one"))))
    assert [line.split()[0] for line in told.calls] == ["init", "plan", "show", "apply"]
    told.show("show")
    before = {
        key: {"before": value["value"], "actions": ["no-op"]} for key, value in _said_outputs(told).items()
    }
    told.say("show", {"output_changes": before})
    _run(deployment.apply(_run(deployment.plan("one"))))
    assert [line.split()[0] for line in told.calls[4:]] == ["plan", "show"]


def _said_outputs(told: Told) -> dict[str, Any]:
    found: dict[str, Any] = json.loads((told.folder / "output").read_text(encoding="utf-8"))
    return found


# --- a new image only


def _new_image(told: Told) -> None:
    told.say(
        "plan",
        {"type": "planned_change", "change": {"resource": {"addr": JOB}, "action": "update"}},
        {"type": "outputs", "outputs": {"image_tag": {"action": "update"}, "bucket": {"action": "noop"}}},
    )


def test_a_new_image_alone_is_planned_without_asking_aws_again(deployment: Deployment, told: Told) -> None:
    _run(deployment.apply(_run(deployment.plan("one"))))
    _new_image(told)
    plan = _run(deployment.plan("two", quick=True))
    assert "-refresh=false" in told.calls[-1]
    assert len(told.made("show")) == 1
    assert not plan.refreshed
    assert [(change.address, change.action) for change in plan.changes] == [(JOB, "update")]
    assert plan.cost_change == 0
    _run(deployment.apply(plan))
    assert not _run(deployment.plan("three", quick=True)).refreshed


def test_plan_itself_always_asks_aws(deployment: Deployment, told: Told) -> None:
    _run(deployment.apply(_run(deployment.plan("one"))))
    _new_image(told)
    assert _run(deployment.plan("two")).refreshed
    assert "-refresh=false" not in "".join(told.calls)


def test_aws_is_asked_where_more_than_the_image_has_changed(
    deployment: Deployment, told: Told, tmp_path: Path, endpoint: str
) -> None:
    _run(deployment.apply(_run(deployment.plan("one"))))
    _new_image(told)
    assert _run(deployment.plan("one", quick=True)).refreshed  # the same image: somebody wants it mended
    file = tmp_path / "project" / "fargo.toml"
    file.write_text(file.read_text(encoding="utf-8").replace("2 GiB", "4 GiB"), encoding="utf-8")
    assert _run(_deployment(file.parent, told, endpoint).plan("two", quick=True)).refreshed
    assert "-refresh=false" not in "".join(told.calls)


def test_aws_is_asked_where_the_state_would_change_more(deployment: Deployment, told: Told) -> None:
    _run(deployment.apply(_run(deployment.plan("one"))))
    told.say(
        "plan.2",
        {"type": "planned_change", "change": {"resource": {"addr": "aws_vpc.x"}, "action": "update"}},
    )
    assert _run(deployment.plan("two", quick=True)).refreshed
    assert ["-refresh=false" in line for line in told.made("plan")] == [False, True, False]


def test_aws_is_asked_after_an_apply_that_failed(deployment: Deployment, told: Told) -> None:
    _run(deployment.apply(_run(deployment.plan("one"))))
    told.fail("apply.2", "creating VPC: VpcLimitExceeded")
    with pytest.raises(TerraformFailed):
        _run(deployment.apply(_run(deployment.plan("two"))))
    _new_image(told)
    assert _run(deployment.plan("three", quick=True)).refreshed


# --- races


def test_a_known_race_is_planned_and_applied_once_more_with_a_word(
    deployment: Deployment, told: Told
) -> None:
    told.show("show.1", (ENVIRONMENT, ["create", "delete"]), (JOB, ["create"]))
    told.show("show.2", (ENVIRONMENT, ["delete"]))
    told.fail("apply.1", RACE)
    said: list[Any] = []
    _run(deployment.apply(_run(deployment.plan("one"))), said)
    assert len(told.made("apply")) == 2
    (word,) = [words for words in _words(said) if "once more" in words]
    assert word.startswith("Batch still counts the compute environment to a queue")


def test_a_race_is_tried_again_only_once(deployment: Deployment, told: Told) -> None:
    told.fail("apply", RACE)
    with pytest.raises(TerraformFailed, match="found existing JobQueue"):
        _run(deployment.apply(_run(deployment.plan("one"))))
    assert len(told.made("apply")) == 2


def test_after_a_race_nothing_is_applied_that_was_not_agreed_to(deployment: Deployment, told: Told) -> None:
    told.show("show.2", (JOB, ["create"]), ("aws_s3_bucket.workspace", ["delete"]))
    told.fail("apply.1", RACE)
    with pytest.raises(TerraformFailed, match=r"not agreed to: delete aws_s3_bucket\.workspace") as caught:
        _run(deployment.apply(_run(deployment.plan("one"))))
    assert "`fargo plan`" in caught.value.hint
    assert len(told.made("apply")) == 1


def test_what_fails_on_the_second_way_is_no_failure_of_the_image(
    deployment: Deployment, told: Told, monkeypatch: pytest.MonkeyPatch
) -> None:
    plan = _run(deployment.plan("one"))
    told.fail("apply.1", RACE)
    before = deployment.folder.root / "outputs.json"
    before.unlink()

    def denied(_iam: object) -> dict[str, str]:
        raise AwsDenied("no iam:ListRoles")

    monkeypatch.setattr("fargo.aws.roles.existing_service_linked_roles", denied)
    with pytest.raises(AwsDenied):
        _run(deployment.apply(plan))
    assert not before.exists()


def test_any_other_failure_is_not_tried_again(deployment: Deployment, told: Told) -> None:
    told.fail("apply", "creating VPC: VpcLimitExceeded")
    with pytest.raises(TerraformFailed, match="VpcLimitExceeded"):
        _run(deployment.apply(_run(deployment.plan("one"))))
    assert len(told.made("apply")) == 1


def test_a_race_while_removing_is_tried_again_once(deployment: Deployment, told: Told) -> None:
    _run(deployment.prepare("123456789012", "none"))
    told.fail(
        "apply.1", "deleting Security Group (sg-1): api error DependencyViolation: has a dependent object"
    )
    said: list[Any] = []
    _run(deployment.destroy(), said)
    assert any("planned and removed once more" in words for words in _words(said))
    assert [line.count("-destroy") for line in told.made("plan")] == [1, 1]


def test_what_the_environments_stand_in_is_mended_where_its_creation_failed_and_not_replaced(
    deployment: Deployment, told: Told
) -> None:
    subnet, role = 'module.network[0].aws_subnet.jobs["a"]', "module.roles.aws_iam_role.job"
    linked = "module.roles.aws_iam_service_linked_role.batch"
    failed = [
        {"type": "apply_errored", "hook": {"resource": {"addr": each}, "action": "create"}}
        for each in (subnet, role, linked)
    ]
    words = {"type": "diagnostic", "diagnostic": {"severity": "error", "summary": "timeout"}}
    plan = _run(deployment.plan("one"))
    told.say("apply", *failed, words)
    (told.folder / "code-apply").write_text("1", encoding="utf-8")
    resources = [
        {"address": each, "mode": "managed", "type": "t", "tainted": True} for each in (subnet, role, linked)
    ]
    told.say("show", {"values": {"root_module": {"resources": resources}}})
    with pytest.raises(TerraformFailed, match="timeout"):
        _run(deployment.apply(plan))
    assert [line.split()[-1] for line in told.made("untaint")] == [subnet, linked]


def test_a_plan_that_changes_nothing_is_known_by_its_events_and_the_outputs(
    deployment: Deployment, told: Told
) -> None:
    told.say("plan", {"type": "outputs", "outputs": {"bucket": {"action": "noop"}}})
    plan = _run(deployment.plan("one"))
    assert plan.empty
    assert plan.outputs["name"]["value"] == deployment.project.name
    assert plan.standing_now == plan.standing
    assert told.made("show") == []
    told.say("plan", {"type": "outputs", "outputs": {"bucket": {"action": "update"}}})
    _run(deployment.plan("one"))
    assert len(told.made("show")) == 1


# --- the state


def test_the_state_of_a_newer_fargo_is_left_alone(deployment: Deployment, told: Told) -> None:
    told.show("show", output_changes={"stack_version": {"before": "99", "actions": ["update"]}})
    with pytest.raises(NewerState):
        _run(deployment.plan("one"))
    told.say("output", {"stack_version": {"value": "99"}})
    with pytest.raises(NewerState):
        _run(Teardown(deployment).standing())
    assert told.made("apply") == []


def test_a_local_state_is_copied_before_each_apply_and_the_latest_copies_are_kept(
    deployment: Deployment,
) -> None:
    deployment.folder.state.write_text("0", encoding="utf-8")
    for number in range(12):
        _run(deployment.apply(_run(deployment.plan("one"))))
        deployment.folder.state.write_text(str(number + 1), encoding="utf-8")
    copies = sorted((deployment.folder.root / "backups").iterdir())
    assert [copy.read_text(encoding="utf-8") for copy in copies] == [str(number) for number in range(2, 12)]
    assert {stat.S_IMODE(copy.stat().st_mode) for copy in copies} == {0o600}


# --- the lock file


def _without_mirror(deployment: Deployment, tmp_path: Path) -> None:
    own = tmp_path / "own.rc"
    own.write_text('credentials "x" {}\n', encoding="utf-8")
    deployment.environ = {**deployment.environ, ENV_CLI_CONFIG: str(own)}


def test_a_lock_file_of_this_machine_alone_gets_the_other_platforms(
    deployment: Deployment, told: Told, tmp_path: Path
) -> None:
    _without_mirror(deployment, tmp_path)
    (told.folder / "lock").write_text('hashes = ["h1:1"]\n', encoding="utf-8")
    _run(deployment.plan("one"))
    (call,) = told.made("providers")
    for platform in ("linux_amd64", "linux_arm64", "darwin_amd64", "darwin_arm64"):
        assert f"-platform={platform}" in call


def test_a_registry_out_of_reach_is_a_word_and_no_failure(
    deployment: Deployment, told: Told, tmp_path: Path
) -> None:
    _without_mirror(deployment, tmp_path)
    (told.folder / "lock").write_text('hashes = ["h1:1"]\n', encoding="utf-8")
    (told.folder / "code-providers").write_text("1", encoding="utf-8")
    said: list[Any] = []
    assert _run(deployment.plan("one"), said).changes
    assert any("holds this platform alone" in words for words in _words(said))


def test_what_a_registry_has_signed_or_a_mirror_gives_is_left_as_it_is(
    deployment: Deployment, told: Told, tmp_path: Path
) -> None:
    _without_mirror(deployment, tmp_path)
    _run(deployment.plan("one"))  # `zh:`, from a registry
    own = tmp_path / "own.rc"
    own.write_text("provider_installation {\n}\n", encoding="utf-8")
    (told.folder / "lock").write_text('hashes = ["h1:1"]\n', encoding="utf-8")
    (deployment.folder.module / ".terraform" / "fargo-initialised").unlink()
    (deployment.folder.module / ".terraform.lock.hcl").unlink()
    deployment._terraform = None
    _run(deployment.plan("one"))
    assert len(told.made("init")) == 2
    assert told.made("providers") == []


# --- a saved plan


@pytest.fixture
def saved(deployment: Deployment, tmp_path: Path) -> Path:
    file = tmp_path / "fargo.plan"
    plan = _run(deployment.plan("one"))
    save(deployment, plan, file)
    plan.file.unlink()
    return file


def test_a_saved_plan_is_applied_as_it_is_and_is_nobody_elses_to_read(
    deployment: Deployment, told: Told, saved: Path
) -> None:
    assert stat.S_IMODE(saved.stat().st_mode) == 0o600
    (deployment.folder.module / ".terraform.lock.hcl").write_text("other", encoding="utf-8")
    plan = _run(load(deployment, saved, "one"))
    assert [change.address for change in plan.changes] == [JOB]
    _run(deployment.apply(plan))
    assert (told.folder / "applied").read_text(encoding="utf-8") == "plan 1\n"
    lock = deployment.folder.module / ".terraform.lock.hcl"
    assert lock.read_text(encoding="utf-8") == (told.folder / "lock").read_text(encoding="utf-8")


def test_a_plan_that_the_state_has_left_behind_is_refused_in_our_words(
    deployment: Deployment, told: Told, saved: Path
) -> None:
    told.fail("apply", "Saved plan is stale")
    with pytest.raises(StalePlan, match="the state has changed since it was made") as caught:
        _run(deployment.apply(_run(load(deployment, saved, "one"))))
    assert caught.value.exit_code == 3
    assert "`fargo plan --out FILE`" in caught.value.hint


def test_a_plan_for_another_image_or_other_settings_is_refused(
    deployment: Deployment, told: Told, saved: Path, tmp_path: Path, endpoint: str
) -> None:
    with pytest.raises(StalePlan, match="names the image one, and what is here builds two"):
        _run(load(deployment, saved, "two"))
    file = tmp_path / "project" / "fargo.toml"
    file.write_text(file.read_text(encoding="utf-8").replace("2 GiB", "4 GiB"), encoding="utf-8")
    with pytest.raises(StalePlan, match="other settings"):
        _run(load(_deployment(file.parent, told, endpoint), saved, "one"))


def test_a_plan_of_another_project_region_or_target_is_refused(
    deployment: Deployment, saved: Path, told: Told, tmp_path: Path, endpoint: str
) -> None:
    other = _deployment(write_project(tmp_path / "other", "other"), told, endpoint)
    with pytest.raises(StalePlan, match="is of project d"):
        _run(load(other, saved, "one"))
    deployment.session.region = "eu-west-3"
    with pytest.raises(StalePlan, match="is of region us-east-1, and this is eu-west-3"):
        _run(load(deployment, saved, "one"))
    assert told.made("apply") == []


def test_what_is_no_plan_of_this_fargo_is_refused(
    deployment: Deployment, saved: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    foreign = tmp_path / "foreign"
    foreign.write_text("no zip", encoding="utf-8")
    cases: list[tuple[Path, type[FargoError], str]] = [
        (tmp_path / "none", UsageError, "cannot be read: No such file"),
        (foreign, StalePlan, "is no plan of `fargo plan --out`"),
    ]
    for file, kind, words in cases:
        with pytest.raises(kind, match=words):
            _run(load(deployment, file, "one"))
    monkeypatch.setattr("fargo.deploy.saved.__version__", "99.0")
    with pytest.raises(StalePlan, match=r"made by fargo .*, and this is 99\.0"):
        _run(load(deployment, saved, "one"))


def test_a_saved_plan_that_was_damaged_is_refused(deployment: Deployment, saved: Path) -> None:
    whole = saved.read_bytes()
    for place in range(0, len(whole), 7):
        saved.write_bytes(whole[:place] + bytes([whole[place] ^ 1 << place % 8]) + whole[place + 1 :])
        with suppress(StalePlan, UsageError):  # of most places nobody can tell; of none it is a defect
            SavedPlan.read(saved)


def test_a_plan_that_cannot_be_written_says_so(deployment: Deployment, tmp_path: Path) -> None:
    plan = _run(deployment.plan("one"))
    with pytest.raises(UsageError, match="cannot be written to"):
        save(deployment, plan, tmp_path / "none" / "fargo.plan")
