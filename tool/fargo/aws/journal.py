"""The latest calls of AWS: when, what, how long, how they ended, and the `aws` command that asks the same."""

import json
import re
import shlex
import threading
import time
from collections import deque
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

KEPT = 200
BEGUN = "fargo-begun"
"""botocore hands one dictionary to all handlers of a call; under this key stands when and how it began."""
CLI_NAMES = {"s3": "s3api"}
"""Where the AWS CLI's name of a service is not botocore's."""
UPLOADED = ("Body", "Blob")
FILE = "FILE"
HIDDEN = "***"
_SECRET = re.compile(r"secret(string|binary)|password|credential|authorization|customerkey$", re.IGNORECASE)
_HUMP = re.compile(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])")


@dataclass(frozen=True, slots=True, kw_only=True)
class Call:
    """One call of AWS.

    Attributes:
        at: when it was made.
        service: as botocore names it, such as `batch`.
        operation: such as `DescribeJobs`.
        seconds: until it was answered, sending it again included.
        failure: AWS's error code, or the name of what went wrong on the way; empty where all went well.
        retries: how often it was sent again.
        arguments: what was asked; see `command`.
        options: of the `aws` command, such as `--region`.
    """

    at: datetime
    service: str
    operation: str
    seconds: float
    failure: str = ""
    retries: int = 0
    arguments: Mapping[str, Any] = field(default_factory=dict)
    options: Sequence[str] = ()

    @property
    def command(self) -> str:
        """The same call by the AWS CLI, quoted for a shell.

        What may be a secret is `***`: values of environment variables, passwords. What was uploaded, and what
        a download is written to, are named FILE.
        """
        words = ["aws", CLI_NAMES.get(self.service, self.service), _dashed(self.operation)]
        for name, value in self.arguments.items():
            words += _option(name, value)
        words += [FILE] if self.operation == "GetObject" else []
        return shlex.join([*words, *self.options])


class Journal:
    """The calls of a session. Any thread may add to it and read it.

    Args:
        kept: how many calls.
        now: the time, in UTC.
        clock: seconds that only grow.
    """

    def __init__(
        self,
        kept: int = KEPT,
        *,
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
        clock: Callable[[], float] = time.perf_counter,
    ) -> None:
        self._now, self._clock = now, clock
        self._lock = threading.Lock()
        self._calls: deque[Call] = deque(maxlen=kept)
        self._count = 0

    def add(self, call: Call) -> None:
        """Take a call in."""
        with self._lock:
            self._calls.append(call)
            self._count += 1

    def since(self, count: int = 0) -> tuple[int, tuple[Call, ...]]:
        """How many calls there were, and those that came after the first `count`, oldest first."""
        with self._lock:
            fresh = min(self._count - count, len(self._calls))
            return self._count, tuple(self._calls)[len(self._calls) - fresh :]

    def listen(self, client: Any, options: Sequence[str] = ()) -> None:
        """Note what this boto3 client does from now on.

        Args:
            options: of the `aws` command, besides what was asked.
        """

        def begin(params: Mapping[str, Any], model: Any, context: dict[str, Any], **_: Any) -> None:
            asked = {name: FILE if name in UPLOADED else value for name, value in params.items()}
            context[BEGUN] = _Begun(self._now(), self._clock(), model, asked)

        def end(context: Mapping[str, Any], **how: Any) -> None:
            if begun := context.get(BEGUN):
                self.add(begun.ended(self._clock(), how, options))

        client.meta.events.register("provide-client-params", begin)
        client.meta.events.register("after-call", end)
        client.meta.events.register("after-call-error", end)


@dataclass(frozen=True, slots=True)
class _Begun:
    """A call that is on its way."""

    at: datetime
    clock: float
    model: Any
    asked: Mapping[str, Any]

    def ended(self, clock: float, how: Mapping[str, Any], options: Sequence[str]) -> Call:
        """The call, when botocore tells of its answer or of what went wrong on the way."""
        answer: Mapping[str, Any] = how.get("parsed") or {}
        error = how.get("exception")
        return Call(
            at=self.at,
            service=self.model.service_model.service_name,
            operation=self.model.name,
            seconds=clock - self.clock,
            failure=type(error).__name__ if error else str(answer.get("Error", {}).get("Code", "")),
            retries=answer.get("ResponseMetadata", {}).get("RetryAttempts", 0),
            arguments=self.asked,
            options=options,
        )


def _dashed(name: str) -> str:
    """`DescribeJobs` → `describe-jobs`."""
    return _HUMP.sub("-", name).lower()


def _option(name: str, value: Any) -> Iterator[str]:
    """An argument as the AWS CLI takes it."""
    option = f"--{_dashed(name)}"
    if isinstance(value, bool):
        yield option if value else f"--no-{option[2:]}"
        return
    yield option
    if _SECRET.search(name):
        yield HIDDEN
    elif isinstance(value, list | tuple) and all(isinstance(each, str) for each in value):
        yield from value
    elif isinstance(value, Mapping | list | tuple):
        yield json.dumps(_hidden(value), default=str, separators=(",", ":"))
    else:
        yield value.isoformat() if isinstance(value, datetime) else str(value)


def _hidden(value: Any) -> Any:
    """A value without what may be secret in it."""
    if isinstance(value, Mapping):
        return {
            key: HIDDEN if _SECRET.search(key) or (key == "value" and "name" in value) else _hidden(each)
            for key, each in value.items()
        }
    return [_hidden(each) for each in value] if isinstance(value, list | tuple) else value
