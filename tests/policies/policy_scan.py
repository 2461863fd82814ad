"""What checkov says about a folder, as data."""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """One check of one resource."""

    policy: str
    passed: bool
    file: Path
    resource: str

    @property
    def kind(self) -> str:
        """The resource's type, whatever modules and keys stand around it."""
        return re.findall(r"(?:^|\.)(aws_\w+)\.", self.resource)[-1]


Scan = Callable[[Path], list[Verdict]]


def verdicts_of(results: dict[str, list[dict[str, str]]]) -> Iterator[Verdict]:
    """From the `results` of checkov's JSON."""
    for key, passed in (("passed_checks", True), ("failed_checks", False)):
        for record in results[key]:
            yield Verdict(
                policy=record["check_id"],
                passed=passed,
                file=Path(record["file_path"].lstrip("/")),
                resource=record["resource"],
            )
