"""`import fargo` over HTTP: a project that looks deployed to a local AWS with scripted jobs."""

import json
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path

import pytest
from local_aws import ACCOUNT, client, local_aws, set_rules
from projects import REGION, deploy, write_project

import fargo

BUCKET = f"fargo-demo-{ACCOUNT}-{REGION}"


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A project with a job over photos that has an output, one that takes what it is given, and a plain one."""
    made = write_project(tmp_path_factory.mktemp("api") / "project")
    text = (made / "fargo.toml").read_text(encoding="utf-8")
    job = '\n[jobs.photo]\ncommand = ["work", "{photo}"]\noutput = "out"\n'
    (made / "fargo.toml").write_text(text + job, encoding="utf-8")
    return made


@pytest.fixture(scope="module")
def aws(folder: Path) -> Iterator[str]:
    """The endpoint of a local AWS to which the project looks deployed."""
    with local_aws() as endpoint:
        outputs = deploy(folder, endpoint)
        outputs["job_definitions"]["photo"] = outputs["job_definitions"]["work"]
        (folder / ".fargo" / "local" / "outputs.json").write_text(json.dumps(outputs), encoding="utf-8")
        yield endpoint


@pytest.fixture
def project(folder: Path, aws: str) -> fargo.Project:
    set_rules(aws, [])
    return fargo.connect(folder, local=True)


@pytest.fixture
def play(aws: str) -> Callable[..., None]:
    """Say what the scripted jobs do, by the names of jobs and `name:index`."""

    def rules(**scripts: list[object]) -> None:
        set_rules(aws, [{"job": name, "script": steps} for name, steps in scripts.items()])

    return rules


@pytest.fixture
def results(aws: str) -> Callable[..., None]:
    """Write what the runner would write of a run's rows."""
    s3 = client("s3", aws, REGION)

    def write(run: fargo.Run, succeeded: Iterable[int], failed: Iterable[int] = ()) -> None:
        for place, rows, code in (("result", succeeded, 0), ("failed", failed, 3)):
            for row in rows:
                body = {"row": row, "exit_code": code, "seconds": 2.0, "outputs": []}
                s3.put_object(Bucket=BUCKET, Key=f"runs/{run.id}/{place}/{row}.json", Body=json.dumps(body))

    return write
