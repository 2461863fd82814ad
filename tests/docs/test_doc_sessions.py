"""Every page is run: its commands in their order, on a local AWS. The examples' pages run in tests/e2e, in containers.

A page with a first run, `fargo init … && cd …`, begins in an empty folder, and one with a project of its own in a
folder with the files that it shows. Every other one, and what comes after the `fargo down` of a first run, is given a
project that is deployed, with a run of twenty rows, RUN.
"""

import json
import os
import re
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from unittest.mock import create_autospec

import boto3
import played_terraform
import pytest
from doc_pages import Command, blocks, page_commands, pages
from doc_session import Session, not_printed
from engine_images import let_go
from local_aws import ACCOUNT, client, local_aws, set_rules
from not_run import NOT_RUN
from projects import REGION
from results_bucket import document

from fargo.docker import Engine
from fargo.docker.engine import About
from fargo.local import daemon
from fargo.model import naming
from fargo.model.image import ImageRef

BEFORE = ("fargo up", "fargo submit simulate --array 20")
ON_DEMAND = "L-3032A538"
"""The quota of Fargate's vCPUs."""
FILES = {
    "photos.csv": "photo,width\na.jpg,320\nb.jpg,640\n",
    "a.jpg": "a",
    "b.jpg": "b",
    "photos.txt": "a.jpg\nb.jpg\n",
}
"""What the pages' commands find in the folder."""
JOB = re.compile(r"^\[+jobs\..*?(?=^\[|\Z)", re.MULTILINE | re.DOTALL)
"""A table of a project file that is about a job."""
SCRIPT = re.compile(r"`([\w-]+\.(?:py|json))`")
"""How a page names the file that a block is of."""
FILE = re.compile(r"`([\w.]+)`:$")
"""How a page with a project of its own names the file below it."""


@dataclass(frozen=True)
class Stage:
    """What a page needs besides.

    Attributes:
        before: commands before the page's own.
        toml: added to the project file.
        rules: how the jobs end; by themselves they write their command and succeed.
        real: jobs are containers.
        own: the project is made of the files that the page shows.
        account: it is on AWS, whose part the local AWS plays.
        may: the commands that the user may run; all where there are none.
        run_stays: RUN is the run of twenty rows to the page's end.
    """

    before: tuple[str, ...] = BEFORE
    toml: str = ""
    rules: tuple[tuple[str, list[dict[str, Any]]], ...] = ()
    real: bool = False
    own: bool = False
    account: bool = False
    may: tuple[str, ...] = ()
    run_stays: bool = False


STAGES = {
    "README.md": Stage(
        toml='\n[jobs.thumbnail]\ncommand = ["thumbnail", "{photo}"]\ninputs = ["photo"]\n',
        rules=(("thumbnail*-w1-*:1", [{"exit": 1}]),),
    ),
    "docs/account.md": Stage(
        account=True,
        before=("fargo up", "aws iam create-role --role-name deployers --assume-role-policy-document {}"),
    ),
    "docs/ci.md": Stage(account=True, before=()),
    "docs/commands.md": Stage(run_stays=True),
    "docs/cost.md": Stage(
        real=True,
        before=("fargo up", "fargo submit simulate --array 2 -- --samples 50"),
        toml="\n[cost]\nconfirm_above = 0.005\n",
    ),
    "docs/doctor.md": Stage(
        account=True,
        may=("submit", "retry", "ps", "show", "wait", "logs", "results", "doctor"),
        before=("fargo up",),
    ),
    "docs/explain.md": Stage(
        before=("fargo up", "fargo submit work --array 40"),
        toml='\n[jobs.work]\ncommand = ["work"]\n',
        rules=(
            *((f"work*:{row}", [{"out": "reading part 0"}, {"oom": True}]) for row in range(0, 40, 4)),
            ("work*:9", [{"stopped": "TaskMelted: the flux"}]),
            *((f"work*:{row}", [{"exit": row}]) for row in (10, 11, 13)),
        ),
    ),
    "docs/local-aws.md": Stage(real=True, before=()),
    "docs/logs.md": Stage(
        rules=(
            ("*:3", [{"out": "loading photo 3 of 500"}, {"sleep": 3}, {"out": "done in 4.1 s"}]),
            (
                "*:17",
                [
                    {"sleep": 1.5},
                    {"out": "loading photo 17 of 500"},
                    {"sleep": 3},
                    {"err": "ERROR: disk full"},
                ],
            ),
        )
    ),
    "docs/quickstart.md": Stage(real=True, own=True),
    "docs/rows.md": Stage(rules=(("thumbnail*-w1-*:1", [{"exit": 1}]),)),
}


def _runs(page: str) -> bool:
    return any(not command.text.startswith(tuple(NOT_RUN)) for command in page_commands(page))


def _marks(page: str) -> list[pytest.MarkDecorator]:
    return [pytest.mark.engine] if STAGES.get(page, Stage()).real else []


RUN = [
    pytest.param(page, marks=_marks(page))
    for page in pages()
    if not page.startswith("examples/") and _runs(page)
]


@pytest.fixture(scope="module")
def aws() -> Iterator[str]:
    """One local AWS for all pages whose jobs are scripts, with a bucket that one of them reads."""
    with local_aws() as endpoint:
        s3 = client("s3", endpoint, REGION)
        s3.create_bucket(Bucket="reads")
        s3.put_object(Bucket="reads", Key="a.fastq.gz", Body=b"")
        yield endpoint


@pytest.fixture
def stage(request: pytest.FixtureRequest) -> Stage:
    return STAGES.get(request.getfixturevalue("page"), Stage())


@pytest.fixture
def session(
    stage: Stage, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, request: pytest.FixtureRequest
) -> Iterator[Session]:
    """A session in an empty folder."""
    monkeypatch.setenv("PATH", f"{played_terraform.install(tmp_path / 'bin')}:{os.environ['PATH']}")
    folder = tmp_path / "here"
    folder.mkdir()
    base = os.environ.get("FARGO_TEST_BASE_IMAGE", "")
    made = Session(folder, monkeypatch, base_image=base, not_run=NOT_RUN)
    if stage.real:
        monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
        yield made
        daemon.stop()
        let_go()
        return
    monkeypatch.setattr(Engine, "connect", lambda environ: _engine(tmp_path))
    made.ended = _leave_results
    if stage.account:
        made.account = True
        with local_aws() as endpoint:
            account = {"ENDPOINT_URL": endpoint, "REGION": "us-east-1", "DEFAULT_REGION": "us-east-1"}
            for name, value in {**account, "ACCESS_KEY_ID": "any", "SECRET_ACCESS_KEY": "any"}.items():
                monkeypatch.setenv(f"AWS_{name}", value)
            yield made
        return
    rules = [{"job": job, "script": steps} for job, steps in stage.rules]
    set_rules(request.getfixturevalue("aws"), rules)
    yield made


def _engine(folder: Path) -> Engine:
    """An engine that holds every image already."""
    engine = create_autospec(Engine, instance=True)
    engine.architecture.return_value = "amd64"
    engine.tags.return_value = []
    engine.push.side_effect = _push
    engine.about.return_value = About(
        version="28.0", api="1.48", architecture="amd64", system="", folder=str(folder), is_here=True
    )
    return engine  # type: ignore[no-any-return]


def _leave_results(run: str) -> None:
    """What the runner would have left of the jobs that succeeded, had they not been scripts."""
    status = daemon.status()
    assert status
    batch, s3 = (client(service, status.endpoint, REGION) for service in ("batch", "s3"))
    bucket = f"fargo-{Path.cwd().name}-{ACCOUNT}-{REGION}"
    ledger = json.load(s3.get_object(Bucket=bucket, Key=naming.ledger_key(run))["Body"])
    (job,) = batch.describe_jobs(jobs=[chunk["job_id"] for chunk in ledger["waves"][0]["chunks"]])["jobs"]
    if "arrayProperties" in job:
        children = batch.list_jobs(arrayJobId=job["jobId"], jobStatus="SUCCEEDED")["jobSummaryList"]
        rows = [child["arrayProperties"]["index"] for child in children]
    else:
        rows = [0] if job["status"] == "SUCCEEDED" else []
    for row in rows:
        s3.put_object(Bucket=bucket, Key=naming.result_key(run, row), Body=json.dumps(document(row)).encode())


def _push(ref: ImageRef, **_login: str) -> Iterator[Any]:
    kind = "application/vnd.docker.distribution.manifest.v2+json"
    manifest = json.dumps({"schemaVersion": 2, "mediaType": kind, "config": {}, "layers": []})
    boto3.client("ecr").put_image(repositoryName=ref.name, imageTag=ref.tag, imageManifest=manifest)
    yield from ()


@pytest.mark.parametrize("page", RUN)
def test_the_page_runs_as_written(page: str, stage: Stage, session: Session) -> None:
    own = page_commands(page)
    if stage.own:
        _write_files(page, session.base_image)
    first = len(own) if stage.own else _first_run(own)
    session.play(own[:first])
    if first < len(own):
        _prepare(page, stage, session)
        session.play(own[first:])


def _first_run(commands: list[Command]) -> int:
    """How many of a page's commands are a first run, from an empty folder until it is empty again."""
    if not any(re.match("fargo init .*&& cd ", command.text) for command in commands):
        return 0
    return next((n for n, command in enumerate(commands, 1) if command.text.endswith(" down")), len(commands))


def _write_files(page: str, base_image: str) -> None:
    """The page's own files, on a base image that the machine has."""
    for block in blocks(page):
        if name := FILE.search(block.before):
            text = block.text
            if name[1] == "Dockerfile" and base_image:
                text = re.sub("^FROM .*", f"FROM {base_image}", text)
            Path(name[1]).write_text(text, encoding="utf-8")


def _prepare(page: str, stage: Stage, session: Session) -> None:
    """A project with the page's jobs, deployed; and a run."""
    name = re.sub(r"[^a-z]+", "-", page.removesuffix(".md").lower()).strip("-")
    session.monkeypatch.chdir(session.folder)
    session.one(Command("before", f"fargo init {name} && cd {name}"))
    project = Path("fargo.toml")
    text = project.read_text("utf-8") + stage.toml
    for block in blocks(page, "toml"):
        if not tomllib.loads(block.text).get("jobs", {}).keys() <= tomllib.loads(text)["jobs"].keys():
            text += "\n".join(["", *JOB.findall(block.text)])
    project.write_text(text, encoding="utf-8")
    scripts = {
        name[1]: block.text
        for block in blocks(page, "python", "json")
        if (name := SCRIPT.search(block.before.rpartition("\n\n")[2]))
    }
    for name, content in {**FILES, **scripts}.items():
        Path(name).write_text(content, encoding="utf-8")
    session.play(Command("before", line) for line in stage.before)
    session.names["JOB"] = "simulate"
    session.run_stays = stage.run_stays
    if stage.may:
        _become_anna(session, stage.may)


def _become_anna(session: Session, may: tuple[str, ...]) -> None:
    """Be a user who may run these commands and no others, on an account that gives few vCPUs."""
    iam, quotas = (boto3.client(each) for each in ("iam", "service-quotas"))
    policy = session.one(Command("before", f"fargo doctor --policy --for {' --for '.join(may)}"))
    iam.create_user(UserName="anna")
    iam.put_user_policy(UserName="anna", PolicyName="fargo", PolicyDocument=policy)
    key = iam.create_access_key(UserName="anna")["AccessKey"]
    session.monkeypatch.setenv("AWS_ACCESS_KEY_ID", key["AccessKeyId"])
    session.monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", key["SecretAccessKey"])
    quotas.request_service_quota_increase(ServiceCode="fargate", QuotaCode=ON_DEMAND, DesiredValue=6)


def test_what_is_not_run_is_on_a_page() -> None:
    texts = [command.text for page in pages() for command in page_commands(page)]
    assert [each for each in NOT_RUN if not any(text.startswith(each) for text in texts)] == []


def test_a_page_that_shows_what_is_not_printed_is_found() -> None:
    printed = "a\nsimulate-261125-173833-fp2v   $0.02 of 12 in 1m00\nz"
    assert not_printed(["simulate-261125-173323-byhe $0.0094 of 3 in 30s"], printed) == ""
    assert not_printed(["z", "…"], printed, "") == ""
    assert not_printed(["z", "a"], printed) == "a"
    assert not_printed(["simulate-261125-173323-byhe $0.0094 for 3 in 30s"], printed) != ""
