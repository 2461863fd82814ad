"""Following and watching from the command line, against the local AWS with scripted jobs."""

import json
import signal
import subprocess
from collections.abc import Callable

import pytest
from cli_types import Fargo
from local_aws import client, set_rules
from projects import REGION

from fargo.view import runs

Started = Callable[..., "subprocess.Popen[str]"]
SOME_FAIL = [
    {"job": "*:1", "script": [{"oom": True}]},
    {"job": "*:2", "script": [{"exit": 3}]},
    {"job": "*", "script": [{"exit": 0}]},
]


def test_an_array_is_followed_by_counts_and_its_end_tells_why(fargo: Fargo, aws: str) -> None:
    set_rules(aws, SOME_FAIL)
    ended = fargo("--local", "submit", "work", "--array", "20", "--follow")
    assert ended.code == 1
    assert ended.out == ""
    assert "FAILED, 100 percent, 20 of 20 done, 2 failed" in ended.err
    assert "1 job: exit 137, OutOfMemoryError: Container killed due to memory usage (#1)" in ended.err
    assert "1 job: exit 3, Essential container in task exited (#2)" in ended.err
    assert "fargo --local retry work-" in ended.err


def test_a_run_that_waits_for_another_says_for_which(fargo: Fargo, aws: str) -> None:
    set_rules(aws, [{"job": "work-*", "script": [{"sleep": 60}]}, {"job": "*", "script": [{"exit": 0}]}])
    first = fargo("--local", "submit", "work", "--array", "3").out.strip()
    plain = fargo("--local", "submit", "other", "--after", first).out.strip()
    assert f"{plain} PENDING, waits for" in fargo("--local", "wait", plain, "--timeout", "1s").err
    fetching = fargo("--local", "submit", "other", "--after", first, "--", "{after}").out.strip()
    assert (
        f"{fetching} PENDING, waits for {first}\n"
        in fargo("--local", "wait", fetching, "--timeout", "1s").err
    )


def test_where_nothing_starts_it_says_what_tells_why(
    fargo: Fargo, aws: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(runs, "SOON_SECONDS", 0)
    batch = client("batch", aws, REGION)
    for each in batch.describe_compute_environments()["computeEnvironments"]:
        batch.update_compute_environment(computeEnvironment=each["computeEnvironmentArn"], state="DISABLED")
    run = fargo("--local", "submit", "work", "--array", "3").out.strip()
    ended = fargo("--local", "wait", run, "--timeout", "5s")
    assert ended.err.count(f"why it waits: fargo --local explain {run}\n") == 1


def test_fail_fast_ends_while_the_others_go_on(fargo: Fargo, aws: str) -> None:
    set_rules(aws, [{"job": "*:0", "script": [{"exit": 3}]}, {"job": "*", "script": [{"sleep": 60}]}])
    run = fargo("--local", "submit", "work", "--array", "5").out.strip()
    ended = fargo("--local", "wait", run, "--fail-fast")
    assert ended.code == 1
    assert f"the others go on; stop them: fargo --local stop {run}" in ended.err
    assert not fargo("--local", "show", run, "--json").json["finished"]
    assert fargo("--local", "stop", run).code == 0


@pytest.mark.parametrize(("steps", "code"), [([{"exit": 42}], 42), ([{"exit": 0}], 0), ([{"fail": "no"}], 1)])
def test_the_job_s_own_exit_code_on_demand(fargo: Fargo, aws: str, steps: list[object], code: int) -> None:
    set_rules(aws, [{"job": "*", "script": steps}])
    ended = fargo("--local", "submit", "work", "--follow", "--exit-code", "job")
    assert ended.code == code, ended.err


def test_ps_shows_how_far_a_run_is_what_it_cost_and_why_it_failed(fargo: Fargo, aws: str) -> None:
    set_rules(aws, SOME_FAIL)
    run = fargo("--local", "submit", "work", "--array", "20").out.strip()
    fargo("--local", "wait", run)
    head, line = (row.split("\t") for row in fargo("--local", "ps").out.splitlines())
    cells = dict(zip(head, line, strict=True))
    assert (cells["run"], cells["state"], cells["done"]) == (run, "FAILED", "20 of 20 done, 2 failed")
    assert cells["cost"].startswith("$")
    assert "exit 137, OutOfMemoryError" in cells["why"]
    (told,) = fargo("--local", "ps", "--json").json
    assert 0 < told["cost_so_far_usd"] < 0.1


def test_ps_watch_tells_each_change_until_ctrl_c(fargo: Fargo, started: Started, aws: str) -> None:
    set_rules(aws, [{"job": "*", "script": [{"sleep": 2}, {"exit": 3}]}])
    watching = started("--local", "ps", "--watch")
    assert watching.stdout is not None
    run = fargo("--local", "submit", "work").out.strip()
    lines = []
    while not lines or "FAILED" not in lines[-1]:
        lines.append(watching.stdout.readline())
    watching.send_signal(signal.SIGINT)
    _, said = watching.communicate(timeout=60)
    assert watching.returncode == 130
    assert "whatever runs goes on" in said
    assert all(run in line for line in lines)
    assert "exit 3" in lines[-1]


def test_ps_watch_as_json_is_an_object_a_change(fargo: Fargo, started: Started, aws: str) -> None:
    set_rules(aws, [{"job": "*", "script": [{"exit": 0}]}])
    run = fargo("--local", "submit", "work").out.strip()
    fargo("--local", "wait", run)
    watching = started("--local", "ps", "--watch", "--json")
    assert watching.stdout is not None
    told = json.loads(watching.stdout.readline())
    assert (told["event"], told["id"], told["state"]) == ("state", run, "SUCCEEDED")
    watching.send_signal(signal.SIGTERM)
    watching.communicate(timeout=60)


def test_where_the_screen_is_read_aloud_nothing_is_drawn() -> None:
    from fargo.cli.output import Output

    class Terminal:
        def isatty(self) -> bool:
            return True

    terminal: object = Terminal()
    spoken = Output(environ={"FARGO_ACCESSIBLE": "1"}, stdout=terminal, stderr=terminal)  # type: ignore[arg-type]
    assert (spoken.live, spoken.plain) == (False, True)
    drawn = Output(environ={}, stdout=terminal, stderr=terminal)  # type: ignore[arg-type]
    assert (drawn.live, drawn.plain) == (True, False)


def test_a_retry_that_succeeds_is_not_told_of_by_what_failed_before(fargo: Fargo, aws: str) -> None:
    set_rules(aws, SOME_FAIL)
    run = fargo("--local", "submit", "work", "--array", "20").out.strip()
    assert fargo("--local", "wait", run).code == 1
    set_rules(aws, [{"job": "*", "script": [{"exit": 0}]}])
    again = fargo("--local", "retry", run, "--follow")
    assert again.code == 0, again.err
    assert "OutOfMemoryError" not in again.err
    listed = fargo("--local", "ps").out
    assert "SUCCEEDED" in listed
    assert "OutOfMemoryError" not in listed


def test_what_is_about_following_wants_following(fargo: Fargo) -> None:
    ended = fargo("--local", "submit", "work", "--fail-fast")
    assert ended.code == 2
    assert "add --follow" in ended.err
