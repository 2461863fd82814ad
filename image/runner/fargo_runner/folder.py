"""The output folder while rows run: each finds its own, and it is empty."""

from __future__ import annotations

import os
import shutil
from contextlib import suppress
from pathlib import Path

from fargo_runner.contract import RunnerError


class OutputFolder:
    """The folder that the job declares, or one below it for each row where several run at once.

    Args:
        declared: absolute.
        rows: how many the container runs.
        workers: how many at once.
        inputs: where inputs are fetched to; None for a job without.

    Raises:
        RunnerError: it holds what is no output.
    """

    def __init__(self, declared: Path, *, rows: int, workers: int, inputs: Path | None = None) -> None:
        self._declared, self._split, self._used = declared, workers > 1, False
        if inputs:
            _apart(declared, inputs, f"the inputs are fetched to {inputs}")
        if rows > 1 and not self._split:
            _apart(declared, Path.cwd(), "it is emptied between rows, and the working directory is in it")
        self._before = self._listed() if self._split else {}
        self._rows: set[str] = set()

    def make(self, row: int) -> Path:
        """The row's own folder, made where that is possible: the command may still make it itself.

        Raises:
            RunnerError: what the row before left in it cannot be removed.
        """
        folder = self._declared
        if self._split:
            folder = folder / str(row)
            self._rows.add(str(row))
        elif self._used:
            _empty(folder)
        self._used = True
        with suppress(OSError):
            folder.mkdir(parents=True, exist_ok=True)
        return folder

    def stored(self, row: int) -> None:
        """The row's outputs are in the bucket: where several rows share the disk, they make room."""
        if self._split:
            shutil.rmtree(self._declared / str(row), ignore_errors=True)

    def strays(self) -> list[str]:
        """What rows that ran at once left beside their own folders: it is nobody's, and so is not stored."""
        if not self._split:
            return []
        left = self._listed()
        return sorted(
            name for name in left if name not in self._rows and left[name] != self._before.get(name)
        )

    def _listed(self) -> dict[str, int]:
        """Name → when it changed, of what lies directly in the folder."""
        with suppress(OSError), os.scandir(self._declared) as entries:
            return {entry.name: entry.stat(follow_symlinks=False).st_mtime_ns for entry in entries}
        return {}


def _apart(declared: Path, other: Path, why: str) -> None:
    """Refuse an output folder that is another, or one above it."""
    other = other.resolve()
    if declared.resolve() in (other, *other.parents):
        raise RunnerError(f"{declared} cannot be the output folder: {why}. Name a folder of its own.")


def _empty(folder: Path) -> None:
    """Remove what is in a folder, never what links in it lead to."""
    try:
        if folder.is_dir():
            with os.scandir(folder) as entries:
                for entry in entries:
                    if entry.is_dir(follow_symlinks=False):
                        shutil.rmtree(entry.path)
                    else:
                        Path(entry.path).unlink()
        elif folder.is_symlink() or folder.exists():
            folder.unlink()
    except OSError as error:
        raise RunnerError(
            f"{error.filename or folder} of the row before cannot be removed: {error.strerror}. "
            "Set `pack` to 1, or let the command keep its output folder writable."
        ) from error
