"""Copies of a local state, one before each apply. A state in S3 has its bucket's versions."""

import os
from datetime import datetime
from pathlib import Path

KEPT = 10


def back_up(state: Path, now: datetime) -> None:
    """Copy the state into `backups/` beside it, and drop all but the latest.

    Args:
        state: Terraform's file; where there is none, nothing is done.
        now: names the copy.
    """
    if not state.is_file():
        return
    folder = state.parent / "backups"
    folder.mkdir(mode=0o700, exist_ok=True)
    copy = folder / f"{now:%Y-%m-%dT%H-%M-%S.%fZ}.tfstate"
    # A state holds secrets: nobody else may read the copy, at no moment.
    with os.fdopen(os.open(copy, os.O_WRONLY | os.O_CREAT, 0o600), "wb") as file:
        file.write(state.read_bytes())
    for old in sorted(folder.glob("*.tfstate"))[:-KEPT]:
        old.unlink()
