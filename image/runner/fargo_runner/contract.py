"""Every name that the runner shares with fargo: environment, S3 keys, exit codes.

fargo spells the same in `model/naming.py`; a test compares the two.
"""

ENV_RUN = "FARGO_RUN"
ENV_BUCKET = "FARGO_BUCKET"
ENV_WAVE = "FARGO_WAVE"
ENV_CHUNK = "FARGO_CHUNK"
ENV_OUTPUT = "FARGO_OUTPUT"
ENV_ROW = "FARGO_ROW"
ENV_ARRAY_INDEX = "AWS_BATCH_JOB_ARRAY_INDEX"
ENV_JOB_ID = "AWS_BATCH_JOB_ID"
ENV_ATTEMPT = "AWS_BATCH_JOB_ATTEMPT"

ARRAY_MAX = 10_000

EXIT_RUNNER_FAILED = 125
EXIT_NOT_EXECUTABLE = 126
EXIT_NOT_FOUND = 127
EXIT_SIGNAL = 128
"""Added to a signal's number, as a shell does."""


class RunnerError(Exception):
    """The runner's own work failed, not the command; a sentence and what to do."""


def result_key(run: str, row: int) -> str:
    """Where the result object of a row goes."""
    return f"runs/{run}/result/{row}.json"


def output_prefix(run: str, row: int) -> str:
    """Where the output folder of a row goes."""
    return f"runs/{run}/output/{row}/"
