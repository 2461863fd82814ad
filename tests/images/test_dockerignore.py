"""Which paths a .dockerignore keeps at home: the cases of Docker's reference, and corners of them."""

import pytest

from fargo.dockerignore import parse
from fargo.errors import ImageError


def stays(text: str, path: str) -> bool:
    """Whether the rules keep a path at home, its folders asked first as a walk does."""
    ignore = parse(text)
    hits: tuple[bool, ...] = ()
    parts = path.split("/")
    for depth in range(1, len(parts) + 1):
        hits = ignore.hits("/".join(parts[:depth]), hits)
    return ignore.leaves_out(hits)


@pytest.mark.parametrize(
    ("rule", "path"),
    [
        ("temp", "temp"),
        ("temp", "temp/deep/file"),
        ("/temp", "temp/file"),
        ("temp/", "temp/file"),
        ("./temp", "temp"),
        ("a/../temp", "temp"),
        ("*/temp*", "folder/temporary.txt"),
        ("*/temp*", "folder/temp/x"),
        ("*/*/temp*", "a/b/temp.py"),
        ("temp?", "tempa"),
        ("*.md", "README.md"),
        ("**/*.pyc", "x.pyc"),
        ("**/*.pyc", "a/b/c/x.pyc"),
        ("**/node_modules", "node_modules/x"),
        ("**/node_modules", "a/node_modules/b/x"),
        ("a/**", "a/b/c"),
        ("a/**/z", "a/z"),
        ("a/**/z", "a/b/c/z"),
        ("**", "anything/at/all"),
        ("[a-c].txt", "b.txt"),
        ("[^a-c].txt", "x.txt"),
        (r"\*.txt", "*.txt"),
        (r"\[x\]", "[x]"),
        ("[[]x", "[x"),
        ("a.b+c(d)", "a.b+c(d)"),
        ("naïve/*", "naïve/ß"),
        ("  temp  ", "temp"),
        ("\ufefftemp", "temp"),
        ("temp\r", "temp"),
    ],
)
def test_a_rule_keeps_what_it_names(rule: str, path: str) -> None:
    assert stays(rule, path)


@pytest.mark.parametrize(
    ("rule", "path"),
    [
        ("temp", "folder/temp"),
        ("temp", "temporary"),
        ("*/temp*", "temp"),
        ("*/temp*", "a/b/temp"),
        ("temp?", "temp"),
        ("temp?", "tempab"),
        ("*.md", "docs/README.md"),
        ("**/*.pyc", "x.py"),
        ("**/foo", "xfoo"),
        ("a/**", "a"),
        ("a.c", "abc"),
        ("[a-c].txt", "d.txt"),
        (r"\*.txt", "x.txt"),
        (".", "anything"),
        ("/", "anything"),
        ("../x", "x"),
        ("# temp", "temp"),
        ("", "temp"),
    ],
)
def test_a_rule_lets_go_what_it_does_not_name(rule: str, path: str) -> None:
    assert not stays(rule, path)


@pytest.mark.parametrize(
    ("text", "path", "expected"),
    [
        ("*.md\n!README.md", "README.md", False),
        ("*.md\n!README.md", "other.md", True),
        ("*.md\n!README*.md\nREADME-secret.md", "README-secret.md", True),
        ("*.md\nREADME-secret.md\n!README*.md", "README-secret.md", False),
        ("*\n!src", "src/deep/file", False),
        ("*\n!src/**/*.py", "src/a/b.py", False),
        ("*\n!src/**/*.py", "src/a/b.txt", True),
        ("*\n! src", "src/x", False),
        ("docs\n!docs/keep\ndocs/keep/not", "docs/keep/not/x", True),
        ("docs\n!docs/keep\ndocs/keep/not", "docs/keep/x", False),
    ],
)
def test_the_last_rule_that_matches_decides(text: str, path: str, expected: bool) -> None:
    assert stays(text, path) is expected


@pytest.mark.parametrize(
    ("text", "folder", "expected"),
    [
        ("*\n!src/keep.py", "src", True),
        ("*\n!src/keep.py", "node_modules", False),
        ("*\n!*.py", "src", False),
        ("*\n!**/*.py", "any/depth", True),
        ("*\n!*/keep", "any", True),
        ("*\n!src/deep/keep", "src/other", False),
        ("*", "src", False),
    ],
)
def test_a_folder_is_entered_only_where_a_rule_may_bring_something_back(
    text: str, folder: str, expected: bool
) -> None:
    assert parse(text).may_bring_back(folder) is expected


@pytest.mark.parametrize("line", ["[a", "a[]b", "!", "[z-a]"])
def test_a_malformed_line_is_named_with_its_number(line: str) -> None:
    with pytest.raises(ImageError, match=r"\.dockerignore, line 2: ") as caught:
        parse(f"good\n{line}\n")
    assert caught.value.hint
