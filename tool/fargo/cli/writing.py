"""A file that a command writes: whole, or not at all."""

import errno
import secrets
from contextlib import suppress
from pathlib import Path

from fargo.errors import PrerequisiteError, UsageError


def write_whole(file: Path, content: bytes) -> None:
    """Write a file, in place of one that is there; it gets its name once all of it is on the disk.

    Raises:
        FargoError: it cannot be written, or the disk is full.
    """
    part = file.with_name(f".{file.name}.{secrets.token_hex(4)}.part")
    try:
        with part.open("xb") as out:
            out.write(content)
        part.replace(file)
    except OSError as error:
        if error.errno in (errno.ENOSPC, errno.EDQUOT):
            hint = "free some space, or name another file: -o FILE"
            raise PrerequisiteError(f"there is no room left on the disk of {file}", hint) from error
        said = f"{file} cannot be written: {error.strerror or error}"
        raise UsageError(said, "name another file: -o FILE") from error
    finally:
        with suppress(OSError):
            part.unlink()
