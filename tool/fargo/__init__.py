"""From a Dockerfile to a million containers on AWS Batch with Fargate.

`connect` → `Project` → `Run`, and the errors that they raise. Nothing is imported before it is used.
"""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from fargo.api import Project, Run, connect
    from fargo.errors import (
        AwsConflict,
        AwsDenied,
        AwsError,
        AwsNotFound,
        AwsThrottled,
        AwsUnreachable,
        FargoError,
        Interrupted,
        LocalAwsError,
        NotDeployed,
        PrerequisiteError,
        ProjectFileError,
        UsageError,
        WaitTimeout,
        WrongAccount,
    )
    from fargo.explain import Finding
    from fargo.explain.explaining import Explanation
    from fargo.model.job import JobState
    from fargo.model.log import LogEvent
    from fargo.model.run import RunSnapshot
    from fargo.results import Fetched, RowResult, RowState, Standing
    from fargo.spending import RunCost

__version__ = "0.1.0"

__all__ = [
    "AwsConflict",
    "AwsDenied",
    "AwsError",
    "AwsNotFound",
    "AwsThrottled",
    "AwsUnreachable",
    "Explanation",
    "FargoError",
    "Fetched",
    "Finding",
    "Interrupted",
    "JobState",
    "LocalAwsError",
    "LogEvent",
    "NotDeployed",
    "PrerequisiteError",
    "Project",
    "ProjectFileError",
    "RowResult",
    "RowState",
    "Run",
    "RunCost",
    "RunSnapshot",
    "Standing",
    "UsageError",
    "WaitTimeout",
    "WrongAccount",
    "__version__",
    "connect",
]

_ELSEWHERE = {
    "fargo.api": ("Project", "Run", "connect"),
    "fargo.explain": ("Finding",),
    "fargo.explain.explaining": ("Explanation",),
    "fargo.model.job": ("JobState",),
    "fargo.model.log": ("LogEvent",),
    "fargo.model.run": ("RunSnapshot",),
    "fargo.spending": ("RunCost",),
    "fargo.results": ("Fetched", "RowResult", "RowState", "Standing"),
}
"""Where public names are that are no errors."""

if not TYPE_CHECKING:  # a type checker that saw it would let every misspelt name pass

    def __getattr__(name: str) -> object:
        from importlib import import_module

        if name not in __all__:
            raise AttributeError(f"module {__name__!r} has no attribute {name!r}", name=name, obj=None)
        home = next((module for module, names in _ELSEWHERE.items() if name in names), "fargo.errors")
        globals()[name] = getattr(import_module(home), name)
        return globals()[name]

    def __dir__() -> list[str]:
        return sorted({*globals(), *__all__})
