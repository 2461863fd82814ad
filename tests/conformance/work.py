"""What a job shall do, said once, and how it is asked for with scripted jobs and with containers."""

import json
from dataclasses import dataclass
from typing import Any

FOREVER = 1e7
MISSING_IMAGE = "fargo-test/absent:none"
OOM_BYTES = 700 << 20
"""More than the smallest size's 512 MiB, and little enough for a machine that does not limit it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Work:
    """What a job does: it writes `out`, then `NAME=value` of each in `env`, sleeps, and ends.

    Attributes:
        sleep: in seconds of the world's clock; `FOREVER` until it is told to end.
        exits: the exit code of each attempt, the last for all further ones.
        deaf: SIGTERM does nothing.
        oom: takes more memory than it may.
        missing: its image is not there.
    """

    out: str = ""
    env: tuple[str, ...] = ()
    sleep: float = 0
    exits: tuple[int, ...] = (0,)
    deaf: bool = False
    oom: bool = False
    missing: bool = False


DONE = Work()
HOLD = Work(sleep=FOREVER)


def overrides(work: Work, *, scripted: bool) -> dict[str, Any]:
    """containerOverrides of a job that does `work`."""
    if scripted:
        return {"environment": [{"name": "FARGO_SCRIPT", "value": json.dumps(_script(work))}]}
    return {"command": ["sh", "-c", _shell(work)]}


def _script(work: Work) -> list[Any]:
    """The work for the scripted executor: a scene for each attempt."""
    if work.missing:
        return [{"fail": f"CannotPullContainerError: pull image manifest: {MISSING_IMAGE}: not found"}]
    steps: list[Any] = [{"ignore": True}] if work.deaf else []
    steps += [{"out": work.out}] if work.out else []
    steps += [{"env": name} for name in work.env]
    steps += [{"sleep": work.sleep}] if work.sleep else []
    if work.oom:
        return [*steps, {"oom": True}]
    return [[*steps, {"exit": code}] for code in work.exits]


def _shell(work: Work) -> str:
    """The work for a shell in a container."""
    parts = ["trap '' TERM" if work.deaf else "trap 'exit 143' TERM"]
    parts += [f"echo '{work.out}'"] if work.out else []
    parts += [f'echo "{name}=${name}"' for name in work.env]
    if work.oom:
        parts.append(f"exec python3 -c \"x = b'x' * {OOM_BYTES}\"")
    if work.sleep == FOREVER:
        parts.append("while :; do sleep 0.1; done")
    elif work.sleep:
        parts.append(f"sleep {work.sleep}")
    codes = "".join(f"{number}) exit {code};; " for number, code in enumerate(work.exits, 1))
    parts.append(f"case ${{AWS_BATCH_JOB_ATTEMPT:-1}} in {codes}*) exit {work.exits[-1]};; esac")
    return "; ".join(parts)
