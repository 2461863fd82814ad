"""The demonstration's calls, noted as a session notes those of AWS."""

import random
from collections.abc import Callable, Iterator
from datetime import datetime
from typing import Any

from fargo.aws.journal import Call, Journal
from fargo.errors import AwsError
from fargo.monitor.demo.scene import REGION

PAGED = "ListJobs"
"""What is asked page by page."""
LATENCY = (0.04, 0.25)
"""Seconds that AWS might have taken."""


class Noted:
    """A client whose calls are noted.

    Args:
        client: the demonstration's, for `service`.
        now: the time, in UTC.
    """

    def __init__(self, client: Any, service: str, journal: Journal, now: Callable[[], datetime]) -> None:
        self._client, self._service, self._journal, self._now = client, service, journal, now
        self._draw = random.Random(service)  # noqa: S311 # no secret

    def __getattr__(self, name: str) -> Callable[..., Any]:
        operation = "".join(word.capitalize() for word in name.split("_"))

        def call(**arguments: Any) -> Any:
            return self._note(operation, arguments, lambda: getattr(self._client, name)(**arguments))

        return call

    def get_paginator(self, name: str) -> "Noted":
        """The client pages by itself."""
        del name
        return self

    def paginate(self, **arguments: Any) -> Iterator[Any]:
        """Each page is a call."""
        pages = self._client.paginate(**arguments)
        arguments.pop("PaginationConfig", None)  # it is the paginator's own, and no part of the call
        while (page := self._note(PAGED, arguments, lambda: next(pages, None))) is not None:
            yield page

    def _note(self, operation: str, arguments: dict[str, Any], ask: Callable[[], Any]) -> Any:
        failure, answer = "", None
        try:
            answer = ask()
        except AwsError as error:
            failure = error.code or type(error).__name__
            raise
        finally:
            if failure or answer is not None:
                self._journal.add(
                    Call(
                        at=self._now(),
                        service=self._service,
                        operation=operation,
                        seconds=self._draw.uniform(*LATENCY),
                        failure=failure,
                        arguments=arguments,
                        options=("--region", REGION),
                    )
                )
        return answer
