"""Every name that two parts of fargo must agree on: resources, tags, keys, environment, exit codes.

The runner in `image/runner` imports nothing of fargo and spells these itself;
`tests/runner/test_runner_contract.py` compares the two. `terraform/` makes its own resource names
from the same prefix.
"""

import re

PROJECT_FILE = "fargo.toml"
PROJECT_NAME = re.compile(r"^[a-z][a-z0-9-]{1,29}$")
JOB_NAME = re.compile(r"^[a-z][a-z0-9-]{0,29}$")

# Tags on everything that belongs to a project; `fargo down` lists by the first.
TAG_PROJECT = "fargo:project"
TAG_STACK = "fargo:stack"
TAG_STATE = "fargo:state"
"""Which Terraform state a resource is kept in: two projects of one name tell theirs apart by it."""
TAG_RUN = "fargo:run"
TAG_JOB = "fargo:job"

# What the runner reads from its environment.
ENV_RUN = "FARGO_RUN"
ENV_BUCKET = "FARGO_BUCKET"
ENV_WAVE = "FARGO_WAVE"
ENV_CHUNK = "FARGO_CHUNK"
ENV_OUTPUT = "FARGO_OUTPUT"
ENV_ARRAY_INDEX = "AWS_BATCH_JOB_ARRAY_INDEX"
RESERVED_ENV_PREFIXES = ("FARGO_", "AWS_BATCH")

RUNNER = "fargo-run"
"""The runner's name on the image's PATH; a job's command is `fargo-run -- COMMAND…`."""

ARRAY_MAX = 10_000
"""Children of one array job (AWS Batch service limit). Chunk `c` of a wave starts at row `c * ARRAY_MAX`."""

# Exit codes of the runner itself, those that env(1) and container engines use too.
EXIT_RUNNER_FAILED = 125
EXIT_NOT_EXECUTABLE = 126
EXIT_NOT_FOUND = 127


def is_project_name(name: str) -> bool:
    """Whether a project may be called so: as Amazon ECR names repositories, without `--` or a last `-`."""
    return bool(PROJECT_NAME.fullmatch(name)) and "--" not in name and not name.endswith("-")


def resource_prefix(project: str) -> str:
    """What the names of all of a project's resources begin with."""
    return f"fargo-{project}"


def repository_url(account_id: str, region: str, project: str) -> str:
    """The project's ECR repository, known before Terraform creates it."""
    suffix = ".cn" if region.startswith("cn-") else ""
    return f"{account_id}.dkr.ecr.{region}.amazonaws.com{suffix}/{resource_prefix(project)}"


def batch_job_name(run: str, wave: int, chunk: int) -> str:
    """The AWS Batch job name of one chunk: unique, so that a lost answer can be looked up by it."""
    return f"{run}-w{wave}-c{chunk}"


def share_identifier(job: str) -> str:
    """A job's share of a fair-share queue: AWS Batch takes letters and digits alone, so `a-b` is `aB`."""
    first, *rest = job.split("-")
    return first + "".join(word.capitalize() for word in rest)


def ledger_key(run: str) -> str:
    """The run's ledger: what was asked for, and what was submitted."""
    return f"runs/{run}/run.json"


def result_key(run: str, row: int) -> str:
    """The result object that the runner writes for a row."""
    return f"runs/{run}/result/{row}.json"


def output_prefix(run: str, row: int) -> str:
    """Where a row's output folder is uploaded to."""
    return f"runs/{run}/output/{row}/"
