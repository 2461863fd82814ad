"""The documents say what was recorded."""

from pathlib import Path

from results import counts, read, table

DOCS = Path(__file__).parents[2] / "docs"


def test_the_page_of_all_points_is_the_record() -> None:
    assert (DOCS / "conformance.md").read_text(encoding="utf-8").endswith(table(read()))


def test_the_counts_of_the_local_aws_are_the_records() -> None:
    assert counts(read()) in (DOCS / "local-aws.md").read_text(encoding="utf-8")
