"""`fargo logs` over HTTP against the local AWS, with scripted jobs: whole runs, rows, searches, following."""

import json
import signal
import subprocess
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from cli_types import Fargo
from local_aws import client, make_definition, set_rules
from projects import REGION

from fargo.local import daemon

Started = Callable[..., "subprocess.Popen[str]"]
LONG = "x" * 262_118
"""The longest message that an event may have."""


@pytest.fixture
def play(aws: str) -> Callable[..., None]:
    """Say what scripted jobs do, by job name and child index."""

    def rules(**scripts: Any) -> None:
        set_rules(aws, [{"job": job, "script": script} for job, script in scripts.items()])

    return rules


@pytest.fixture
def run(fargo: Fargo, play: Callable[..., None]) -> str:
    """A run of twelve rows that has ended: row 3 failed twice, row 7 was given up after its first line."""
    three = [{"out": "three begins"}, {"out": "ERROR: disk full"}, {"out": "three ends"}, {"exit": 3}]
    seven = [{"out": "seven begins"}, {"sleep": 0.2}, {"out": "ERROR: no answer"}, {"exit": 4}]
    good = [{"out": "begins"}, {"sleep": 0.1}, {"out": "goes on"}, {"sleep": 0.1}, {"out": "ends"}]
    play(**{"*:3": three, "*:7": seven, "*": good})
    found = fargo("--local", "submit", "work", "--array", "12").out.strip()
    assert fargo("--local", "wait", found).code == 1
    return found


def test_a_whole_run_is_printed_in_time_order_with_the_row_of_each_line(fargo: Fargo, run: str) -> None:
    lines = fargo("--local", "logs", run).out.splitlines()
    assert len(lines) == 10 * 3 + 3 + 2
    assert {line.split()[0] for line in lines} == {f"#{row}" for row in range(12)}
    stamped = fargo("--local", "logs", run, "--timestamps").out.splitlines()
    assert [line.split("  ", 1)[1] for line in stamped] == lines
    assert stamped == sorted(stamped, key=lambda line: line.split()[0])
    objects = [json.loads(line) for line in fargo("--local", "logs", run, "--json").out.splitlines()]
    assert [f"{each['label']} {each['text']}" for each in objects] == lines


def test_only_the_containers_that_failed(fargo: Fargo, run: str) -> None:
    lines = fargo("--local", "logs", run, "--failed").out.splitlines()
    assert len(lines) == 5
    assert {line.split()[0] for line in lines} == {"#3", "#7"}


def test_the_last_lines(fargo: Fargo, run: str) -> None:
    lines = fargo("--local", "logs", run).out.splitlines()
    assert fargo("--local", "logs", run, "-n", "4").out.splitlines() == lines[-4:]
    assert fargo("--local", "logs", run, "-n", "1000").out.splitlines() == lines
    assert fargo("--local", "logs", run, "-n", "1", "--grep", "ERROR").out == "#7 ERROR: no answer\n"


def test_lines_that_are_searched_come_with_those_around_them(fargo: Fargo, run: str) -> None:
    assert fargo("--local", "logs", run, "--grep", "ERROR: (disk|no)").out == (
        "#3 ERROR: disk full\n#7 ERROR: no answer\n"
    )
    assert fargo("--local", "logs", run, "--grep", "ERROR", "-C", "1").out == (
        "#3 three begins\n#3 ERROR: disk full\n#3 three ends\n--\n#7 seven begins\n#7 ERROR: no answer\n"
    )
    found = fargo("--local", "logs", run, "--grep", "ERROR", "-A", "1", "--json").out.splitlines()
    assert [json.loads(line)["text"] for line in found] == [
        "ERROR: disk full",
        "three ends",
        "ERROR: no answer",
    ]
    assert fargo("--local", "logs", run, "--grep", "ERROR", "-C", "1", "-n", "1").out == (
        "#7 seven begins\n#7 ERROR: no answer\n"
    )
    nothing = fargo("--local", "logs", run, "--grep", "WARN")
    assert (nothing.code, nothing.out) == (0, "")
    assert "no line fits" in nothing.err


@pytest.mark.parametrize(
    ("asked", "said"),
    [
        (("--grep", "("), "--grep '(' is no regular expression"),
        (("-C", "2"), "that --grep finds"),
        (("--since", "1m", "--until", "1h"), "is after --until"),
        (("--since", "soon"), "is not a duration such as 15m"),
        (("--until", "2026-13-01"), "is not a duration such as 15m"),
        (("-f", "--until", "1m"), "takes no --until"),
        (("-n", "0"), "not in the range"),
    ],
)
def test_what_cannot_be_is_refused(fargo: Fargo, asked: tuple[str, ...], said: str) -> None:
    ended = fargo("logs", "any", *asked)
    assert (ended.code, said in ended.err) == (2, True), ended.err


def test_a_part_of_the_time(fargo: Fargo, run: str) -> None:
    whole = [json.loads(line) for line in fargo("--local", "logs", run, "--json").out.splitlines()]
    middle = whole[len(whole) // 2]["at"]
    since = fargo("--local", "logs", run, "--json", "--since", middle).out.splitlines()
    until = fargo("--local", "logs", run, "--json", "--until", middle).out.splitlines()
    assert [json.loads(line) for line in since] == [each for each in whole if each["at"] >= middle]
    assert [json.loads(line) for line in until] == [each for each in whole if each["at"] <= middle]
    zone = (datetime.now(UTC) - timedelta(hours=1)).isoformat()
    assert len(fargo("--local", "logs", run, "--since", zone).out.splitlines()) == len(whole)
    later = fargo("--local", "logs", run, "--since", "0s")
    assert (later.code, later.out) == (0, "")
    assert "no line fits" in later.err


def test_all_attempts_of_a_container_are_told_apart_in_json(
    fargo: Fargo, aws: str, project: Path, play: Callable[..., None]
) -> None:
    group = {"options": {"awslogs-group": "/fargo/demo/jobs"}, "logDriver": "awslogs"}
    definition = make_definition(
        client("batch", aws, REGION),
        "fargo-demo_work",
        container={"logConfiguration": group},
        retryStrategy={"attempts": 2},
    )
    file = project / ".fargo" / "local" / "outputs.json"
    outputs = json.loads(file.read_text(encoding="utf-8"))
    outputs["job_definitions"]["work"] = definition
    file.write_text(json.dumps(outputs), encoding="utf-8")
    play(**{"*": [[{"out": "first"}, {"exit": 1}], [{"out": "second"}]]})
    found = fargo("--local", "submit", "work", "--array", "2").out.strip()
    assert fargo("--local", "logs", "-f", found).code == 0
    for asked in (found, f"{found}:1"):
        lines = [json.loads(line) for line in fargo("--local", "logs", asked, "--json").out.splitlines()]
        assert {(each["text"], each["attempt"]) for each in lines} == {("first", 1), ("second", 2)}
    assert sorted(fargo("--local", "logs", found).out.split()) == sorted(["#0", "#1", "first", "second"] * 2)


def test_a_run_is_followed_to_its_end_each_line_once(fargo: Fargo, play: Callable[..., None]) -> None:
    play(
        **{
            "*:3": [{"out": "three"}, {"sleep": 1}, {"exit": 3}],
            "*": [{"out": "begins"}, {"sleep": 1}, {"out": "ends"}],
        }
    )
    found = fargo("--local", "submit", "work", "--array", "40").out.strip()
    ended = fargo("--local", "logs", "-f", found)
    assert ended.code == 1
    assert f"{found} FAILED" in ended.err
    wanted = [f"#{row} {word}" for row in range(40) if row != 3 for word in ("begins", "ends")]
    assert sorted(ended.out.splitlines()) == sorted(["#3 three", *wanted])
    again = fargo("--local", "logs", "-f", found, "-n", "2")
    assert len(again.out.splitlines()) == 2
    assert fargo("--local", "logs", "-f", f"{found}:3").out == "three\n"
    searched = fargo("--local", "logs", "-f", found, "-n", "2", "--grep", "begins")
    assert len(searched.out.splitlines()) == 2
    assert all(line.endswith("begins") for line in searched.out.splitlines())
    row = fargo("--local", "logs", "-f", f"{found}:5")
    assert (row.code, row.out) == (0, "begins\nends\n")
    assert fargo("--local", "logs", "-f", found, "--failed", "--grep", "three|begins").out == "#3 three\n"


def test_lines_that_are_not_there_yet_are_told_why(
    fargo: Fargo, started: Started, play: Callable[..., None]
) -> None:
    play(**{"*": [{"sleep": 60}, {"out": "late"}]})
    single = fargo("--local", "submit", "work").out.strip()
    waits = fargo("--local", "logs", single)
    assert (waits.code, waits.out) == (0, "")
    assert "no lines yet: the container is RUNNING" in waits.err
    follower = started("--local", "logs", "-f", single)
    assert follower.stderr is not None
    assert "no lines yet: the container is RUNNING" in follower.stderr.readline()
    follower.send_signal(signal.SIGINT)
    _, said = follower.communicate(timeout=60)
    assert follower.returncode == 130
    assert f"fargo --local logs -f {single}" in said
    assert "Traceback" not in said


def test_following_is_prompt_and_ends_with_6_when_aws_is_gone(
    fargo: Fargo, started: Started, play: Callable[..., None]
) -> None:
    play(**{"*": [{"out": "working"}, {"sleep": 60}]})
    found = fargo("--local", "submit", "work", "--array", "2").out.strip()
    follower = started("--local", "logs", "-f", found)
    assert follower.stdout is not None
    assert {follower.stdout.readline(), follower.stdout.readline()} == {"#0 working\n", "#1 working\n"}
    daemon.stop()
    _, said = follower.communicate(timeout=60)
    assert follower.returncode == 6
    assert "could not be asked" in said
    assert "Traceback" not in said


def test_the_longest_line_binary_and_coloured_output_survive(fargo: Fargo, play: Callable[..., None]) -> None:
    strange = "bin\x00\x1b]0;owned\x07\u202e \x9b2J"
    play(**{"*": [{"out": LONG}, {"out": strange}, {"out": "\x1b[1;31mred\x1b[0m"}, {"out": "1%\r99%"}]})
    found = fargo("--local", "submit", "work").out.strip()
    fargo("--local", "wait", found)
    long, shown, red, bar = fargo("--local", "logs", found).out.splitlines()
    assert long == LONG
    assert shown == "bin\\x00\\x1b]0;owned\\x07\\u202e \\x9b2J"
    assert (red, bar) == ("red", "99%")
    raw = fargo("--local", "logs", found, "--raw").out
    assert strange in raw
    told = fargo("--local", "logs", found, "--json").out
    assert json.loads(told.splitlines()[1])["text"] == strange
    assert "\x9b" not in told
    assert "\u202e" not in told


def test_head_takes_what_it_wants(started: Started, fargo: Fargo, run: str) -> None:
    reader = started("--local", "logs", run)
    assert reader.stdout is not None
    reader.stdout.close()
    assert reader.wait(timeout=60) == 0
    assert reader.stderr is not None
    assert reader.stderr.read() == ""
