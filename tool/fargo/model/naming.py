"""Every name that two parts of fargo must agree on: resources, tags, keys, environment, exit codes.

The runner in `image/runner` imports nothing of fargo and spells these itself;
`tests/runner/test_runner_contract.py` compares the two. `terraform/` makes its own resource names
from the same prefix.
"""

import hashlib
import re

PROJECT_FILE = "fargo.toml"
PROJECT_FILE_VERSION = 1
"""Of its form: grows when a file that was right no longer is, or means something else."""
PROJECT_NAME = re.compile(r"^[a-z][a-z0-9-]{1,29}$")
PROJECT_NAME_IS = (
    "2 to 30 lower-case letters, digits and single hyphens, the first a letter, the last no hyphen"
)
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
ENV_ROWS = "FARGO_ROWS"
"""How many rows the wave has; 1 where it is not set."""
ENV_MANIFEST = "FARGO_MANIFEST"
"""`1` where the rows have columns: they lie in the manifest."""
ENV_MAP = "FARGO_MAP"
"""The key of the map of a wave after the first."""
ENV_PACK = "FARGO_PACK"
ENV_WORKERS = "FARGO_WORKERS"
ENV_INPUTS = "FARGO_INPUTS"
"""A JSON list of the columns whose `s3://` objects are fetched before the command."""
ENV_AFTER = "FARGO_AFTER"
"""The run whose outputs are fetched for `{after}`."""
ENV_AFTER_ROWS = "FARGO_AFTER_ROWS"
"""Of so many rows of it, all; where it is not set, of the row that each row is."""
ENV_AFTER_PARTIAL = "FARGO_AFTER_PARTIAL"
"""`1` where rows of it may have failed."""
ENV_ARRAY_INDEX = "AWS_BATCH_JOB_ARRAY_INDEX"
RESERVED_ENV_PREFIXES = ("FARGO_", "AWS_BATCH")

# What the command finds in its environment besides.
ENV_ROW = "FARGO_ROW"
ENV_COLUMN_PREFIX = "FARGO_ROW_"

RUNNER = "fargo-run"
"""The runner's name on the image's PATH; a job's command is `fargo-run -- COMMAND…`."""

BUCKET_MAX = 63
ARRAY_MAX = 10_000
"""Children of one array job (AWS Batch service limit). Chunk `c` of a wave starts at its container
`c * ARRAY_MAX`."""

OFFSET = ">Q"
"""An entry of `manifest.idx`: where a row begins in the manifest. There is one more than rows: the last is
the manifest's end."""
MAP_ENTRY = ">QQQ"
"""An entry of a wave's map: a row's number, where it begins in the manifest, and where it ends."""

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


def bucket(project: str, account_id: str, region: str) -> str:
    """The workspace bucket, known before Terraform creates it: `terraform/modules/storage` says the same.

    Bucket names hold 63 characters; one that would be longer gives up part of the project's name for a hash.
    """
    prefix, suffix = resource_prefix(project), f"-{account_id}-{region}"
    room = BUCKET_MAX - len(suffix)
    if len(prefix) > room:
        digest = hashlib.sha256(prefix.encode()).hexdigest()[:8]
        prefix = f"{prefix[: room - 9].removesuffix('-')}-{digest}"
    return f"{prefix}{suffix}"


def batch_job_name(run: str, wave: int, chunk: int) -> str:
    """The AWS Batch job name of one chunk: unique, so that a lost answer can be looked up by it."""
    return f"{run}-w{wave}-c{chunk}"


def batch_job_names(run: str) -> str:
    """What the names of all of a run's AWS Batch jobs fit, with `*` for any characters."""
    return f"{run}-w*"


def events_log_group(project: str) -> str:
    """The log group that AWS Batch's events go to, as `terraform/locals.tf` names it."""
    return f"/fargo/{project}/events"


def share_identifier(job: str) -> str:
    """A job's share of a fair-share queue: AWS Batch takes letters and digits alone, so `a-b` is `aB`."""
    first, *rest = job.split("-")
    return first + "".join(word.capitalize() for word in rest)


def ledger_key(run: str) -> str:
    """The run's ledger: what was asked for, and what was submitted."""
    return f"runs/{run}/run.json"


def manifest_key(run: str) -> str:
    """The run's rows: a line of JSON each, an object of column → text."""
    return f"runs/{run}/manifest.jsonl"


def index_key(run: str) -> str:
    """Where each row begins in the manifest: `OFFSET`s."""
    return f"runs/{run}/manifest.idx"


def map_key(run: str, wave: int, sha256: str) -> str:
    """The rows of a wave after the first: `MAP_ENTRY`s, in order of row.

    Args:
        sha256: of these entries: of two that retry at once, none writes over the other's.
    """
    return f"runs/{run}/wave-{wave}-{sha256[:16]}.map"


def result_prefix(run: str) -> str:
    """What the keys of rows that succeeded begin with."""
    return f"runs/{run}/result/"


def result_key(run: str, row: int) -> str:
    """The result object of a row that succeeded: it is there once all that belongs to it is stored."""
    return f"{result_prefix(run)}{row}.json"


def failed_prefix(run: str) -> str:
    """What the keys of rows that failed begin with."""
    return f"runs/{run}/failed/"


def failed_key(run: str, row: int) -> str:
    """The same of a row's last failure. It may have succeeded since: `result_key` decides."""
    return f"{failed_prefix(run)}{row}.json"


def output_prefix(run: str, row: int) -> str:
    """Where a row's output folder is uploaded to; the result names which of it counts."""
    return f"runs/{run}/output/{row}/"


def input_key(sha256: str, name: str) -> str:
    """Where a local input goes: by its content, so that it is uploaded once."""
    return f"inputs/{sha256}/{name}"


_UPLOADED = re.compile(r"s3://[^/]+/inputs/[0-9a-f]{64}/(.+)")


def uploaded_name(address: str) -> str:
    """The name of the local file that an address is the upload of; empty where it is of none."""
    found = _UPLOADED.fullmatch(address)
    return found[1] if found else ""


def column_variable(column: str) -> str:
    """The environment variable that holds a column's value: `file name` is `FARGO_ROW_FILE_NAME`."""
    return ENV_COLUMN_PREFIX + re.sub(r"\W", "_", column.upper())
