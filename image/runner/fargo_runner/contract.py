"""Every name that the runner shares with fargo: environment, S3 keys, exit codes.

fargo spells the same in `model/naming.py`; a test compares the two.
"""

import re

ENV_RUN = "FARGO_RUN"
ENV_BUCKET = "FARGO_BUCKET"
ENV_WAVE = "FARGO_WAVE"
ENV_CHUNK = "FARGO_CHUNK"
ENV_OUTPUT = "FARGO_OUTPUT"
ENV_ROWS = "FARGO_ROWS"
ENV_MANIFEST = "FARGO_MANIFEST"
ENV_MAP = "FARGO_MAP"
ENV_PACK = "FARGO_PACK"
ENV_WORKERS = "FARGO_WORKERS"
ENV_INPUTS = "FARGO_INPUTS"
ENV_AFTER = "FARGO_AFTER"
ENV_AFTER_ROWS = "FARGO_AFTER_ROWS"
ENV_AFTER_PARTIAL = "FARGO_AFTER_PARTIAL"
ENV_ROW = "FARGO_ROW"
ENV_COLUMN_PREFIX = "FARGO_ROW_"
ENV_ARRAY_INDEX = "AWS_BATCH_JOB_ARRAY_INDEX"
ENV_JOB_ID = "AWS_BATCH_JOB_ID"
ENV_ATTEMPT = "AWS_BATCH_JOB_ATTEMPT"

ARRAY_MAX = 10_000
OFFSET = ">Q"
MAP_ENTRY = ">QQQ"

EXIT_RUNNER_FAILED = 125
EXIT_NOT_EXECUTABLE = 126
EXIT_NOT_FOUND = 127
EXIT_SIGNAL = 128
"""Added to a signal's number, as a shell does."""


class RunnerError(Exception):
    """The runner's own work failed, not the command; a sentence and what to do."""


def manifest_key(run: str) -> str:
    """Where the rows lie."""
    return f"runs/{run}/manifest.jsonl"


def index_key(run: str) -> str:
    """Where it stands where each row begins: `OFFSET`s."""
    return f"runs/{run}/manifest.idx"


def result_key(run: str, row: int) -> str:
    """Where the result object of a row that succeeded goes."""
    return f"runs/{run}/result/{row}.json"


def failed_key(run: str, row: int) -> str:
    """Where that of a row that failed goes."""
    return f"runs/{run}/failed/{row}.json"


def output_prefix(run: str, row: int) -> str:
    """Where the output folder of a row goes."""
    return f"runs/{run}/output/{row}/"


def column_variable(column: str) -> str:
    """The environment variable that holds a column's value."""
    return ENV_COLUMN_PREFIX + re.sub(r"\W", "_", column.upper())
