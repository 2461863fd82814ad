"""What was applied last: whether more than the image has changed since."""

import hashlib
import json
import re
from collections.abc import Iterator
from pathlib import Path

VARIABLES = "terraform.tfvars.json"
# Import blocks name what exists; what they lead to is in the state after the first apply.
_LEFT_OUT = frozenset({VARIABLES, "adopt.tf.json"})


def fingerprint(module: Path) -> str:
    """A hash of all that decides a plan but the state and the image: code, variables, backend, provider.

    Args:
        module: the stack's folder, as `prepare` leaves it.
    """
    digest = hashlib.sha256()
    for file in _files(module):
        digest.update(f"{file.relative_to(module)}\0".encode())
        digest.update(hashlib.sha256(file.read_bytes()).digest())
    variables = json.loads((module / VARIABLES).read_text(encoding="utf-8"))
    variables.pop("image_tag", None)
    digest.update(json.dumps(variables, sort_keys=True).encode())
    lock = module / ".terraform.lock.hcl"
    versions = (
        re.findall(r"^\s*version\s*=.*$", lock.read_text(encoding="utf-8"), re.MULTILINE)
        if lock.is_file()
        else []
    )
    digest.update(json.dumps(versions).encode())
    return digest.hexdigest()


def _files(folder: Path) -> Iterator[Path]:
    for item in sorted(folder.iterdir()):
        if item.name.startswith(".") or item.name in _LEFT_OUT:
            continue
        if item.is_dir():
            yield from _files(item)
        else:
            yield item


class Applied:
    """The note of the last apply that ended well.

    Args:
        root: the target's folder.
        module: the stack's folder in it.
    """

    def __init__(self, root: Path, module: Path) -> None:
        self._file = root / "applied.json"
        self._module = module

    def note(self, image_tag: str) -> None:
        """An apply has ended well: with the stack's folder as it is now, and this image."""
        found = {"fingerprint": fingerprint(self._module), "image_tag": image_tag}
        self._file.write_text(json.dumps(found) + "\n", encoding="utf-8")

    def forget(self) -> None:
        """An apply begins: until it has ended well, nothing is known."""
        self._file.unlink(missing_ok=True)

    def only_image_changes(self, image_tag: str) -> bool:
        """Whether this image is another than the one applied last, and all else is the same."""
        try:
            found = json.loads(self._file.read_text(encoding="utf-8"))
        except (OSError, ValueError):
            return False
        return bool(found["image_tag"] != image_tag and found["fingerprint"] == fingerprint(self._module))
