"""The runner's own lines."""

import sys


def say(message: str) -> None:
    """One line among the job's own."""
    sys.stderr.write(f"fargo-run: {message}\n")
    sys.stderr.flush()
