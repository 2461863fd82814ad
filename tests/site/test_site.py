"""What Sphinx itself does not check of the site that `nox -s docs` has built in build/docs."""

import re
from dataclasses import dataclass, field
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import unquote, urlsplit

import pytest

ROOT = Path(__file__).resolve().parents[2]
SITE = ROOT / "build" / "docs"
ELSEWHERE = re.compile(r"(?:[a-z]+:)?//", re.IGNORECASE)
STYLE_URL = re.compile(r"""(?:url\(|@import)\s*['"]?((?:[a-z]+:)?//[^'")\s]+)""", re.IGNORECASE)

# What a browser loads by itself. A link's href is not among it: it waits for a click.
LOADED = {"src", "data", "poster", "srcset"}


@dataclass
class Page(HTMLParser):
    """What a page says of others: ids that can be linked to, links, what it loads, pictures without a text."""

    path: Path
    ids: set[str] = field(default_factory=set)
    links: list[str] = field(default_factory=list)
    loads: list[str] = field(default_factory=list)
    silent_pictures: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        super().__init__()
        self.feed(self.path.read_text(encoding="utf-8"))

    @property
    def name(self) -> str:
        return str(self.path.relative_to(SITE))

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        values = {name: value or "" for name, value in attrs}
        self.ids |= {values[name] for name in ("id", "name") if name in values}
        if tag == "a" and "href" in values:
            self.links.append(values["href"])
        self.loads += [
            values[name] for name in (LOADED | {"href"} if tag == "link" else LOADED) if name in values
        ]
        if tag == "img" and not values.get("alt"):
            self.silent_pictures.append(values.get("src", ""))


@pytest.fixture(scope="session")
def pages() -> dict[Path, Page]:
    found = {path.resolve(): Page(path) for path in SITE.rglob("*.html")}
    if not found:
        pytest.fail("there is no site in build/docs: `nox -s docs` builds it")
    return found


def _dead(link: str, page: Page, pages: dict[Path, Page]) -> bool:
    parts = urlsplit(link)
    target = (page.path.parent / unquote(parts.path)).resolve() if parts.path else page.path.resolve()
    if target not in pages:
        return not target.is_file()
    return bool(parts.fragment) and unquote(parts.fragment) not in pages[target].ids


def test_every_link_within_the_site_leads_to_a_place_that_is_there(pages: dict[Path, Page]) -> None:
    links = [(page, link) for page in pages.values() for link in page.links if not urlsplit(link).scheme]
    assert len(links) > len(pages)
    dead = [f"{page.name}: {link}" for page, link in links if _dead(link, page, pages)]
    assert dead == []


def test_a_link_to_a_folder_leads_to_its_readme() -> None:
    """In the text: the navigation's own links have no <span>."""
    stack = (SITE / "terraform" / "README.html").read_text(encoding="utf-8")
    modules = [path.parent.name for path in (ROOT / "terraform" / "modules").glob("*/README.md")]
    assert [name for name in modules if f'href="modules/{name}/README.html"><span' not in stack] == []


def test_a_link_to_another_host_is_https(pages: dict[Path, Page]) -> None:
    schemes = {urlsplit(link).scheme for page in pages.values() for link in page.links}
    assert schemes <= {"", "https"}


def test_no_page_asks_another_host_for_anything(pages: dict[Path, Page]) -> None:
    loads = [(page, load) for page in pages.values() for load in page.loads]
    assert any(load.endswith("furo.css") or "furo.css?" in load for _, load in loads)
    assert [f"{page.name}: {load}" for page, load in loads if ELSEWHERE.match(load)] == []


def test_no_style_or_picture_asks_another_host_for_anything() -> None:
    files = [path for path in SITE.rglob("*") if path.suffix in {".css", ".svg"}]
    assert {path.suffix for path in files} == {".css", ".svg"}
    asked = {path.name: STYLE_URL.findall(path.read_text(encoding="utf-8")) for path in files}
    assert {name: urls for name, urls in asked.items() if urls} == {}


def test_every_picture_has_a_text_for_those_who_do_not_see_it(pages: dict[Path, Page]) -> None:
    assert [f"{page.name}: {src}" for page in pages.values() for src in page.silent_pictures] == []


def test_the_sites_own_address_leads_to_the_index(pages: dict[Path, Page]) -> None:
    assert SITE / "docs" / "index.html" in pages
    assert 'content="0; url=docs/index.html"' in (SITE / "index.html").read_text(encoding="utf-8")
