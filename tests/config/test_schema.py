"""`fargo schema`: what it says is what the reader does, as far as JSON Schema can say it."""

import tomllib
from pathlib import Path
from typing import Any

import msgspec
import pytest
from jsonschema import Draft202012Validator
from project_files import GOOD, MINIMAL, WRONG

from fargo import config
from fargo.config.job import JobSettings
from fargo.config.keys import keys
from fargo.config.schema import schema
from fargo.config.settings import TABLES, Head
from fargo.errors import ProjectFileError
from fargo.model import naming

EXAMPLES = Path(__file__).parents[2] / "examples"

BEYOND = {
    "network.subnets is []",
    "network.subnets is",
    "jobs.run.memory is '512 MiB'",
    "jobs.run.memory is '4 GiB'",
    "jobs.run.storage is '10 GiB'",
    "jobs.run.timeout is '30s'",
    "jobs.run.timeout is '30'",
    "jobs.run.timeout is '0s'",
    "jobs.run.output is 'out'",
    "jobs.run.exec is True",
    "jobs.run.secrets.KEY is 'KEY'",
    "notifications.emails is ['a@b.c']",
}
"""What hangs on another key or on arithmetic, which the schema leaves to the reader."""


TOLD = [(text, said) for text, said, _ in WRONG if "TOML" not in said and "\\n" not in text]
"""Without the names that end in a line feed: `$` of Python, which jsonschema searches with, lets it pass."""


@pytest.fixture(scope="module")
def validator() -> Draft202012Validator:
    made = schema()
    Draft202012Validator.check_schema(made)
    return Draft202012Validator(made)


@pytest.mark.parametrize("file", sorted(EXAMPLES.glob("*/fargo.toml")), ids=lambda file: file.parent.name)
def test_every_example_is_a_file_of_the_schema(validator: Draft202012Validator, file: Path) -> None:
    validator.validate(tomllib.loads(file.read_text(encoding="utf-8")))


@pytest.mark.parametrize("text", [GOOD, MINIMAL])
def test_what_the_reader_takes_the_schema_takes(
    validator: Draft202012Validator, tmp_path: Path, text: str
) -> None:
    file = tmp_path / "fargo.toml"
    file.write_text(text, encoding="utf-8")
    config.load(file, environ={})
    validator.validate(tomllib.loads(text))


@pytest.mark.parametrize(("text", "said"), TOLD)
def test_what_the_schema_refuses_the_reader_refuses(
    validator: Draft202012Validator, tmp_path: Path, text: str, said: str
) -> None:
    file = tmp_path / "fargo.toml"
    file.write_text(text, encoding="utf-8")
    with pytest.raises(ProjectFileError):
        config.load(file, environ={})
    assert validator.is_valid(tomllib.loads(text)) is (said in BEYOND)


MORE = [
    '[[jobs.run.policy]]\nEffect = "Maybe"\nAction = "s3:Get*"\nResource = "*"',
    '[[jobs.run.policy]]\nEffect = "Allow"\nAction = []\nResource = "*"',
    '[[jobs.run.policy]]\nEffect = "Allow"\nAction = "GetObject"\nResource = "*"',
    '[[jobs.run.policy]]\nEffect = "Allow"\nAction = "s3:Get*"',
    '[[jobs.run.policy]]\nEffect = "Allow"\nAction = "s3:Get*"\nResource = "*"\nPrincipal = "*"',
    '[jobs.run.secrets]\nAWS_BATCH_X = "arn:aws:ssm:eu-west-1:123456789012:parameter/key"',
    "[jobs.run.environment]\nA = 1",
    "[cost]\nconfirm_above = -1",
    "[network]\nzones = 7",
    '[network]\ncidr = "10.42.0.0/255.255.0.0"',
    "[image]\nbuild_args = []",
]  # fmt: skip


@pytest.mark.parametrize("more", MORE)
def test_more_that_both_refuse(validator: Draft202012Validator, tmp_path: Path, more: str) -> None:
    file = tmp_path / "fargo.toml"
    file.write_text(f"{MINIMAL}\n{more}\n", encoding="utf-8")
    with pytest.raises(ProjectFileError):
        config.load(file, environ={})
    assert not validator.is_valid(tomllib.loads(f"{MINIMAL}\n{more}\n"))


@pytest.mark.parametrize(
    "name", ["ab", "a", "a" * 30, "a" * 31, "a-b", "a--b", "a-", "-a", "1a", "a1", "A", "aB", "a_b", "", "ab\n"]
)  # fmt: skip
def test_a_name_that_the_schema_takes_is_one_that_resources_may_have(name: str) -> None:
    declared = keys(Head)[0]
    assert (not list(declared.wrong(name))) is naming.is_project_name(name)


def everything() -> dict[str, type[msgspec.Struct]]:
    return {"": Head, "jobs": JobSettings, **TABLES}


@pytest.mark.parametrize("table", everything().values(), ids=everything())
def test_every_key_says_what_it_means_and_its_default_is_allowed(table: type[msgspec.Struct]) -> None:
    for key in keys(table):
        assert key.meaning.endswith((".", "`")), key.name
        assert key.default is None or not list(key.wrong(key.default)), key.name


def test_the_defaults_of_the_schema_are_files_of_it(validator: Draft202012Validator) -> None:
    made: dict[str, Any] = validator.schema  # type: ignore[assignment] # it may be a boolean, and is not
    whole = {
        name: {key: said["default"] for key, said in made["$defs"][name]["properties"].items()}
        for name in TABLES
    }
    validator.validate(tomllib.loads(MINIMAL) | whole)
