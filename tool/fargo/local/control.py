"""The control: what `/_fargo/…` offers on 127.0.0.1, beside the APIs that are AWS's."""

import json
import re
from collections.abc import Callable, Iterable
from dataclasses import asdict
from typing import Any

from fargo.local.executors.scripted import ScriptedExecutor
from fargo.local.faults import Faults
from fargo.local.noted import Noted
from fargo.local.state import Status
from fargo.local.wsgi import Environ, StartResponse, answer, body_of

PREFIX = "/_fargo/"
_HERE = re.compile(r"((.+\.)?localhost|[0-9.]+|\[[0-9a-f:]+\])?(:\d+)?", re.IGNORECASE)
"""How clients call the local AWS: by an address, or the name that leads nowhere else (RFC 6761, 6.3)."""

Interrupt = Callable[[list[str] | None, str | None], list[str]]
"""Job ids, or a pattern of job names → the ids of the running jobs that were interrupted."""


class Control:
    """A WSGI application; docs/local-aws.md, “The control endpoint”, is its reference.

    Args:
        status: what `GET status` tells.
        faults: what `faults` sets.
        noted: what `calls` begins, tells and ends.
        interrupt: takes the Spot capacity of running jobs away.
        scripted: the executor that takes rules; None where containers run the jobs.
    """

    def __init__(
        self,
        *,
        status: Callable[[], Status],
        faults: Faults,
        noted: Noted,
        interrupt: Interrupt,
        scripted: ScriptedExecutor | None,
    ) -> None:
        self._status = status
        self._faults = faults
        self._noted = noted
        self._interrupt = interrupt
        self._scripted = scripted
        self._routes: dict[tuple[str, str], Callable[[Any], Any]] = {
            ("GET", "status"): lambda _: asdict(self._status()),
            ("POST", "rules"): self._set_rules,
            ("GET", "faults"): lambda _: self._faults.told(),
            ("PUT", "faults"): self._set_faults,
            ("DELETE", "faults"): lambda _: self._set_faults([]),
            ("POST", "interrupt"): self._interrupt_jobs,
            ("GET", "calls"): lambda _: self._noted.told(),
            ("PUT", "calls"): lambda _: self._note(begin=True),
            ("DELETE", "calls"): lambda _: self._note(begin=False),
        }

    def __call__(self, environ: Environ, start_response: StartResponse) -> Iterable[bytes]:
        """Answer one request: 200 with JSON, or 400, 403 or 404 with a sentence."""
        method, path = environ["REQUEST_METHOD"], environ.get("PATH_INFO", "")
        route = self._routes.get((method, path.removeprefix(PREFIX)))
        if route is None:
            offered = ", ".join(f"{verb} {PREFIX}{name}" for verb, name in self._routes)
            return _say(start_response, 404, f"no such control: {method} {path}; there are {offered}")
        try:
            content = _content(environ) if method in ("POST", "PUT") and path != f"{PREFIX}calls" else None
            return answer(start_response, 200, route(content))
        except (ValueError, TypeError) as error:
            return _say(start_response, 400, str(error))

    def _set_rules(self, content: Any) -> dict[str, Any]:
        if self._scripted is None:
            raise ValueError("rules need the scripted executor: fargo local start --executor scripted")
        self._scripted.set_rules(content)
        return {}

    def _set_faults(self, content: Any) -> list[dict[str, Any]]:
        self._faults.replace(content)
        return self._faults.told()

    def _note(self, *, begin: bool) -> list[dict[str, Any]]:
        """What was counted until now."""
        told = self._noted.told()
        self._noted.begin() if begin else self._noted.end()
        return told

    def _interrupt_jobs(self, content: Any) -> dict[str, list[str]]:
        match content:
            case {"jobs": [*jobs], **rest} if not rest and all(isinstance(job, str) for job in jobs):
                return {"interrupted": self._interrupt(jobs, None)}
            case {"name": str(name), **rest} if not rest:
                return {"interrupted": self._interrupt(None, name)}
        raise ValueError('expected {"jobs": [ID, …]} or {"name": PATTERN}, and nothing besides')


def refuse_outsiders(environ: Environ, start_response: StartResponse) -> Iterable[bytes] | None:
    """An answer to whom the control is none of their business; None for all others.

    Jobs' containers reach the gateway's address.
    """
    if environ.get("REMOTE_ADDR") != "127.0.0.1":
        return _say(start_response, 403, "the control answers on 127.0.0.1 only")
    return None


def refuse_web_pages(environ: Environ, start_response: StartResponse) -> Iterable[bytes] | None:
    """An answer to a web page; None for all others.

    Whatever page somebody has open reaches 127.0.0.1 through their browser, which says that it is a page's
    request (Fetch standard: `Origin`; Fetch Metadata: `Sec-Fetch-Site`). No client of AWS says so. Where a
    page's own name has come to lead here (DNS rebinding) it says neither; but then it calls us by that name.
    """
    of_a_page = environ.get("HTTP_ORIGIN") or environ.get("HTTP_SEC_FETCH_SITE", "none") != "none"
    if of_a_page or not _HERE.fullmatch(environ.get("HTTP_HOST", "")):
        return _say(start_response, 403, "the local AWS does not answer web pages")
    return None


def _content(environ: Environ) -> Any:
    try:
        return json.loads(body_of(environ))
    except ValueError as error:
        raise ValueError(f"the body is not JSON: {error}") from error


def _say(start_response: StartResponse, code: int, message: str) -> Iterable[bytes]:
    return answer(start_response, code, {"message": message})
