"""Where a process listens, read from Linux's /proc."""

import ipaddress
import struct
from pathlib import Path

_LISTEN = "0A"


def listening_addresses(pid: int) -> set[tuple[str, int]]:
    """Address and port of every TCP socket that `pid` listens on, IPv4 and IPv6."""
    mine = {_target(link) for link in Path(f"/proc/{pid}/fd").iterdir()}
    found = set()
    for table in ("tcp", "tcp6"):
        for line in Path(f"/proc/{pid}/net/{table}").read_text().splitlines()[1:]:
            local, state, inode = (line.split()[column] for column in (1, 3, 9))
            if state == _LISTEN and f"socket:[{inode}]" in mine:
                found.add(_address(local))
    return found


def _target(link: Path) -> str:
    try:
        return str(link.readlink())
    except FileNotFoundError:
        return ""


def _address(text: str) -> tuple[str, int]:
    """The kernel writes an address as words in the machine's byte order."""
    address, port = text.split(":")
    words = [int(address[start : start + 8], 16) for start in range(0, len(address), 8)]
    return str(ipaddress.ip_address(struct.pack(f"={len(words)}I", *words))), int(port, 16)
