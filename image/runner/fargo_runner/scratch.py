"""A folder of the runner's own, for what it fetches."""

import tempfile
from pathlib import Path

from fargo_runner.contract import RunnerError

READ_ONLY = 0o444
"""The mode of what is fetched: several rows may read one file."""


def make_folder(what: str) -> Path:
    """Make a new folder; whoever asks for it removes it.

    Args:
        what: will be in it, as in `inputs`.

    Raises:
        RunnerError: nowhere in the container may files be written.
    """
    try:
        return Path(tempfile.mkdtemp(prefix=f"fargo-{what}-"))
    except OSError as error:
        raise RunnerError(
            f"The {what} cannot be fetched: /tmp may not be written. Declare `VOLUME /tmp` in the "
            "Dockerfile, or name another folder in TMPDIR."
        ) from error
