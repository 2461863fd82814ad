from typing import Any

from fargo.cost import standing
from fargo.deploy.plan import Change, changes_of, drift_of, outputs_change


def _item(address: str, *actions: str, **more: Any) -> dict[str, Any]:
    return {"address": address, "change": {"actions": list(actions), **more}}


def test_dangers_come_first_and_what_stays_is_left_out() -> None:
    shown = {
        "resource_changes": [
            _item("aws_vpc.a", "create"),
            _item("aws_vpc.b", "no-op"),
            _item("data.aws_region.c", "read"),
            _item("aws_batch_compute_environment.d", "create", "delete"),
            _item("aws_s3_bucket.e", "delete"),
            _item("aws_iam_service_linked_role.f", "no-op", importing={"id": "arn"}),
            _item("aws_ecr_repository.g", "update"),
        ]
    }
    assert [(change.address[-1], change.action) for change in changes_of(shown)] == [
        ("d", "replace"),
        ("e", "delete"),
        ("g", "update"),
        ("f", "import"),
        ("a", "create"),
    ]


def test_drift_is_what_others_changed_and_the_plan_puts_back() -> None:
    shown = {
        "resource_drift": [
            _item("aws_security_group.jobs", "update"),
            _item("aws_iam_role.filled_in", "update"),
        ],
        "resource_changes": [
            _item("aws_security_group.jobs", "update"),
            _item("aws_iam_role.filled_in", "no-op"),
        ],
    }
    assert drift_of(shown) == (Change("aws_security_group.jobs", "update"),)


def test_a_new_output_alone_is_something_to_apply() -> None:
    assert outputs_change({"output_changes": {"image_tag": {"actions": ["update"]}}})
    assert not outputs_change({"output_changes": {"image_tag": {"actions": ["no-op"]}}})


def test_a_change_knows_its_module() -> None:
    assert Change('module.network.aws_subnet.jobs["us-east-1a"]', "create").module == "network"
    assert Change("aws_vpc.this", "create").module == ""


def test_the_standing_cost_is_that_of_the_published_example() -> None:
    # Three interface endpoints in two zones: 6 x $0.01 x 730 hours.
    found = standing(("ecr.api", "ecr.dkr", "logs"), 2)
    assert round(found.lines[0].monthly, 2) == 43.80
    assert round(found.monthly, 2) == 44.80
