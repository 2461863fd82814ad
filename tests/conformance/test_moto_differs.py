"""The same cases fail on moto's own Batch where the record says so: the suite can fail.

Without containers, so only cases in which no job runs.
"""

from collections.abc import Iterator

import pytest
from casebook import outcome
from cases import CASES
from settings import MOTO, Setting, server, setting
from world import World

from results import Result, read

BY_NAME = {case.name: case for case in CASES}
REFUSED = [
    result
    for result in read()
    if result.moto and "was accepted" in result.moto and not BY_NAME[result.name].runs
]
HELD = [result for result in read() if result.moto == "" and not BY_NAME[result.name].runs]


@pytest.fixture(scope="module")
def moto_setting() -> Iterator[Setting]:
    with server(MOTO) as endpoint:
        yield setting(MOTO, endpoint, "boto3")


@pytest.mark.parametrize("result", REFUSED, ids=lambda result: result.name)
def test_moto_accepts_what_aws_refuses(result: Result, moto_setting: Setting) -> None:
    assert "was accepted" in outcome(BY_NAME[result.name], World(moto_setting))


@pytest.mark.parametrize("result", HELD, ids=lambda result: result.name)
def test_moto_does_as_aws_where_the_record_says_so(result: Result, moto_setting: Setting) -> None:
    assert outcome(BY_NAME[result.name], World(moto_setting)) == ""


def test_the_record_has_every_case_and_nothing_else() -> None:
    recorded = [(each.name, each.feature, each.rule, each.document) for each in read()]
    assert recorded == [(case.name, case.feature, case.rule, case.document) for case in CASES]


def test_fargo_is_recorded_as_doing_all_of_it() -> None:
    assert [each.name for each in read() if each.fargo] == []
