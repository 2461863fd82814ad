"""A folder that nothing is written outside of, and in which a file is whole or not there."""

import errno
import fcntl
import hashlib
import os
import secrets
import stat
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import BinaryIO, Self

from fargo.errors import FargoError, PrerequisiteError, UsageError

TEMPORARY = ".fargo-results"
"""The folder in the folder for files that are not whole yet."""
_PART = ".part"
_BLOCK = 1 << 20
_FOLDER = os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC
IN_THE_WAY = frozenset(
    {errno.ENAMETOOLONG, errno.EISDIR, errno.ENOTDIR, errno.ELOOP, errno.EILSEQ, errno.EINVAL, errno.EEXIST}
)
"""What keeps one name from being written and no other: too long, or a link or a folder has it."""


class Folder:
    """A folder and all below it, by descriptors: each step down refuses links, so no name leads out.

    Args:
        path: made where it is not there; it may itself be reached over links.

    Raises:
        FargoError: on entering, where it cannot be written or another process writes there.
    """

    def __init__(self, path: Path) -> None:
        self.path = path

    def __enter__(self) -> Self:
        try:
            self.path.mkdir(parents=True, exist_ok=True)
            self._top = os.open(self.path, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
            try:
                self._parts = _below(self._top, TEMPORARY, make=True)
            except OSError:
                os.close(self._top)
                raise
        except OSError as error:
            raise unwritable(error, self.path) from error
        try:
            self._lock()
            self._clean()
        except FargoError:
            self._close()
            raise
        return self

    def __exit__(self, *_: object) -> None:
        with suppress(OSError):
            os.rmdir(TEMPORARY, dir_fd=self._top)
        self._close()

    def _close(self) -> None:
        os.close(self._parts)
        os.close(self._top)

    def _lock(self) -> None:
        """Two at once would take each other's temporary files for left ones."""
        try:
            fcntl.flock(self._parts, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            said = f"another `fargo results` writes to {self.path}"
            raise UsageError(said, "wait for it, or name another folder: -o DIR") from error
        except OSError:  # a file system without locks
            return

    def _clean(self) -> None:
        """Remove what a former call left when it was killed."""
        for name in os.listdir(self._parts):  # noqa: PTH208 # a descriptor
            if name.endswith(_PART):
                with suppress(OSError):
                    os.unlink(name, dir_fd=self._parts)

    def holds(self, name: Sequence[str], size: int, sha256: str) -> bool:
        """Whether a file of this content is there.

        Args:
            name: the folders below this one, then the file.
        """
        try:
            with self._inside(name[:-1], make=False) as below:
                found = os.open(name[-1], os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK, dir_fd=below)
        except OSError:
            return False
        with open(found, "rb") as file:  # noqa: PTH123 # a descriptor
            status = os.fstat(found)
            if not stat.S_ISREG(status.st_mode) or status.st_size != size:
                return False
            digest = hashlib.sha256()
            while block := file.read(_BLOCK):
                digest.update(block)
        return digest.hexdigest() == sha256

    @contextmanager
    def new(self, *name: str) -> Iterator[BinaryIO]:
        """Write a file, which gets its name once the block has ended well; else nothing of it stays.

        Raises:
            OSError: it cannot be written.
        """
        part = secrets.token_hex(8) + _PART
        flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC
        try:
            opened = os.open(part, flags, 0o666, dir_fd=self._parts)
            with open(opened, "wb") as file:  # noqa: PTH123 # a descriptor
                yield file
            with self._inside(name[:-1], make=True) as below:
                os.replace(part, name[-1], src_dir_fd=self._parts, dst_dir_fd=below)
        except BaseException:
            with suppress(OSError):
                os.unlink(part, dir_fd=self._parts)
            raise

    @contextmanager
    def _inside(self, folders: Sequence[str], *, make: bool) -> Iterator[int]:
        """The descriptor of a folder below this one."""
        here = os.dup(self._top)
        try:
            for folder in folders:
                below = _below(here, folder, make=make)
                os.close(here)
                here = below
            yield here
        finally:
            os.close(here)


def _below(folder: int, name: str, *, make: bool) -> int:
    if make:
        with suppress(FileExistsError):
            os.mkdir(name, dir_fd=folder)
    return os.open(name, _FOLDER, dir_fd=folder)


def unwritable(error: OSError, folder: Path) -> FargoError:
    """Why files cannot be written, as a sentence with a next step."""
    if error.errno in (errno.ENOSPC, errno.EDQUOT):
        return PrerequisiteError(
            f"there is no room left on the disk of {folder}",
            "free some space, or name a folder elsewhere: -o DIR; what was fetched is not fetched again",
        )
    said = f"{folder} cannot be written: {error.strerror or error}"
    return UsageError(said, "name another folder: -o DIR")
