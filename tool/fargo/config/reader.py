"""TOML → checked settings, with errors that name file, key, value and what is allowed."""

import difflib
import tomllib
from pathlib import Path
from typing import Any, TypeVar

import msgspec

from fargo.config.checks import problems
from fargo.config.job import JobSettings
from fargo.config.settings import TABLES, Head
from fargo.errors import ProjectFileError
from fargo.model import naming

S = TypeVar("S", bound=msgspec.Struct)


def _table(file: Path) -> dict[str, Any]:
    try:
        return tomllib.loads(file.read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise ProjectFileError(f"{file}: no such file", "make one with `fargo init`") from None
    except (OSError, UnicodeDecodeError) as error:
        raise ProjectFileError(f"{file} cannot be read: {error}") from error
    except tomllib.TOMLDecodeError as error:
        raise ProjectFileError(f"{file} is not TOML: {error}") from error
    except RecursionError:
        raise ProjectFileError(f"{file} is not TOML: it is nested too deep") from None


class Reader:
    """One project file's tables → checked settings, with errors that name file and key."""

    def __init__(self, file: Path, table: dict[str, Any]) -> None:
        self.file = file
        self.table = table

    @classmethod
    def of(cls, file: Path) -> "Reader":
        """Read the file.

        Raises:
            ProjectFileError: there is none, or it is not TOML.
        """
        return cls(file, _table(file))

    def head(self) -> Head:
        """The keys above the tables."""
        tables = ("jobs", *TABLES)
        keys = {key: value for key, value in self.table.items() if key not in tables}
        known = (*Head.__struct_fields__, *tables)
        for key in keys:
            self._known(key, key, known)
        return self._convert("", keys, Head)

    def sections(self) -> dict[str, Any]:
        """The tables that stand once, by name."""
        return {name: self.section(name, kind) for name, kind in TABLES.items()}

    def section(self, name: str, kind: type[S]) -> S:
        """One table, with defaults where the file says nothing."""
        value = self._checked_table(name, self.table.get(name, {}))
        return self._convert(name, value, kind)

    def jobs(self) -> dict[str, JobSettings]:
        """The `[jobs.*]` tables by name."""
        tables = self._checked_table("jobs", self.table.get("jobs", {}))
        if not tables:
            raise self._error("jobs", "has no job", "add a table [jobs.NAME] with a command")
        return {name: self._job(name, table) for name, table in tables.items()}

    def _job(self, name: str, table: object) -> JobSettings:
        where = f"jobs.{name}"
        self._require(
            where, name, bool(naming.JOB_NAME.fullmatch(name)),
            "1 to 30 lower-case letters, digits and hyphens, the first a letter",
        )  # fmt: skip
        return self._convert(where, self._checked_table(where, table), JobSettings)

    def _convert(self, where: str, table: dict[str, Any], kind: type[S]) -> S:
        for key in table:
            self._known(f"{where}.{key}" if where else key, key, kind.__struct_fields__)
        try:
            settings = msgspec.convert(table, kind)
        except msgspec.ValidationError as error:
            said, _, path = str(error).partition(" - at `$")
            key = f"{where}{path.rstrip('`')}".strip(".") or where or "the top"
            raise self._error(key, said[0].lower() + said[1:]) from None
        for problem in problems(settings):
            key = f"{where}.{problem.key}".strip(".")
            self._require(key, problem.value, holds=False, allowed=problem.allowed)
        return settings

    def _checked_table(self, where: str, value: object) -> dict[str, Any]:
        if not isinstance(value, dict):
            raise self._error(where, f"is {value!r}, not a table", f"write [{where}] above its keys")
        return value

    def _known(self, where: str, key: str, known: tuple[str, ...]) -> None:
        if key in known:
            return
        near = difflib.get_close_matches(key, known, 1)
        guess = f"did you mean {near[0]}? " if near else ""
        raise self._error(where, "is not a setting", f"{guess}known here: {', '.join(known)}")

    def _require(self, key: str, value: object, holds: bool, allowed: str) -> None:
        if not holds:
            raise self._error(key, f"is {value!r}", f"allowed: {allowed}")

    def _error(self, key: str, said: str, hint: str = "") -> ProjectFileError:
        return ProjectFileError(f"{self.file}: {key} {said}", hint)
