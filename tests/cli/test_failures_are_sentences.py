"""Every failure: a sentence, a next step, the exit code of the table, and no traceback."""

import gc
import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from cli_types import Fargo
from local_aws import ACCOUNT

from fargo.local import daemon


@pytest.mark.parametrize(
    ("arguments", "code", "said", "hint"),
    [
        (("submti",), 2, "No such command 'submti'", "fargo --help"),
        (("submit",), 2, "Missing argument 'JOB'", "fargo submit --help"),
        (("submit", "work", "-e", "NAME"), 2, "'NAME' is not NAME=VALUE", "fargo submit --help"),
        (("submit", "work", "--memory", "lots"), 2, "'lots' is not a size such as", "fargo submit --help"),
        (("retry", "x", "--memory", "50%"), 2, "and not so much more, such as +50%", "fargo retry --help"),
        (("submit", "wrok"), 2, "has no job wrok", "did you mean work?"),
        (("--local", "submit", "work"), 3, "demo is not deployed here yet", "fargo --local up"),
        (("--local", "ps"), 3, "demo is not deployed here yet", "fargo --local up"),
        (("cost",), 3, "demo is not deployed here yet", "fargo up"),
        (("plan",), 2, "no region", "--region NAME"),
        (("--project", "none.toml", "plan"), 2, "none.toml: no such file", "fargo init"),
        (("init", "--example", "simulat", "x"), 2, "there is no example simulat", "simulate"),
        (("init", "."), 2, "Dockerfile, fargo.toml already", "another folder"),
        (("local", "status"), 3, "the local AWS is not running", "fargo local start"),
    ],
)
def test_it_says_what_is_wrong_and_what_to_do(
    fargo: Fargo, arguments: tuple[str, ...], code: int, said: str, hint: str
) -> None:
    ended = fargo(*arguments)
    assert ended.code == code
    assert said in ended.err
    assert hint in ended.err
    assert "Traceback" not in ended.err
    assert ended.out == ""
    assert daemon.status() is None


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("up", "--dry"), "No such option '--dry'. `fargo plan` shows what would change."),
        (("--local", "up", "--dry-run"), "No such option '--dry-run'. `fargo --local plan` shows"),
        (("down", "--dry-run"), "No such option '--dry-run'. `fargo down` counts what would go, and asks"),
        (("down", "--yess"), "No such option '--yess'.\n"),
        (("up", "--adpt"), "No such option '--adpt'. Did you mean '--adopt'?"),
        (("submit", "work", "--dry"), "No such option '--dry'. (Did you mean one of: '--array', '--dry-run'"),
    ],
)
def test_a_mistyped_option_is_never_taken_for_consent(
    fargo: Fargo, arguments: tuple[str, ...], said: str
) -> None:
    ended = fargo(*arguments)
    assert ended.code == 2
    assert f"fargo: {said}" in ended.err
    assert "--yes" not in ended.err.replace("--yess", "")


# docker-py leaves the socket of a connection that failed to the garbage collector.
FAILED_CONNECTION = pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")


@FAILED_CONNECTION
def test_no_engine(fargo: Fargo, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DOCKER_HOST", "unix:///nonexistent/docker.sock")
    ended = fargo("--local", "up", "--yes")
    assert ended.code == 3
    assert "No Docker engine answers at unix:///nonexistent/docker.sock" in ended.err
    gc.collect()
    assert daemon.status() is None


def test_no_terraform(fargo: Fargo, monkeypatch: pytest.MonkeyPatch, aws: str) -> None:
    del aws
    monkeypatch.setenv("PATH", "/nonexistent")
    ended = fargo("--local", "plan")
    assert ended.code == 3
    assert "terraform is not on the PATH" in ended.err
    assert "install" in ended.err


def test_another_region_than_the_one_deployed_to(fargo: Fargo, aws: str) -> None:
    del aws
    assert fargo("--local", "ps").code == 0
    ended = fargo("--local", "--region", "eu-west-3", "submit", "work")
    assert ended.code == 3
    assert "deployed to region us-east-1, and this is eu-west-3" in ended.err


def test_another_account_than_the_one_deployed_to(fargo: Fargo, aws: str, project: Path) -> None:
    del aws
    owner = project / ".fargo" / "local" / "target.json"
    owner.write_text(
        '{"name": "demo", "account_id": "999999999999", "region": "us-east-1"}', encoding="utf-8"
    )
    outputs = project / ".fargo" / "local" / "outputs.json"
    outputs.write_text(outputs.read_text(encoding="utf-8").replace(ACCOUNT, "999999999999"), encoding="utf-8")
    (project / ".fargo" / "local" / "terraform.tfstate").write_text("{}", encoding="utf-8")
    for command in (["plan"], ["build"], ["submit", "work"], ["down"]):
        ended = fargo("--local", *command)
        assert ended.code == 3, command
        assert "deployed to account 999999999999, and this is 123456789012" in ended.err


def test_a_stack_that_is_gone(fargo: Fargo, aws: str, project: Path) -> None:
    """The local AWS was started anew: what this machine remembers is no longer there."""
    del aws
    outputs = project / ".fargo" / "local" / "outputs.json"
    outputs.write_text(
        outputs.read_text(encoding="utf-8").replace("fargo-demo-", "fargo-gone-"), encoding="utf-8"
    )
    ended = fargo("--local", "submit", "work")
    assert ended.code == 6
    assert "NoSuchBucket" in ended.err
    assert "`fargo --local plan`" in ended.err


def test_a_size_that_fargate_does_not_offer(fargo: Fargo, aws: str) -> None:
    del aws
    ended = fargo("--local", "submit", "work", "--memory", "3 GiB")
    assert ended.code == 2
    assert "Fargate does not offer 0.25 vCPU, 3 GiB" in ended.err
    assert "--vcpu 0.5 --memory '3 GiB'" in ended.err


def test_an_error_as_json_is_one_object(fargo: Fargo) -> None:
    ended = fargo("--json", "submit", "wrok")
    assert json.loads(ended.err)["error"] == {
        "kind": "UsageError",
        "message": f"{Path.cwd() / 'fargo.toml'} has no job wrok",
        "hint": "did you mean work? there are: other, work",
        "exit_code": 2,
    }


@pytest.mark.terraform
def test_nobody_to_ask_is_a_usage_error(fargo: Fargo, state: Path) -> None:
    read, write = os.pipe()
    os.close(write)
    stdin, sys.stdin = sys.stdin, os.fdopen(read)
    try:
        ended = fargo("--local", "down")
    finally:
        sys.stdin.close()
        sys.stdin = stdin
    assert ended.code == 2
    assert "say so beforehand: --yes" in ended.err
    assert state.exists()


def test_a_defect_of_ours_asks_to_be_reported(fargo: Fargo, monkeypatch: pytest.MonkeyPatch) -> None:
    from fargo import config

    def broken() -> Path:
        raise RuntimeError("impossible")

    monkeypatch.setattr(config, "find", broken)
    ended = fargo("cost")
    assert ended.code == 70
    assert "this is a defect of fargo: RuntimeError: impossible" in ended.err
    assert "Traceback" not in ended.err
    assert "Traceback" in fargo("cost", "-v").err


def test_an_error_never_drives_the_terminal(fargo: Fargo, monkeypatch: pytest.MonkeyPatch) -> None:
    from fargo import config
    from fargo.errors import FargoError

    def failing() -> Path:
        raise FargoError("one\x1b]0;owned\x07\ntwo", "\x9b2J")

    monkeypatch.setattr(config, "find", failing)
    assert fargo("cost").err == "fargo: one\\x1b]0;owned\\x07\ntwo\n  → \\x9b2J\n"


def test_init_makes_a_project_that_says_what_comes_next(fargo: Fargo, tmp_path: Path) -> None:
    ended = fargo("init", str(tmp_path / "new"), "--base-image", 'odd"name:1')
    assert ended.code == 0
    assert "fargo --local up" in ended.err
    from fargo import config

    project = config.load(tmp_path / "new" / "fargo.toml", environ={})
    assert project.image.build_args == {"BASE_IMAGE": 'odd"name:1'}
    assert (tmp_path / "new" / "simulate.py").is_file()


@FAILED_CONNECTION
def test_doctor_names_what_is_missing_and_how_to_get_it(
    fargo: Fargo, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", "/nonexistent")
    monkeypatch.setenv("DOCKER_HOST", "unix:///nonexistent/docker.sock")
    monkeypatch.setenv("TF_CLI_CONFIG_FILE", "/nonexistent/terraform.rc")
    monkeypatch.setenv("AWS_REGION", "eu-west-1")
    ended = fargo("doctor", "--json")
    gc.collect()
    found = {check["name"]: check for check in ended.json}
    assert ended.code == 3
    assert found["Terraform"]["verdict"] == "missing"
    assert found["Docker engine"]["verdict"] == "missing"
    assert found["credentials"]["verdict"] == "missing"
    assert found["Terraform CLI configuration"]["verdict"] == "warning"
    assert "fargo ignores it" in found["Terraform CLI configuration"]["found"]
    assert all(check["hint"] for check in found.values() if check["verdict"] != "ok")


HEAVY = ("boto3", "botocore", "docker", "textual", "moto", "rich", "msgspec")


@pytest.mark.parametrize("arguments", [["--help"], ["--version"], ["submit", "--help"], ["local", "--help"]])
def test_help_imports_nothing_heavy(arguments: list[str]) -> None:
    program = (
        "import sys; from fargo.__main__ import run; code = run(sys.argv[1:]);"
        f"heavy = [name for name in {HEAVY!r} if name in sys.modules];"
        "sys.exit(f'imported {heavy}' if heavy else code)"
    )
    ended = _python(program, *arguments)
    assert ended.returncode == 0, ended.stderr
    assert "fargo" in ended.stdout


def test_importing_fargo_imports_nothing_heavy_and_no_command_line() -> None:
    program = (
        "import sys; import fargo; dir(fargo);"
        f"print([name for name in {(*HEAVY, 'click', 'fargo.errors', 'fargo.api')!r} if name in sys.modules]);"
        "fargo.connect;"
        f"print([name for name in { ({*HEAVY, 'click'} - {'msgspec'})!r} if name in sys.modules])"
    )
    ended = _python(program)
    assert (ended.returncode, ended.stdout) == (0, "[]\n[]\n"), ended.stderr


def _python(program: str, *arguments: str) -> "subprocess.CompletedProcess[str]":
    return subprocess.run(
        [sys.executable, "-c", program, *arguments],
        env={"PYTHONPATH": str(Path(__file__).parents[2] / "tool")},
        capture_output=True,
        text=True,
        check=False,
    )


INTERRUPT = """
import sys
class Interrupted:
    def find_spec(self, name, *_):
        if name == "fargo.cli.app":
            raise KeyboardInterrupt
sys.meta_path.insert(0, Interrupted())
from fargo.__main__ import main
main()
"""


def test_ctrl_c_while_fargo_is_being_imported_is_no_traceback() -> None:
    ended = subprocess.run([sys.executable, "-c", INTERRUPT], capture_output=True, text=True, check=False)
    assert (ended.returncode, ended.stdout, ended.stderr) == (130, "", "fargo: interrupted\n")
