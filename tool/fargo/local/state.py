"""What a local AWS leaves on disk: who it is, its lock, its log, and what it keeps. Stdlib only."""

import fcntl
import hashlib
import json
import os
import shutil
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import IO


@dataclass(frozen=True, slots=True, kw_only=True)
class Status:
    """A running local AWS.

    Attributes:
        endpoint: what `AWS_ENDPOINT_URL` is set to.
        started: ISO 8601, UTC.
        executor: `docker` or `scripted`.
        log: the file that the process writes its own messages to.
        kept: the folder where everything lies that the next start gives back.
        warning: what does not work, such as a Docker engine that does not answer; empty if all does.
    """

    endpoint: str
    pid: int
    started: str
    executor: str
    log: str
    kept: str = ""
    warning: str = ""


@dataclass(frozen=True, slots=True)
class StateDir:
    """The folder of one local AWS. Two servers never share one: the lock file sees to it.

    `batch.db` is kept by our Batch, `moto/` by every other service; `port` is where the last server listened.
    """

    path: Path

    @classmethod
    def default(cls) -> "StateDir":
        """`$XDG_STATE_HOME/fargo/local`, by default under `~/.local/state`."""
        home = os.environ.get("XDG_STATE_HOME") or Path.home() / ".local" / "state"
        return cls(Path(home).absolute() / "fargo" / "local")

    @property
    def log(self) -> Path:
        """The server's own messages."""
        return self.path / "server.log"

    @property
    def id(self) -> str:
        """Names this folder in Docker labels and network names: no server touches another's."""
        return hashlib.sha256(str(self.path).encode()).hexdigest()[:8]

    def lock(self) -> IO[str] | None:
        """Take the lock; None where a server holds it. It ends with the returned file, or the process.

        A lock of the kernel cannot go stale: not by a crash, nor by another process that is given
        the same pid.
        """
        self.path.mkdir(parents=True, exist_ok=True, mode=0o700)
        file = (self.path / "lock").open("a")
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            file.close()
            return None
        return file

    def is_locked(self) -> bool:
        """Whether a server lives here, started or still starting."""
        if not (self.path / "lock").exists():
            return False
        lock = self.lock()
        if lock is None:
            return True
        lock.close()
        return False

    @property
    def is_begun(self) -> bool:
        """Whether a server was ever here, since the folder was made or cleared."""
        return (self.path / "port").exists()

    def write(self, status: Status) -> None:
        """Publish `status` in one step: a reader sees the old file or the new one."""
        draft = self.path / "state.json.new"
        draft.write_text(json.dumps(asdict(status), indent=2) + "\n")
        draft.replace(self.path / "state.json")

    def read(self) -> Status | None:
        """What the last server published, running or not."""
        try:
            return Status(**json.loads((self.path / "state.json").read_text()))
        except (OSError, ValueError, TypeError):
            return None

    def forget(self) -> None:
        """Remove what the last server published."""
        (self.path / "state.json").unlink(missing_ok=True)

    @property
    def last_port(self) -> int | None:
        """Where the last server listened."""
        try:
            return int((self.path / "port").read_text())
        except (OSError, ValueError):
            return None

    def keep_port(self, port: int) -> None:
        """Let the next server know where this one listens."""
        (self.path / "port").write_text(f"{port}\n")

    def clear(self) -> None:
        """Remove everything that servers left here, but the log and the lock. Under the lock."""
        for left in self.path.iterdir():
            if left.is_dir():
                shutil.rmtree(left)
            elif left.name not in ("lock", self.log.name):
                left.unlink()
