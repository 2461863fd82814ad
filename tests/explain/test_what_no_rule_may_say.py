"""What looks like a cause and is none: words in names, a person's own, and what a program went on from."""

import pytest

from fargo.explain.failing import why
from fargo.explain.rule import LINE
from fargo.model.job import Job, JobState

PULL = "CannotPullContainerError: pull image manifest has been retried 1 time(s): "
HOST = "123456789012.dkr.ecr.us-east-1.amazonaws.com"
INIT = "ResourceInitializationError: unable to pull secrets or registry auth: execution resource retrieval failed: "
TRACEBACK = ("Traceback (most recent call last):", '  File "a.py", line 1, in <module>', "    int(text)")


def failed(reason: str = "", exit_code: int | None = None, *, asked: bool = False) -> Job:
    return Job(
        id="j", name="j", state=JobState.FAILED, reason=reason, exit_code=exit_code, asked_to_end=asked
    )


@pytest.mark.parametrize(
    ("name", "said", "rule"),
    [
        ("111429222333.dkr.ecr.us-east-1.amazonaws.com/x:1", "{}: not found", "image-not-found"),
        (f"{HOST}/x:a403456789abcdef", "{}: not found", "image-not-found"),
        (f"{HOST}/refused-orders:1", "{}: not found", "image-not-found"),
        (f"{HOST}/denied-claims:1", "{}: manifest unknown", "image-not-found"),
        (f"{HOST}/not-found:1", "unexpected status: 403 Forbidden", "image-denied"),
        ("docker.io/library/429:1", "unexpected EOF", "image-pull"),
    ],
)
def test_a_name_of_an_image_tells_nothing(name: str, said: str, rule: str) -> None:
    finding = why(failed(f"{PULL}failed to resolve ref {name}: {said.format(name)}"), {})
    assert finding.rule == rule
    assert name in finding.cause or rule != "image-not-found"


@pytest.mark.parametrize(
    ("reason", "rule"),
    [
        (f"{PULL}sha256:44290a403: exec: unpigz: signal: killed", "image-pull"),
        (f"{PULL}error from registry: denied: User is not allowed", "image-denied"),
        (f"{PULL}unexpected status code 429 Too Many Requests", "image-rate-limit"),
        (
            f"{PULL}Get https://prod-x-starport-layer-bucket.s3.x.amazonaws.com/a: 403 Forbidden",
            "image-layers-denied",
        ),
        (f"{INIT}unable to retrieve ecr registry auth: ThrottlingException: Rate exceeded", "resources"),
        (f"{INIT}unable to get secrets of s3: AccessDenied", "resources"),
        ("CannotStartContainerError: The specified log group does not exist.", "log-group-not-found"),
    ],
)
def test_what_aws_says_is_taken_by_its_words(reason: str, rule: str) -> None:
    assert why(failed(reason), {}).rule == rule


@pytest.mark.parametrize(
    "reason",
    [
        "spot interruption costs too much",
        "probably an OutOfMemory loop",
        "we are unable to assume role X, stop for now",
        "Capacity is unavailable at this time, says the boss",
        "ValueError: wrong rows",
    ],
)
def test_a_persons_reason_to_stop_is_theirs(reason: str) -> None:
    finding = why(failed(reason, 143, asked=True), {})
    assert (finding.rule, finding.cause) == ("stopped", f"Somebody stopped it: {reason}")
    # ListJobs does not tell that somebody asked for it.
    unknown = why(failed(reason.removesuffix(", says the boss"), asked=False), {}).rule
    assert unknown in ("", "fargate-capacity")


@pytest.mark.parametrize(
    ("reason", "rule"),
    [
        ("OutOfMemoryError: Container killed due to memory usage", "out-of-memory"),
        ("Essential container in task exited", "exit-143"),
        ("Your Spot Task was interrupted.", "spot"),
    ],
)
def test_what_ended_before_somebody_stopped_it_is_told_by_aws(reason: str, rule: str) -> None:
    assert why(failed(reason, 143, asked=True), {}).rule == rule


@pytest.mark.parametrize(
    ("exit_code", "lines", "rule", "mentioned"),
    [
        (139, ("WARN: Could not resolve host metrics (ignored)",), "exit-139", 0),
        (143, ("connect: Network is unreachable", "retry 2: ok"), "exit-143", 0),
        (2, ("MemoryError: 8 GiB, falling back to disk", "usage: job [-h] FILE"), "exit-2", 0),
        (2, ("warn: EROFS: read-only file system /proc/sys, ignored", "panic: nil map"), "exit-2", 0),
        (4, (*TRACEBACK, "ValueError: x", "going on"), "exit-code", 3),
        (
            3,
            (*TRACEBACK, "ModuleNotFoundError: No module named 'orjson'", "falling back to json"),
            "exit-code",
            3,
        ),
        (1, ("ENOSPC: System limit for number of file watchers reached",), "exit-code", None),
        (1, ("inotify_add_watch: No space left on device",), "exit-code", None),
        (1, ("HTTPError: 403 Client Error: Forbidden for url: https://api.github.com/x",), "exit-code", None),
        (1, ("AccessDeniedHandler registered",), "exit-code", None),
        (1, ("403 of 5000 rows Forbidden City",), "exit-code", None),
    ],
)
def test_what_a_program_went_on_from_is_mentioned_and_no_cause(
    exit_code: int, lines: tuple[str, ...], rule: str, mentioned: int | None
) -> None:
    finding = why(failed(exit_code=exit_code), {}, lines)
    assert finding.rule == rule
    told = [each for each in finding.evidence if each.startswith("its log mentions: ")]
    assert told == ([] if mentioned is None else [f"its log mentions: {lines[mentioned]}"])


def test_after_an_unknown_failure_the_log_comes_first_and_a_retry_once_the_cause_is_gone() -> None:
    finding = why(failed(exit_code=1), {"run": "work-1", "where": "work-1"}, ("a.png is damaged",))
    assert [(fix.words, fix.command) for fix in finding.fixes] == [
        ("read its whole log", "logs work-1"),
        ("once the cause is gone, run again what failed", "retry work-1"),
    ]


@pytest.mark.parametrize(
    ("lines", "rule"),
    [
        ((*TRACEBACK, "ValueError: x", "", "  "), "python-exception"),
        (("[12:00] " + TRACEBACK[0], *TRACEBACK[1:], "ValueError: x"), "python-exception"),
        (tuple(f"{line}\r" for line in (*TRACEBACK, "ValueError: x")), "python-exception"),
        (
            (
                "  + Exception Group Traceback (most recent call last):",
                '  |   File "a.py", line 1, in <module>',
                "  | ExceptionGroup: two (1 sub-exception)",
                "  +-+---------------- 1 ----------------",
                "    | ValueError: x",
                "    +------------------------------------",
            ),
            "python-exception",
        ),
        (("java.lang.OutOfMemoryError: Java heap space", "\tat Main.main(Main.java:3)"), "own-memory"),
        (("MemoryError", "fargo-run: row 3: exit code 1."), "own-memory"),
        (
            ("RuntimeError: unable to write to file </torch_1_2>: No space left on device (28)",),
            "shared-memory-full",
        ),
        (("api error AccessDenied: Access Denied",), "access-denied"),
        (
            ("fatal error: An error occurred (403) when calling the HeadObject operation: Forbidden",),
            "access-denied",
        ),
    ],
)
def test_what_a_log_ends_with_is_the_cause(lines: tuple[str, ...], rule: str) -> None:
    assert why(failed(exit_code=1), {}, lines).rule == rule


def test_long_lines_are_cut_before_patterns_see_them() -> None:
    lines = ("403 " * 60_000, "numpy" * 50_000, ":" * 250_000)
    finding = why(failed(exit_code=1), {}, lines)
    assert max(map(len, finding.tail)) <= LINE
