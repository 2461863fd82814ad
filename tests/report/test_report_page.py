"""The page: whole without a network or a script, escaped whatever a job wrote, honest where little is known."""

import base64
import json
import re
from collections.abc import Iterator
from dataclasses import replace
from hashlib import sha256
from html.parser import HTMLParser
from importlib.resources import files
from itertools import pairwise

import pytest
from report_of import report, unfinished

from fargo.explain import Finding
from fargo.model import naming
from fargo.report import Report
from fargo.report.distribution import Values
from fargo.report.lanes import Lanes
from fargo.view.report import data, page
from fargo.view.report import words as written

HOSTILE = "</script><script>pwned=1</script><img src=x onerror=pwned=1>\x1b[31m\u202e\x00'\" &amp; \ud800 `${pwned}`"
VOID = {"meta", "br", "rect", "path", "img", "link", "input", "hr"}


class Page(HTMLParser):
    """The elements of a page, and its text."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.open: list[str] = []
        self.elements: list[tuple[str, dict[str, str | None]]] = []
        self.text = ""
        self.feed(html)
        self.close()
        assert self.open == []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, dict(attrs)))
        if tag not in VOID:
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, dict(attrs)))

    def handle_data(self, data: str) -> None:
        if self.open and self.open[-1] not in {"script", "style"}:
            self.text += data

    def of(self, tag: str) -> Iterator[dict[str, str | None]]:
        return (attributes for name, attributes in self.elements if name == tag)


@pytest.fixture(scope="module")
def many() -> Report:
    return report(3000, retried=20)


def test_it_asks_nobody_for_anything(many: Report) -> None:
    html = page(many)
    found = Page(html)
    for name, attributes in found.elements:
        assert not {"src", "srcset", "action", "poster"} & set(attributes), name
        assert (attributes.get("href") or "#").startswith("#")
    assert not re.search(r"url\((?!#)|@import|fetch\(|XMLHttpRequest|https?://(?!www\.w3\.org)", html)


def test_charts_tables_and_headings_can_be_read_aloud(many: Report) -> None:
    found = Page(page(many))
    drawn = list(found.of("svg"))
    assert len(drawn) == 7
    assert all(each["role"] == "img" and each["aria-label"] for each in drawn)
    tables = list(found.of("table"))
    assert len(tables) == len(list(found.of("caption")))
    assert all(each["scope"] == "col" for each in found.of("th"))
    levels = [int(name[1]) for name, _ in found.elements if re.fullmatch("h[1-6]", name)]
    assert levels[0] == 1
    assert levels.count(1) == 1
    assert all(after - before <= 1 for before, after in pairwise(levels))
    assert len({attributes["id"] for _, attributes in found.elements if "id" in attributes}) == sum(
        "id" in attributes for _, attributes in found.elements
    )


def test_it_says_what_matters_in_words(many: Report) -> None:
    text = Page(page(many)).text
    assert many.rows
    for words in (
        many.state.run.id,
        f"{many.rows.succeeded:,} of 3,000 rows succeeded",
        "sha256:5d2e",
        "fargo-thumbnails_thumbnail:12",
        "reserved 512 MiB",
        "python thumbnail.py '{photo}'",
        "list prices of us-east-1",
        "wave 2",
    ):
        assert words in text, words


def test_of_variables_only_the_names_are_shown(many: Report) -> None:
    html, told = page(many), json.dumps(data(many))
    for name in ("LOG_LEVEL", "DATABASE_URL", "STRIPE_KEY"):
        assert name in html
        assert name in told
    for value in ("shout", "hush"):
        assert value not in html
        assert value not in told


def test_what_failed_and_what_waits_are_told_apart() -> None:
    made = unfinished(report(300), 700)
    failed = sum(each.jobs for each in made.findings[:-1])
    text = Page(page(made)).text
    assert re.search(rf"{failed} containers failed[^.]*, and 700 wait", text)
    assert "Why containers failed, by frequency" in text
    assert "Why containers wait" in text
    assert "Run again what failed once the others have ended" in text
    assert "700 containers still to start." in text
    assert "Half of the containers that have started waited" in text
    assert data(made)["containers"]["waiting"] == 700


def test_where_nothing_failed_nothing_is_run_again() -> None:
    made = unfinished(report(30), 70)
    text = Page(page(replace(made, findings=made.findings[-1:], rows=None))).text
    assert "Why it waits" in text
    assert "fargo retry" not in text


def test_causes_stand_by_their_frequency() -> None:
    made = report(300)
    first, second = made.findings
    assert first.jobs > second.jobs
    text = Page(page(replace(made, findings=(second, first)))).text
    assert text.index(first.cause) < text.index(second.cause)
    assert f"{first.jobs + second.jobs} containers failed, {first.jobs} of them for one cause" in text


def test_what_ran_out_of_memory_is_said_before_what_did_not(many: Report) -> None:
    killed = many.out_of_memory
    assert killed
    text = Page(page(many)).text
    assert (
        f"{killed} containers ran out of memory; of those that left a result, the hungriest row used" in text
    )
    assert many.fullest == 1


@pytest.mark.parametrize(
    ("hours", "words"), [(6.39e-06, "< 0.01"), (0.25, "0.25"), (3.716, "3.72"), (12345.6, "12,346")]
)
def test_hours_are_written_as_people_write_them(hours: float, words: str) -> None:
    assert written.hours(hours) == words


def test_headings_claim_no_more_than_is_so() -> None:
    same, few = Values(), Values()
    for value in (1.5,) * 40:
        same.add(value)
    for value in (0.1, 0.2):
        few.add(value)
    made = report(40)
    assert made.rows
    lanes = replace(made.lanes, waited=few.distribution())
    text = Page(page(replace(made, lanes=lanes, rows=replace(made.rows, seconds=same.distribution())))).text
    assert "The containers hardly waited" in text
    assert "The rows took 1.5\u00a0s each" in text
    text = Page(page(replace(made, rows=replace(made.rows, seconds=few.distribution())))).text
    assert "Half of the rows took 0.10\u00a0s or less, the longest 0.20\u00a0s" in text
    assert "times the median" not in text


def test_red_is_as_much_as_what_failed() -> None:
    made = report(10_000)
    assert made.rows
    bars = [each for each in Page(page(made)).of("rect") if each.get("fill-opacity")]
    assert bars
    assert all(each["class"] == "fail" for each in bars)
    ink = sum(float(each["fill-opacity"] or 1) for each in bars) / 160
    assert ink == pytest.approx(made.rows.failed / 10_000, rel=0.05)


def test_only_the_page_s_own_scripts_run(many: Report) -> None:
    html = page(many)
    policy = next(each["content"] or "" for each in Page(html).of("meta") if each.get("http-equiv"))
    assert "script-src 'unsafe-inline'" not in policy
    scripts = re.findall(r"<script>(.*?)</script>", html, re.DOTALL)
    assert len(scripts) == 4
    for each in scripts:
        assert base64.b64encode(sha256(each.encode()).digest()).decode() in policy


@pytest.mark.parametrize("scheme", [0, 1])
def test_colours_stand_out_from_the_paper_and_from_each_other(scheme: int) -> None:
    css = files("fargo.view.report").joinpath("report.css").read_text(encoding="utf-8")
    light = {
        name: re.findall(rf"--{name}: #(\w{{6}});", css)[scheme] for name in ("run", "start", "wait", "fail")
    }
    paper = re.findall(r"--paper: #(\w{6});", css)[scheme]
    assert all(contrast(paper, colour) >= 3 for colour in light.values()), light
    assert contrast(light["run"], light["fail"]) > 1.7
    assert contrast(light["run"], light["wait"]) > 1.3


def contrast(one: str, other: str) -> float:
    """WCAG's, of two colours in hexadecimal."""
    low, high = sorted((luminance(one), luminance(other)))
    return (high + 0.05) / (low + 0.05)


def luminance(colour: str) -> float:
    parts = (int(colour[place : place + 2], 16) / 255 for place in (0, 2, 4))
    linear = (part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts)
    return sum(weight * part for weight, part in zip((0.2126, 0.7152, 0.0722), linear, strict=True))


def test_what_a_job_wrote_stays_text() -> None:
    own = {row: {"photo": HOSTILE, HOSTILE: HOSTILE} for row in range(40)}
    made = report(40, own=own)
    finding = Finding(rule="", cause=HOSTILE, evidence=(HOSTILE,), jobs=3, tail=(HOSTILE,))
    made = replace(made, findings=(finding,), warnings=(HOSTILE,), settings={"command": [HOSTILE]})
    html = page(made)
    html.encode("utf-8")
    found = Page(html)
    assert not list(found.of("img"))
    assert sum(name == "script" for name, _ in found.elements) == 7
    assert html.count("</script>") == 7
    assert not re.search(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]", html)
    assert "\\x1b[31m\\u202e\\x00" in found.text
    json.dumps(data(made)).encode()


def test_a_run_of_one_row_needs_no_charts() -> None:
    made = report(1)
    found = Page(page(made))
    assert "from submit to end" in found.text
    assert "All rows" not in found.text
    assert sum(each["role"] == "img" for each in found.of("svg")) == 1


def test_nothing_known_makes_a_page_all_the_same() -> None:
    made = report(10)
    made = replace(
        made,
        state=replace(made.state, jobs=(), gone=1),
        lanes=Lanes(at=0.0),
        rows=None,
        cost=None,
        findings=(),
    )
    found = Page(page(made))
    assert "GONE" in found.text
    assert "Exactly what ran" in found.text
    json.dumps(data(made))


def test_json_has_the_same_figures(many: Report) -> None:
    told = data(many)
    assert many.rows
    assert (told["rows"]["total"], told["rows"]["failed"]) == (3000, many.rows.failed)
    assert told["containers"] == {"total": 3020, "waiting": 0, "looked_at": 3020}
    assert sum(told["rows"]["seconds"]["bars"]) == 3000
    assert told["waves"][1]["memory_mib"] == 1024
    assert told["cost"]["total_usd"] == pytest.approx(
        sum(wave["cost_usd"] for wave in told["waves"]), abs=1e-5
    )


def test_a_local_file_is_called_by_its_name_and_not_by_its_upload() -> None:
    sha = "0f" * 32
    assert naming.uploaded_name(f"s3://bucket/{naming.input_key(sha, 'a/web 1.log.gz')}") == "a/web 1.log.gz"
    assert naming.uploaded_name("s3://bucket/inputs/2026/web.log.gz") == ""
    assert naming.uploaded_name("plain") == ""
