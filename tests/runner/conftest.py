"""The runner as a program, and an S3 that says what it is told to say."""

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from runner_program import PATH, RUNNER, Runner

sys.path.insert(0, str(RUNNER))

from scripted_s3 import ScriptedS3


@pytest.fixture
def s3() -> Iterator[ScriptedS3]:
    server = ScriptedS3()
    yield server
    server.close()


@pytest.fixture
def task(s3: ScriptedS3) -> dict[str, str]:
    """The whole environment of a container of fargo; nothing of the developer's own gets in."""
    return {
        "PATH": PATH,
        "FARGO_RUN": "run-1",
        "FARGO_BUCKET": "workspace",
        "AWS_REGION": "eu-west-1",
        "AWS_ACCESS_KEY_ID": "AKID",
        "AWS_SECRET_ACCESS_KEY": "secret",
        "AWS_ENDPOINT_URL": s3.url,
    }


@pytest.fixture
def fargo_run(tmp_path: Path) -> Runner:
    """Run `fargo-run -- COMMAND…` to its end, in a folder of its own."""

    def run(*command: str, environ: dict[str, str]) -> "subprocess.CompletedProcess[str]":
        program = [str(RUNNER / "bin" / "fargo-run"), "--", *command]
        return subprocess.run(
            program, env=environ, cwd=tmp_path, capture_output=True, text=True, timeout=60, check=False
        )

    return run
