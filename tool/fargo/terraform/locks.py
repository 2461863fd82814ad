"""The state's lock: who holds it, read from Terraform's words or from the lock itself."""

import json
import re
from dataclasses import dataclass
from datetime import UTC, datetime

from fargo.errors import StateLocked
from fargo.model.units import duration_text

_FIELD = re.compile(r"^\s*(ID|Path|Operation|Who|Created):[ \t]*(.*?)\s*$", re.MULTILINE)

_HELD_HERE = "resource temporarily unavailable"
"""What the kernel says of a file that a live process has locked: Terraform's lock of a local state."""


@dataclass(frozen=True, slots=True)
class Lock:
    """A lock as Terraform writes it.

    Attributes:
        id: what `fargo unlock` wants.
        path: the state that is locked.
        operation: such as `OperationTypeApply`.
        who: user and machine.
        created: since when; None where it does not say.
    """

    id: str
    path: str = ""
    operation: str = ""
    who: str = ""
    created: datetime | None = None

    @classmethod
    def from_message(cls, text: str) -> "Lock | None":
        """From the block `Lock Info:` of Terraform's error; None where there is none."""
        found = dict(_FIELD.findall(text.partition("Lock Info:")[2]))
        return cls._made(found) if found.get("ID") else None

    @classmethod
    def from_json(cls, text: str | bytes) -> "Lock | None":
        """From the lock's file or object; None where it is none."""
        try:
            found = json.loads(text)
        except ValueError:
            return None
        return cls._made(found) if isinstance(found, dict) and found.get("ID") else None

    @classmethod
    def _made(cls, found: dict[str, str]) -> "Lock":
        names = ("ID", "Path", "Operation", "Who")
        identity, path, operation, who = (str(found.get(name, "")) for name in names)
        return cls(identity, path, operation, who, _moment(str(found.get("Created", ""))))

    def told(self, now: datetime) -> str:
        """Who holds it, for what and since when.

        Args:
            now: the moment that `ago` counts from.
        """
        doing = self.operation.removeprefix("OperationType").lower() or "something"
        since = ""
        if self.created:
            at, ago = self.created, duration_text((now - self.created).total_seconds())
            since = f" since {at:%Y-%m-%d %H:%M:%S} UTC, {ago} ago"
        return f"{self.who or 'somebody'} holds it for `{doing}`{since}, lock {self.id}"


def _moment(text: str) -> datetime | None:
    """`2026-11-25 03:52:10.123456789 +0000 UTC` or ISO 8601 → the moment, to the second."""
    match = re.match(r"(\d{4}-\d\d-\d\d)[T ](\d\d:\d\d:\d\d)", text)
    return datetime.fromisoformat(f"{match[1]}T{match[2]}").replace(tzinfo=UTC) if match else None


def locked(message: str, now: datetime) -> StateLocked:
    """Terraform's `Error acquiring the state lock`, explained.

    Args:
        message: all that it said.
        now: this moment.
    """
    lock = Lock.from_message(message)
    if lock is None:
        cause = message.partition("Error message:")[2].strip().partition("\n")[0]
        return StateLocked(
            f"the state's lock cannot be taken: {cause or message.strip()}",
            "see that the state's bucket is there and may be written to",
        )
    way_out = f"wait until it ends; only where that process is surely dead: `fargo unlock {lock.id}`"
    if _HELD_HERE in message:
        way_out = "wait until it ends, or end it: on this machine the lock goes with its process"
    return StateLocked(f"the state is locked: {lock.told(now)}", way_out)
