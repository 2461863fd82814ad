from pathlib import Path

import pytest

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
