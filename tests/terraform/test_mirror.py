from collections.abc import Callable
from pathlib import Path

import pytest

from fargo.errors import PrerequisiteError
from fargo.terraform import mirror


def _mirror(folder: Path) -> Path:
    (folder / mirror.PROVIDER / "5.100.0" / "linux_amd64").mkdir(parents=True)
    return folder


@pytest.fixture
def home(tmp_path: Path) -> Path:
    (tmp_path / "home").mkdir()
    return tmp_path / "home"


def test_the_named_mirror_comes_first_then_terraforms_own_then_opt(tmp_path: Path, home: Path) -> None:
    opt = tmp_path / "opt"
    (opt / "a-empty").mkdir(parents=True)
    _mirror(opt / "b-plugins")
    assert mirror.find_mirror({}, home=home, opt=opt) == opt / "b-plugins"
    implied = _mirror(home / ".terraform.d" / "plugins")
    assert mirror.find_mirror({}, home=home, opt=opt) == implied
    named = _mirror(tmp_path / "named")
    assert mirror.find_mirror({mirror.ENV_MIRROR: str(named)}, home=home, opt=opt) == named


def test_without_a_mirror_nothing_is_configured(tmp_path: Path, home: Path) -> None:
    assert mirror.find_mirror({}, home=home, opt=tmp_path / "none") is None


def test_a_mirror_becomes_a_cli_configuration_for_the_aws_provider_alone(tmp_path: Path, home: Path) -> None:
    found = _mirror(tmp_path / 'odd "name"')
    made = mirror.configure({mirror.ENV_MIRROR: str(found)}, home=home, folder=tmp_path)
    text = Path(made[mirror.ENV_CLI_CONFIG]).read_text(encoding="utf-8")
    assert 'path    = "' in text
    assert '\\"name\\"' in text
    assert text.count('["registry.terraform.io/hashicorp/aws"]') == 2


def test_the_users_own_cli_configuration_rules(tmp_path: Path, home: Path) -> None:
    own = home / ".terraformrc"
    own.write_text("", encoding="utf-8")
    assert mirror.configure({}, home=home, folder=tmp_path) == {mirror.ENV_CLI_CONFIG: str(own)}


def test_a_cli_configuration_that_is_no_file_is_ignored(tmp_path: Path, home: Path) -> None:
    environ = {
        mirror.ENV_CLI_CONFIG: str(tmp_path / "missing"),
        mirror.ENV_MIRROR: str(_mirror(tmp_path / "m")),
    }
    assert mirror.configure(environ, home=home, folder=tmp_path)[mirror.ENV_CLI_CONFIG] == str(
        tmp_path / "terraform.rc"
    )


def test_the_named_mirror_rules_over_the_users_own_cli_configuration(tmp_path: Path, home: Path) -> None:
    (home / ".terraformrc").write_text("", encoding="utf-8")
    named = {mirror.ENV_MIRROR: str(_mirror(tmp_path / "named"))}
    made = mirror.configure(named, home=home, folder=tmp_path)
    assert made == {mirror.ENV_CLI_CONFIG: str(tmp_path / "terraform.rc")}


def test_a_named_mirror_without_the_provider_is_refused(tmp_path: Path, home: Path) -> None:
    _mirror(home / ".terraform.d" / "plugins")
    with pytest.raises(PrerequisiteError, match=r"holds no registry.terraform.io/hashicorp/aws") as caught:
        mirror.configure({mirror.ENV_MIRROR: str(tmp_path)}, home=home, folder=tmp_path)
    assert "unset FARGO_PROVIDER_MIRROR" in caught.value.hint


def test_a_relative_mirror_is_told_to_terraform_by_its_whole_path(
    tmp_path: Path, home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    named = _mirror(tmp_path / "named")
    monkeypatch.chdir(tmp_path)
    assert mirror.find_mirror({mirror.ENV_MIRROR: "named"}, home=home) == named


def test_folders_that_this_user_may_not_enter_are_passed_over(
    tmp_path: Path, home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    opt, closed = tmp_path / "opt", tmp_path / "opt" / "a-closed"
    closed.mkdir(parents=True)
    _close(monkeypatch, closed, home)
    assert mirror.find_mirror({}, home=home, opt=opt) is None
    assert mirror.own_cli_config({}, home=home) is None
    found = _mirror(opt / "b-plugins")
    assert mirror.find_mirror({}, home=home, opt=opt) == found


def _close(monkeypatch: pytest.MonkeyPatch, *folders: Path) -> None:
    """What is below the folders answers as to a user who may not enter them; root always may."""
    for name in ("is_dir", "is_file"):
        look = getattr(Path, name)

        def closed(path: Path, look: Callable[[Path], bool] = look) -> bool:
            if set(folders) & set(path.parents):
                raise PermissionError(13, "Permission denied", str(path))
            return look(path)

        monkeypatch.setattr(Path, name, closed)
