"""Terraform's part is played by a script: what is tested is how a process is run, fed and ended."""

import json
import os
import threading
from pathlib import Path

import pytest

from fargo.errors import TerraformFailed, TerraformMissing
from fargo.terraform import Diagnostic, Message, Phase, Progress, Resource, Terraform, binary
from fargo.terraform.process import STOPPING

VERSION = 'if [ "$1" = version ]; then echo \'{"terraform_version": "1.11.4"}\'; exit 0; fi\n'


def _terraform(folder: Path, body: str) -> Terraform:
    program = folder / "bin" / "terraform"
    program.parent.mkdir(exist_ok=True)
    program.write_text(f"#!/bin/sh\n{body}", encoding="utf-8")
    program.chmod(0o755)
    return Terraform(folder, environ={"PATH": f"{program.parent}:{os.environ['PATH']}"}, more={})


def test_no_terraform_on_the_path_says_how_to_get_it(tmp_path: Path) -> None:
    with pytest.raises(TerraformMissing) as caught:
        binary({"PATH": str(tmp_path)})
    assert "install" in caught.value.hint


def test_an_old_terraform_is_refused_with_both_versions(tmp_path: Path) -> None:
    old = _terraform(tmp_path, 'echo \'{"terraform_version": "1.5.7"}\'')
    with pytest.raises(TerraformMissing, match=r"1\.5\.7 is too old: 1\.9"):
        old.version()


def test_a_failed_apply_names_the_resource_and_the_providers_message(tmp_path: Path) -> None:
    line = json.dumps(
        {
            "type": "diagnostic",
            "diagnostic": {
                "severity": "error",
                "summary": "creating EC2 VPC: VpcLimitExceeded",
                "detail": "The maximum number of VPCs has been reached.",
                "address": "module.network.aws_vpc.this",
            },
        }
    )
    failing = _terraform(tmp_path, f"echo '{line}'; exit 1")
    seen = []
    with pytest.raises(TerraformFailed) as caught:
        seen.extend(failing.apply(tmp_path / "plan"))
    assert "module.network.aws_vpc.this: creating EC2 VPC: VpcLimitExceeded" in caught.value.message
    assert "The maximum number" in caught.value.message
    assert caught.value.exit_code == 4


def test_a_failed_init_gives_what_terraform_wrote(tmp_path: Path) -> None:
    failing = _terraform(tmp_path, "echo 'no such provider' >&2; exit 1")
    with pytest.raises(TerraformFailed, match="no such provider"):
        failing.init()


def test_an_interrupt_reaches_terraform_once_and_its_words_are_kept(tmp_path: Path) -> None:
    # The second SIGINT would end a real Terraform at once, without its state.
    body = "trap 'echo interrupted; kill $!' INT\necho ready\nsleep 30 & wait\necho after\nexit 1\n"
    patient = _terraform(tmp_path, body)
    said: list[str] = []

    def interrupt_twice() -> None:
        patient.interrupt()
        patient.interrupt()

    with pytest.raises(TerraformFailed):
        for event in patient.apply(tmp_path / "plan"):
            assert isinstance(event, Message)
            said.append(event.text)
            if event.text == "ready":
                threading.Timer(0.1, interrupt_twice).start()
    assert said == ["ready", STOPPING.strip(), "interrupted", "after"]


def test_an_interrupt_waits_for_a_moment_when_no_call_has_just_begun(tmp_path: Path) -> None:
    """A call that is cut off may have created what Terraform then never hears of."""
    noise = "for i in 1 2 3 4; do echo call $i; sleep 0.5; done\n"
    busy = _terraform(tmp_path, f"trap 'echo interrupted; kill $!' INT\n{noise}sleep 30 & wait\nexit 1\n")
    said: list[str] = []
    with pytest.raises(TerraformFailed):
        for event in busy.apply(tmp_path / "plan"):
            assert isinstance(event, Message)
            said.append(event.text)
            if event.text == "call 1":
                busy.interrupt()
    assert said == ["call 1", "call 2", "call 3", "call 4", STOPPING.strip(), "interrupted"]


def test_what_fails_after_an_interrupt_was_stopped_and_what_failed_before_has_failed(tmp_path: Path) -> None:
    def broken(address: str) -> str:
        hook = {"resource": {"addr": address}, "action": "create", "elapsed_seconds": 1}
        return json.dumps({"type": "apply_errored", "hook": hook})

    body = f"trap 'kill $!' INT\necho '{broken('a')}'\nsleep 30 & wait\necho '{broken('b')}'\nexit 1\n"
    terraform = _terraform(tmp_path, body)
    phases: dict[str, Phase] = {}
    with pytest.raises(TerraformFailed):
        for event in terraform.apply(tmp_path / "plan"):
            if isinstance(event, Progress):
                phases[event.address] = event.phase
                terraform.interrupt()
    assert phases == {"a": Phase.FAILED, "b": Phase.STOPPED}


def test_warnings_are_events_and_no_failure(tmp_path: Path) -> None:
    line = json.dumps({"type": "diagnostic", "diagnostic": {"severity": "warning", "summary": "deprecated"}})
    warning = _terraform(tmp_path, f"echo '{line}'")
    assert list(warning.apply(tmp_path / "plan")) == [Diagnostic("warning", "deprecated")]


def test_no_state_is_no_resources(tmp_path: Path) -> None:
    empty = _terraform(tmp_path, """echo '{"format_version": "1.0"}'""")
    assert empty.resources() == ()


def test_resources_are_those_of_every_module_and_no_lookups(tmp_path: Path) -> None:
    vpc = {
        "address": "module.n[0].aws_vpc.this",
        "mode": "managed",
        "type": "aws_vpc",
        "values": {"id": "vpc-1"},
    }
    region = {"address": "data.aws_region.this", "mode": "data", "type": "aws_region", "values": {}}
    module = {"resources": [region], "child_modules": [{"resources": [vpc]}]}
    (tmp_path / "state.json").write_text(json.dumps({"values": {"root_module": module}}), encoding="utf-8")
    found = _terraform(tmp_path, f'cat "{tmp_path}/state.json"').resources()
    assert found == (Resource("module.n[0].aws_vpc.this", "aws_vpc", {"id": "vpc-1"}),)


def test_what_was_cut_off_is_kept_and_what_failed_by_itself_is_not(tmp_path: Path) -> None:
    state = {
        "values": {
            "root_module": {
                "resources": [{"address": "a.fine"}, {"address": "a.failed", "tainted": True}],
                "child_modules": [{"resources": [{"address": "module.m.a.cut", "tainted": True}]}],
            }
        }
    }
    (tmp_path / "state.json").write_text(json.dumps(state), encoding="utf-8")
    script = f'echo "$@" >> calls; if [ "$1" = show ]; then cat "{tmp_path}/state.json"; fi'
    _terraform(tmp_path, script).keep({"module.m.a.cut", "a.fine"})
    calls = (tmp_path / "calls").read_text(encoding="utf-8").splitlines()
    assert calls[1:] == ["untaint -lock-timeout=10s module.m.a.cut"]
