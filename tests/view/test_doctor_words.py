"""What the doctor's findings look like: groups, glyphs, next steps, and nothing said twice."""

from fargo.doctor import Check, Group, Section, Verdict
from fargo.doctor.check import missing, ok, unknown, warning
from fargo.view import doctor


def plain(*checks: Check, group: Group = Group.PERMISSIONS) -> list[str]:
    sections = (Section(group, checks),)
    return [
        line.plain
        for line in doctor.lines(sections, lambda words: words.replace("`fargo ", "`fargo --local "))
    ]


def test_a_group_is_a_heading_and_a_check_a_line_with_its_next_step() -> None:
    lines = plain(
        ok("Terraform", "1.11.4", "1.9 or newer"),
        warning("disk", "1.5 GiB free", "docker system prune", "8 GiB"),
        missing("stack", "gone", "deploy it: `fargo up`"),
        unknown("quotas", "AWS refused it"),
        group=Group.MACHINE,
    )
    assert lines == [
        "this machine",
        "✔ Terraform: 1.11.4",
        "⚠ disk: 1.5 GiB free (needed: 8 GiB)",
        "  → docker system prune",
        "✘ stack: gone",
        "  → deploy it: `fargo --local up`",
        "? quotas: AWS refused it",
        "",
        "1 missing, 1 warning, 1 not told, 1 in order",
    ]


def test_checks_that_say_the_same_are_one_line_and_a_step_stands_once() -> None:
    lines = plain(
        ok("fargo ps", "allowed"),
        warning("fargo up", "not allowed: a", "ask"),
        ok("fargo logs", "allowed"),
        warning("fargo down", "not allowed: b", "ask"),
    )
    assert lines[1:-2] == [
        "✔ fargo ps, logs: allowed",
        "⚠ fargo up: not allowed: a",
        "⚠ fargo down: not allowed: b",
        "  → ask",
    ]
    assert lines[-1] == "2 warnings, 2 in order"


def test_what_aws_says_drives_no_terminal() -> None:
    lines = plain(warning("a\x1b[31m", "b\x07\nc", "d\x9b"))
    assert not any(character < " " or "\x7f" <= character < "\xa0" for line in lines for character in line)
    assert "b\\x07 c" in lines[1]


def test_data_has_every_check_by_itself() -> None:
    sections = (Section(Group.STACK, (ok("image", "there"), ok("jobs", "there"))),)
    assert doctor.data(sections, str) == [
        {"group": "deployed stack", "name": name, "verdict": "ok", "found": "there", "needed": "", "hint": ""}
        for name in ("image", "jobs")
    ]
    assert {verdict.value for verdict in Verdict} == {"ok", "warning", "missing", "unknown"}
