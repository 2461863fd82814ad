from pathlib import Path

import pytest
from project_files import GOOD, MINIMAL, WRONG

from fargo import config
from fargo.errors import ProjectFileError
from fargo.model.fargate import Architecture, Size


def _file(folder: Path, text: str) -> Path:
    file = folder / "fargo.toml"
    file.write_text(text, encoding="utf-8")
    return file


def test_every_setting_is_typed_and_what_is_left_out_has_its_default(tmp_path: Path) -> None:
    project = config.load(_file(tmp_path, GOOD), environ={})
    job = project.jobs["thumbnail"]
    assert (project.name, project.region, project.folder) == ("thumbnails", "eu-west-1", tmp_path)
    assert project.image.cpu is Architecture.ARM64
    assert (job.size, job.storage_gib, job.timeout_seconds) == (Size(0.5, 2048), 30, 900)
    assert (project.network.zones, project.network.cidr) == (3, "10.42.0.0/16")
    assert (project.compute.max_vcpus, project.logs.retention_days, project.state.bucket) == (256, 30, "")


@pytest.mark.parametrize(("text", "said", "hint"), WRONG)
def test_a_wrong_file_is_refused_with_key_value_and_what_is_allowed(
    tmp_path: Path, text: str, said: str, hint: str
) -> None:
    file = _file(tmp_path, text)
    with pytest.raises(ProjectFileError) as caught:
        config.load(file, environ={})
    assert str(file) in caught.value.message
    assert said in caught.value.message
    assert hint in caught.value.hint


def test_the_project_file_is_found_from_a_folder_below_it(tmp_path: Path) -> None:
    file = _file(tmp_path, MINIMAL)
    below = tmp_path / "a" / "b"
    below.mkdir(parents=True)
    assert config.find(below) == file


def test_no_project_file_names_the_way_to_one(tmp_path: Path) -> None:
    with pytest.raises(ProjectFileError) as caught:
        config.find(tmp_path)
    assert "fargo init" in caught.value.hint


@pytest.mark.parametrize(
    ("option", "in_file", "environ", "region", "origin"),
    [
        ("us-east-2", "eu-west-1", {"AWS_REGION": "us-west-1"}, "us-east-2", "--region"),
        ("", "eu-west-1", {"AWS_REGION": "us-west-1"}, "eu-west-1", "fargo.toml"),
        ("", "", {"AWS_REGION": "us-west-1"}, "us-west-1", "AWS_REGION"),
        ("", "", {"AWS_DEFAULT_REGION": "us-west-2"}, "us-west-2", "AWS_DEFAULT_REGION"),
        ("", "", {}, None, ""),
    ],
)
def test_the_region_says_where_it_came_from(
    tmp_path: Path, option: str, in_file: str, environ: dict[str, str], region: str | None, origin: str
) -> None:
    head = f'region = "{in_file}"\n' if in_file else ""
    project = config.load(_file(tmp_path, head + MINIMAL), region=option, environ=environ)
    assert project.region == region
    assert project.origins["region"].endswith(origin)
