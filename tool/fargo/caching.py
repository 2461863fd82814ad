"""Files that fargo can do without: where they lie, and how one is written."""

import os
import tempfile
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path


def folder(environ: Mapping[str, str] = os.environ) -> Path:
    """Where fargo keeps what it can do without."""
    base = environ.get("XDG_CACHE_HOME") or Path(environ.get("HOME") or Path.home()) / ".cache"
    return Path(base) / "fargo"


def keep(file: Path, content: bytes) -> None:
    """Write a file, all or nothing. A disk that does not take it is no reason to stop."""
    with suppress(OSError):
        file.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        handle, name = tempfile.mkstemp(dir=file.parent, prefix=f".{file.stem}-")
        try:
            with os.fdopen(handle, "wb") as written:
                written.write(content)
            Path(name).replace(file)
        finally:
            Path(name).unlink(missing_ok=True)
