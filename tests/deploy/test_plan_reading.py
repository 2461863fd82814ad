import json
from typing import Any

import pytest

from fargo.cost import standing
from fargo.deploy.attributes import Attribute, attributes_of
from fargo.deploy.plan import (
    Change,
    changes_of,
    drift_of,
    image_changes,
    outputs_change,
    outputs_now,
    standing_now,
    standing_then,
)
from fargo.errors import NewerState
from fargo.model.stack import STACK_VERSION, check_version, version_of
from fargo.terraform import Outputs, Planned


def _item(address: str, *actions: str, **more: Any) -> dict[str, Any]:
    return {"address": address, "change": {"actions": list(actions), **more}}


def test_dangers_come_first_the_loss_of_data_before_all_and_what_stays_is_left_out() -> None:
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
        ("e", "delete"),
        ("d", "replace"),
        ("g", "update"),
        ("f", "import"),
        ("a", "create"),
    ]


def test_drift_is_what_others_changed_and_the_plan_puts_back() -> None:
    rule = {"cidr_blocks": ["0.0.0.0/0"]}
    shown = {
        "resource_drift": [
            _item("aws_security_group.jobs", "update", before={"egress": [], "arn": 1}, after={"egress": [rule], "arn": 2}),
            _item("aws_iam_role.filled_in", "update", before={"a": 1}, after={"a": 2}),
            _item("aws_vpc.changed_by_us", "update", before={"seen": 1}, after={"seen": 2}),
            _item("aws_batch_job_queue.gone", "delete"),
        ],
        "resource_changes": [
            _item("aws_security_group.jobs", "update", before={"egress": [rule]}, after={"egress": []}),
            _item("aws_iam_role.filled_in", "no-op"),
            _item("aws_vpc.changed_by_us", "update", before={"cidr": 1}, after={"cidr": 2}),
            _item("aws_batch_job_queue.gone", "create"),
        ],
    }  # fmt: skip
    assert drift_of(shown) == (
        Change("aws_batch_job_queue.gone", "delete"),
        Change("aws_security_group.jobs", "update", (Attribute("egress", None, [rule]),)),
    )


def _attributes(**change: Any) -> list[Attribute]:
    return list(attributes_of(change))


def test_a_policy_is_reduced_to_the_keys_that_differ_in_it() -> None:
    def container(image: str, *command: str) -> dict[str, str]:
        return {"container_properties": json.dumps({"image": image, "command": command, "user": "1"})}

    assert _attributes(before=container("r:a", "x"), after=container("r:b", "x", "y")) == [
        Attribute("container_properties.command", ["x"], ["x", "y"]),
        Attribute("container_properties.image", "r:a", "r:b"),
    ]


def test_one_block_that_changes_is_named_by_what_changes_in_it() -> None:
    before = {"compute_resources": [{"max_vcpus": 256, "subnets": ["a"]}], "id": "old"}
    after = {"compute_resources": [{"max_vcpus": 64, "subnets": ["a"]}], "id": "new"}
    assert _attributes(before=before, after=after) == [Attribute("compute_resources.max_vcpus", 256, 64)]
    rules = [{"port": 1}, {"port": 2}]
    assert _attributes(before={"rule": rules[:1]}, after={"rule": rules}) == [
        Attribute("rule", None, [{"port": 2}])
    ]


def test_what_is_secret_is_never_told_and_what_is_not_known_is_said() -> None:
    assert _attributes(
        before={"secret": {"a": "hidden"}, "policy": "{}", "same": "s"},
        after={"secret": {"a": "other"}, "same": "s"},
        after_unknown={"policy": True, "arn": True},
        after_sensitive={"secret": {"a": True}, "same": True},
    ) == [Attribute("policy", "{}", unknown=True), Attribute("secret", sensitive=True)]


def test_the_tags_are_all_that_a_resource_has() -> None:
    # The provider moves a tag between `tags` and `tags_all` where it becomes one of its defaults.
    moved = {"tags": {"fargo:stack": "1"}, "tags_all": {"fargo:stack": "1"}}
    assert _attributes(before=moved, after={"tags": {}, "tags_all": {"fargo:stack": "1"}}) == []
    assert _attributes(before=moved, after={"tags": {}, "tags_all": {"fargo:stack": "2"}}) == [
        Attribute("tags.fargo:stack", "1", "2")
    ]


def test_a_replacement_names_what_forces_it_and_not_what_aws_fills_in() -> None:
    (change,) = changes_of(
        {
            "resource_changes": [
                _item(
                    'module.batch.aws_batch_compute_environment.this["spot"]',
                    "create",
                    "delete",
                    before={"compute_resources": [{"type": "FARGATE"}], "status": "VALID"},
                    after={"compute_resources": [{"type": "FARGATE_SPOT"}]},
                    after_unknown={"status": True, "compute_resources": [{}]},
                    replace_paths=[["compute_resources", 0, "type"]],
                )
            ]
        }
    )
    assert change.replace_because == ("compute_resources.type",)
    assert change.attributes == (Attribute("compute_resources.type", "FARGATE", "FARGATE_SPOT"),)
    assert not change.data_loss


def test_an_adoption_that_replaces_is_a_replacement() -> None:
    item = _item("aws_s3_bucket.workspace", "delete", "create", importing={"id": "b"})
    (change,) = changes_of({"resource_changes": [item]})
    assert (change.action, change.data_loss) == ("replace", True)


def test_a_creation_that_failed_and_an_old_one_that_is_left_are_known() -> None:
    tainted = _item("a.b", "delete", "create") | {"action_reason": "replace_because_tainted"}
    deposed = _item("a.c", "delete") | {"deposed": "0123abcd"}
    found = {change.address: change for change in changes_of({"resource_changes": [tainted, deposed]})}
    assert found["a.b"].tainted
    assert found["a.c"].deposed


def test_the_state_of_a_newer_fargo_is_refused() -> None:
    check_version(version_of({}))
    check_version(version_of({"stack_version": {"value": STACK_VERSION}}))
    with pytest.raises(NewerState, match="stack version 99") as caught:
        found = outputs_now({"output_changes": {"stack_version": {"before": "99", "actions": ["update"]}}})
        check_version(version_of(found))
    assert "--upgrade fargo" in caught.value.hint


def test_the_standing_cost_is_told_before_and_after() -> None:
    def outputs(endpoints: list[str]) -> dict[str, Any]:
        return {"interface_endpoints": {"value": endpoints}, "zones": {"value": ["a", "b"]}}

    shown = {
        "planned_values": {"outputs": outputs(["ecr.api", "ecr.dkr", "logs", "ssm"])},
        "output_changes": {
            "interface_endpoints": {"before": ["ecr.api", "ecr.dkr", "logs"], "actions": ["update"]},
            "zones": {"before": ["a", "b"], "actions": ["no-op"]},
        },
    }
    now = standing_now(shown)
    assert now is not None
    assert round(standing_then(shown, 9).monthly - now.monthly, 2) == 14.60
    assert standing_now({"planned_values": shown["planned_values"]}) is None


JOB = 'module.batch.aws_batch_job_definition.this["work"]'


def test_a_new_image_is_told_from_the_plans_events_and_nothing_else_is() -> None:
    image = Outputs({"image_tag": {"action": "update"}, "bucket": {"action": "noop"}})
    revision = Planned(JOB, "update")
    (change,) = image_changes([image, revision], "old", "new")
    assert (change.address, change.attributes) == (JOB, (Attribute("image", "old", "new"),))
    assert image_changes([revision, Planned("aws_vpc.this", "update")], "old", "new") == ()
    assert image_changes([Planned(JOB, "replace")], "old", "new") == ()
    assert image_changes([revision, Outputs({"stack_version": {"action": "update"}})], "old", "new") == ()


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


def test_what_aws_answers_in_other_words_is_no_change() -> None:
    asked = {"protocol": "tcp", "rule_no": 100, "icmp_code": None, "cidr_block": "10.0.0.0/16"}
    answered = {"protocol": "6", "rule_no": 100, "icmp_code": 0, "cidr_block": "10.0.0.0/16"}
    same = {"before": {"egress": [asked], "ipv6": 0}, "after": {"egress": [answered], "ipv6": None}}
    assert attributes_of(same) == ()
    wider = answered | {"cidr_block": "0.0.0.0/0"}
    changed = {"before": {"egress": [asked]}, "after": {"egress": [wider]}}
    assert attributes_of(changed) == (Attribute("egress.cidr_block", "10.0.0.0/16", "0.0.0.0/0"),)
