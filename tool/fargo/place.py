"""What a target's folder knows besides Terraform: whose stack it is, where its state lies. Disk alone."""

import fcntl
import json
import os
import shutil
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Any

from fargo.errors import UPGRADE, NewerState, PrerequisiteError, WrongAccount

FORMAT = 1
"""Of `target.json`; grows when an older fargo could no longer make sense of it."""


IN_BUCKET = "s3://"


def keep(file: Path, content: Any) -> None:
    """Write a file of JSON, whole or not at all, also where fargo is killed."""
    new = file.with_suffix(f".{os.getpid()}")
    new.write_text(json.dumps(content, indent=2) + "\n", encoding="utf-8")
    new.replace(file)


class Owner:
    """The file `target.json`.

    Its keys: `name`, `account_id`, `region` of what is deployed; `state` of one that is in a bucket, or
    `state_id`, the random word of one on this machine; `format`.
    """

    def __init__(self, file: Path) -> None:
        self.file = file

    def read(self) -> dict[str, str]:
        """What it says; nothing where it is not there.

        Raises:
            NewerState: a newer fargo wrote it.
            PrerequisiteError: it is damaged.
        """
        try:
            known: dict[str, Any] = json.loads(self.file.read_text(encoding="utf-8"))
            found = int(known.pop("format", FORMAT))
        except FileNotFoundError:
            return {}
        except (ValueError, TypeError, AttributeError, OverflowError, RecursionError) as error:
            raise self._damaged(error) from error
        if found > FORMAT:
            text = f"{self.file} was written by a newer fargo: format {found}, and this one knows {FORMAT}"
            raise NewerState(text, UPGRADE)
        if other := [name for name, value in known.items() if not isinstance(value, str)]:
            raise self._damaged(f"{other[0]} is no text")
        if not known.get("state", IN_BUCKET).startswith(IN_BUCKET):
            raise self._damaged(f"state does not begin with {IN_BUCKET}")
        return known

    def _damaged(self, why: object) -> PrerequisiteError:
        hint = "put it back from a copy, or remove it where nothing is deployed"
        return PrerequisiteError(f"{self.file} is damaged: {why}", hint)

    def write(self, known: Mapping[str, str]) -> None:
        """Write it: no other file has a state's word."""
        self.file.parent.mkdir(parents=True, exist_ok=True)
        keep(self.file, {**known, "format": FORMAT})


def check_target(project: str, deployed: Mapping[str, str], mine: Mapping[str, str]) -> None:
    """Make sure that credentials and region are those that a project is deployed to.

    Args:
        project: its name.
        deployed: `account_id` and `region`, as far as they are known.
        mine: the same of the session.

    Raises:
        WrongAccount: they are not.
    """
    for what, word, way in (("account_id", "account", "credentials"), ("region", "region", "--region")):
        there, here = deployed.get(what, ""), mine.get(what, "")
        if there and here and there != here:
            raise WrongAccount(
                f"{project} is deployed to {word} {there}, and this is {here}",
                f"use the {way} of {there}, or take it down there first",
            )


@contextmanager
def _locked(state: Path) -> Iterator[IO[bytes]]:
    """A state on this machine, under the lock that Terraform takes.

    Raises:
        FileNotFoundError: there is none.
        BlockingIOError: a Terraform is writing it right now.
    """
    with state.open("r+b") as file:
        fcntl.lockf(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        yield file


def mend(state: Path) -> bool:
    """Put a state right that Terraform was killed over; whether it was cut off.

    Terraform empties the file and writes it anew after each resource; before the first time it keeps what was
    in it in `terraform.tfstate.backup`. That takes its place; what came since is found in the account.
    """
    try:
        with _locked(state) as file:
            json.loads(file.read())
    except (FileNotFoundError, BlockingIOError):
        return False
    except ValueError:
        backup = state.with_suffix(".tfstate.backup")
        if backup.is_file():
            shutil.copyfile(backup, state)
        else:
            state.unlink()
        return True
    return False


def has_resources(content: bytes) -> bool:
    """Whether a state is of anything that stands."""
    try:
        return bool(json.loads(content).get("resources"))
    except (ValueError, AttributeError):
        return True  # cut off: of what, nobody knows


def follows(later: bytes, content: bytes) -> bool:
    """Whether a state is this one, or what has become of it since."""
    try:
        one, other = json.loads(later), json.loads(content)
        return bool(one["lineage"] == other["lineage"] and one["serial"] >= other["serial"])
    except (ValueError, TypeError, KeyError):
        return later == content


@contextmanager
def taken(state: Path) -> Iterator[bytes]:
    """The content of a state on this machine, locked; left without an error, it lies aside as `….moved`.

    Raises:
        PrerequisiteError: a Terraform is writing it right now.
    """
    try:
        with _locked(state) as file:
            yield file.read()
            state.replace(state.with_suffix(".tfstate.moved"))
    except BlockingIOError:
        text = "the state is locked: another process on this machine changes it"
        raise PrerequisiteError(text, "wait until it ends") from None
    except FileNotFoundError:
        text = "the state is not on this machine any more: another process has moved it"
        raise PrerequisiteError(text, "the same command again goes on from there") from None
