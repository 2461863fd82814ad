import json
from typing import Any

import pytest

from fargo.errors import TerraformFailed
from fargo.terraform.events import Diagnostic, Message, Phase, Planned, Progress, TerraformEvent, parse


def _parsed(**item: Any) -> list[TerraformEvent]:
    return list(parse(json.dumps(item)))


def _hook(address: str = "aws_vpc.this", **more: Any) -> dict[str, Any]:
    return {"resource": {"addr": address}, "action": "create", **more}


def test_progress_has_address_action_and_seconds() -> None:
    assert _parsed(type="apply_start", hook=_hook()) == [Progress("aws_vpc.this", "create", Phase.STARTED)]
    assert _parsed(type="apply_complete", hook=_hook(elapsed_seconds=10)) == [
        Progress("aws_vpc.this", "create", Phase.DONE, 10.0)
    ]
    assert _parsed(type="apply_errored", hook=_hook(elapsed_seconds=3)) == [
        Progress("aws_vpc.this", "create", Phase.FAILED, 3.0)
    ]


@pytest.mark.parametrize("address", ["data.aws_region.this", "module.a.data.aws_region.this"])
def test_lookups_are_no_progress(address: str) -> None:
    assert _parsed(type="apply_start", hook=_hook(address)) == []
    assert _parsed(type="planned_change", change={"resource": {"addr": address}, "action": "read"}) == []


def test_a_planned_change_names_its_action() -> None:
    change = {"resource": {"addr": "aws_vpc.this"}, "action": "replace"}
    assert _parsed(type="planned_change", change=change) == [Planned("aws_vpc.this", "replace")]


def test_a_diagnostic_keeps_the_providers_words() -> None:
    found = {
        "severity": "error",
        "summary": "creating VPC",
        "detail": "AccessDenied",
        "address": "aws_vpc.this",
    }
    assert _parsed(type="diagnostic", diagnostic=found) == [
        Diagnostic("error", "creating VPC", "AccessDenied", "aws_vpc.this")
    ]


def test_what_is_no_json_is_a_message_and_what_is_not_known_is_passed_over() -> None:
    assert list(parse("panic: out of memory\n")) == [Message("panic: out of memory")]
    assert list(parse("\n")) == []
    assert _parsed(type="a_type_of_the_future", hook={}) == []


def test_another_major_version_of_the_format_is_refused() -> None:
    assert _parsed(type="version", ui="1.7") == []
    with pytest.raises(TerraformFailed, match=r"version 2\.0"):
        _parsed(type="version", ui="2.0")
