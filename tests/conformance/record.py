"""Play every case on fargo and on moto, and write down what came of it: `python tests/conformance/record.py`.

Writes `results.json` beside this file, and with `--table FILE` the table of it for people. With
`--containers` the cases are also played on fargo's containers, and what fails there is printed.
Needs a Docker engine, and `FARGO_TEST_BASE_IMAGE`, an image with a shell and Python.
"""

import argparse
import json
import os
import re
import sys
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict
from pathlib import Path

HERE = Path(__file__).parent
sys.path += [str(HERE), str(HERE.parent / "support")]

from casebook import Case, outcome  # noqa: E402 # found by the line above
from cases import CASES  # noqa: E402
from settings import CONTAINERS, FAST, FASTEST, MOTO, SCRIPTED, Setting, server, setting  # noqa: E402
from world import World  # noqa: E402

from results import RESULTS, Result, table  # noqa: E402

AT_ONCE = {SCRIPTED: 1, CONTAINERS: 3, MOTO: 8}
CUT = 160
_OF_ONE_RUN = re.compile(r"case-\d+-[0-9a-f]{10}|[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}|127\.0\.0\.1:\d+")


def played(kind: str, cases: list[Case], chosen: Setting) -> dict[str, str]:
    """What was not as AWS has it, by the case's name; empty where all was."""

    def play(case: Case) -> tuple[str, str]:
        found = _first_line(outcome(case, World(chosen)))
        print(f"{kind:10} {case.name:45} {found or 'as AWS'}", flush=True)
        return case.name, found

    with ThreadPoolExecutor(AT_ONCE[kind]) as pool:
        return dict(pool.map(play, cases))


def on(kind: str, image: str) -> dict[str, str]:
    """Every case that this kind of server can play."""
    cases = [case for case in CASES if case.only in ("", kind)]
    if kind != SCRIPTED:
        with server(kind) as endpoint:
            return played(kind, cases, setting(kind, endpoint, "boto3", image=image))
    found: dict[str, str] = {}
    for speed, timed in ((FAST, False), (FASTEST, True)):
        with server(kind, speed) as endpoint:
            some = [case for case in cases if case.timed == timed]
            found |= played(kind, some, setting(kind, endpoint, "boto3", speed=speed))
    return found


def main() -> None:
    """Record."""
    parser = argparse.ArgumentParser(description="Record what fargo and moto do where AWS has a rule.")
    parser.add_argument("--table", type=Path, help="where to write the table as Markdown")
    parser.add_argument(
        "--containers", action="store_true", help="play on fargo's containers, and record nothing"
    )
    arguments = parser.parse_args()
    image = os.environ.get("FARGO_TEST_BASE_IMAGE") or "python:3.13-slim"
    if arguments.containers:
        sys.exit(1 if any(on(CONTAINERS, image).values()) else 0)
    fargo, moto = on(SCRIPTED, image), on(MOTO, image)
    results = tuple(
        Result(
            name=case.name,
            feature=case.feature,
            rule=case.rule,
            document=case.document,
            fargo=fargo[case.name],
            moto=moto.get(case.name),
        )
        for case in CASES
    )
    RESULTS.write_text(json.dumps([asdict(result) for result in results], indent=1) + "\n", encoding="utf-8")
    if arguments.table:
        arguments.table.write_text(table(results), encoding="utf-8")


def _first_line(text: str) -> str:
    """The first line, short, and without the names and ids of one run."""
    lines = text.splitlines()
    return _OF_ONE_RUN.sub("…", lines[0])[:CUT] if lines else ""


if __name__ == "__main__":
    main()
