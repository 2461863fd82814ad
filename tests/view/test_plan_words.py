"""A plan as a person reads it and as a program does."""

import re
from pathlib import Path
from typing import Any

import pytest

from fargo.cost import standing
from fargo.deploy import Attribute, Change, DeployPlan
from fargo.view import data, deploy, resources

STACK = Path(__file__).resolve().parents[2] / "terraform"


def _plan(*changes: Change, **more: Any) -> DeployPlan:
    settings: dict[str, Any] = {
        "file": Path("plan"),
        "account_id": "1" * 12,
        "region": "eu-west-1",
        "image_tag": "abc",
        "drift": (),
        "outputs_change": False,
        "standing": standing(["ecr.api", "ecr.dkr", "logs"], 2),
    }
    return DeployPlan(changes=changes, **(settings | more))


def _said(plan: DeployPlan, *, whole: bool = False) -> list[str]:
    return [line for line, _ in deploy.plan_lines(plan, whole=whole)]


@pytest.mark.parametrize(
    ("address", "words"),
    [
        ('module.batch.aws_batch_job_queue.this["on_demand"]', "job queue on_demand"),
        ('module.batch.aws_batch_compute_environment.this["spot"]', "compute environment spot"),
        ('module.endpoints.aws_vpc_endpoint.interface["ecr_api"]', "VPC endpoint ecr.api"),
        ("module.storage.aws_s3_bucket.workspace", "workspace bucket"),
        ("module.storage.aws_kms_key.this", "encryption key"),
        ("module.endpoints[0].aws_security_group.endpoints[0]", "security group endpoints"),
        ("module.network[0].aws_vpc.this", "VPC"),
        ("aws_sqs_queue.dead_letters", "sqs queue dead_letters"),
    ],
)
def test_a_resource_has_words(address: str, words: str) -> None:
    assert resources.resource(Change(address, "update")) == words


def test_every_type_of_the_stack_has_words() -> None:
    types = {
        name
        for file in STACK.glob("modules/*/*.tf")
        for name in re.findall(r'^resource "(\w+)"', file.read_text(encoding="utf-8"), re.MULTILINE)
    }
    assert types - resources.WORDS.keys() == set()


def test_a_replacement_says_why_and_a_deletion_of_data_says_what_is_lost() -> None:
    environment = Change(
        'module.batch.aws_batch_compute_environment.this["spot"]',
        "replace",
        (Attribute("compute_resources.type", "FARGATE", "FARGATE_SPOT"),),
        ("compute_resources.type",),
    )
    assert _said(_plan(Change("aws_s3_bucket.workspace", "delete"), environment)) == [
        "- workspace bucket is removed: its data is lost: runs, inputs, results",
        "± compute environment spot is replaced: compute_resources.type cannot change in place",
        "    compute_resources.type: FARGATE → FARGATE_SPOT",
    ]


@pytest.mark.parametrize(
    ("attribute", "said"),
    [
        (Attribute("max_vcpus", 256, 64), "max_vcpus: 256 → 64"),
        (Attribute("policy", "{}", unknown=True), "policy: known after apply"),
        (Attribute("token", sensitive=True), "token: changes, hidden"),
        (Attribute("on", False, True), "on: false → true"),
        (Attribute("command", ["a", "b"], ["a"]), "command: a b → a"),
        (
            Attribute("egress", None, [{"cidr_blocks": ["0.0.0.0/0"], "description": "", "self": False}]),
            "egress: none → cidr_blocks 0.0.0.0/0",
        ),
        (Attribute("egress", [{"port": 1}], [{"port": 2}, {"port": 3}]), "egress: 2 of its entries change"),
        (Attribute("image", "r" * 70 + ":old", "r" * 70 + ":new"), "image: …old → …new"),
        (Attribute("text", "a\x1b[2J", "b"), "text: a\\x1b[2J → b"),
    ],
)
def test_an_attribute_is_told_in_short(attribute: Attribute, said: str) -> None:
    assert resources.attribute(attribute) == said


def test_many_attributes_are_named_only_where_asked_for() -> None:
    change = Change("a.b", "update", tuple(Attribute(f"n{number}", 1, 2) for number in range(9)))
    assert _said(_plan(change))[-1] == "    … 3 more attributes; `-v` names them"
    assert _said(_plan(change), whole=True)[0] == "~ a b  (a.b)"
    assert len(_said(_plan(change), whole=True)) == 10


def test_drift_is_named_as_drift_with_what_is_put_back() -> None:
    rule = Attribute("egress", None, [{"cidr_blocks": ["0.0.0.0/0"]}])
    drift = (
        Change("aws_security_group.jobs", "update", (rule,)),
        Change('aws_batch_job_queue.this["spot"]', "delete"),
    )
    assert _said(_plan(drift=drift, outputs_change=True)) == [
        "changed by others: security group jobs: egress: none → cidr_blocks 0.0.0.0/0, put back by `up`",
        "removed by others: job queue spot, made again by `up`",
    ]


def test_that_aws_was_not_asked_is_said() -> None:
    said = _said(_plan(Change("a.b", "update"), refreshed=False))
    assert said[0] == "only the image changed: AWS is not asked again; `plan` does"


def test_the_cost_says_by_how_much_it_changes() -> None:
    lines = deploy.plan_cost_lines(_plan(standing_now=standing(["logs"], 2)))
    assert lines[0].startswith("standing cost: $44.80 a month")
    assert lines[-1] == "  +$29.20 a month: now $15.60"
    assert deploy.plan_cost_lines(_plan(standing_now=standing(["a", "b", "c", "d"], 2)))[-1].startswith(
        "  -$14.60"
    )
    assert "now" not in deploy.plan_cost_lines(_plan())[-1]


def test_a_plan_as_json_has_words_attributes_and_dangers() -> None:
    bucket = Change(
        "module.storage.aws_s3_bucket.workspace",
        "replace",
        (Attribute("bucket", "a", "b"), Attribute("token", sensitive=True)),
        ("bucket",),
    )
    found = data.plan(_plan(bucket, standing_now=standing(["logs"], 2), drift=(Change("a.b", "update"),)))
    assert found["changes"] == [
        {
            "address": "module.storage.aws_s3_bucket.workspace",
            "action": "replace",
            "words": "workspace bucket",
            "reason": "bucket cannot change in place; its data is lost: runs, inputs, results",
            "data_loss": True,
            "replace_because": ["bucket"],
            "attributes": [
                {
                    "name": "bucket",
                    "before": "a",
                    "after": "b",
                    "known_after_apply": False,
                    "sensitive": False,
                },
                {
                    "name": "token",
                    "before": None,
                    "after": None,
                    "known_after_apply": False,
                    "sensitive": True,
                },
            ],
        }
    ]
    assert [each["address"] for each in found["drift"]] == ["a.b"]
    assert found["cost"] == {
        "now_monthly_usd": 15.6,
        "after_monthly_usd": 44.8,
        "change_monthly_usd": 29.2,
    }
    assert data.plan(_plan())["cost"]["change_monthly_usd"] == 44.8
