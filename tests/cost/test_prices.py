"""Prices: AWS's own where it answers, packaged ones where it does not, and always with whose they are."""

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from fakes import refusal, unreachable
from local_aws import client, local_aws

from fargo import cost
from fargo.aws import prices as asking
from fargo.aws.prices import endpoint_region, price_list
from fargo.aws.session import Session, Target
from fargo.cost.prices import FAILED_KEPT, KEPT
from fargo.local import pricing
from fargo.model.fargate import Architecture
from fargo.model.prices import OFFERS, PACKAGED, Rate, Source

NOW = datetime(2026, 11, 25, 12, tzinfo=UTC)


def _item(service: str, usage: str, *tiers: tuple[str, str], published: str = "2026-11-20T18:21:30Z") -> str:
    """An item as AWS's price list has it."""
    dimensions = {
        f"SKU.TERM.{number}": {"unit": "hours", "beginRange": begin, "pricePerUnit": {"USD": dollars}}
        for number, (begin, dollars) in enumerate(tiers)
    }
    return json.dumps(
        {
            "product": {"sku": "SKU", "attributes": {"regionCode": "eu-west-1", "usagetype": usage}},
            "serviceCode": service,
            "terms": {"OnDemand": {"SKU.TERM": {"priceDimensions": dimensions}}},
            "publicationDate": published,
        }
    )


IRELAND = {
    "AmazonECS": [
        _item("AmazonECS", "EU-Fargate-Windows-vCPU-Hours:perCPU", ("0", "0.1")),
        _item("AmazonECS", "EU-Fargate-ARM-GB-Hours", ("0", "0.0036")),
        _item("AmazonECS", "EU-Fargate-ARM-vCPU-Hours:perCPU", ("0", "0.0324")),
        _item("AmazonECS", "EU-Fargate-GB-Hours", ("0", "0.0045")),
        _item("AmazonECS", "EU-Fargate-vCPU-Hours:perCPU", ("0", "0.0405")),
        _item("AmazonECS", "EU-Fargate-EphemeralStorage-GB-Hours", ("0", "0.00012")),
    ],
    "AmazonVPC": [
        _item("AmazonVPC", "EU-VpcEndpoint-GWLBE-Hours", ("0", "0.5")),
        _item("AmazonVPC", "EU-VpcEndpoint-Hours", ("0", "0.011")),
    ],
    "awskms": [_item("awskms", "eu-west-1-KMS-Keys", ("0", "1.0"), published="2026-11-22T00:00:00Z")],
    "AmazonS3": [_item("AmazonS3", "EU-TimedStorage-ByteHrs", ("51200", "0.022"), ("0", "0.024"))],
    "AmazonCloudWatch": [_item("AmazonCloudWatch", "EU-TimedStorage-ByteHrs", ("0", "0"), ("5", "0.031"))],
}


class Pricing:
    """A client of `pricing` that answers with items, two a page, or with an error."""

    def __init__(self, items: dict[str, list[str]] | None = None, error: Exception | None = None) -> None:
        self.items, self.error = items or {}, error
        self.calls = 0

    def get_paginator(self, name: str) -> "Pricing":
        assert name == "get_products"
        return self

    def paginate(self, *, ServiceCode: str, Filters: list[Any]) -> Iterator[dict[str, Any]]:  # noqa: N803 # AWS's spelling
        assert {"Type": "TERM_MATCH", "Field": "regionCode", "Value": "eu-west-1"} in Filters
        self.calls += 1
        if self.error:
            raise self.error
        items = self.items.get(ServiceCode, [])
        for begin in range(0, len(items), 2):
            yield {"PriceList": items[begin : begin + 2]}


class Fixed(Session):
    """A session of AWS whose every client is the given one."""

    def __init__(self, api: Pricing) -> None:
        super().__init__(Target.AWS, "eu-west-1")
        self.api = api

    def client(self, service: str, **options: Any) -> Any:
        assert (service, options["attempts"], options["region"]) == ("pricing", 1, "eu-central-1")
        assert options["seconds"] <= asking.SECONDS
        return self.api


@pytest.fixture
def ask(tmp_path: Path) -> Callable[..., cost.Prices]:
    """The prices by an API, with a cache of this test's own."""

    def asked(api: Pricing, now: datetime = NOW) -> cost.Prices:
        return cost.current(Fixed(api), now, {"XDG_CACHE_HOME": str(tmp_path)})

    return asked


def test_the_price_list_is_told_apart_from_all_that_is_listed_beside_it() -> None:
    found = price_list(Pricing(IRELAND), "eu-west-1")
    assert found.date == "2026-11-22"
    assert found.rates == {
        Rate.VCPU_HOUR_X86_64: 0.0405,
        Rate.VCPU_HOUR_ARM64: 0.0324,
        Rate.GIB_HOUR_X86_64: 0.0045,
        Rate.GIB_HOUR_ARM64: 0.0036,
        Rate.STORAGE_GIB_HOUR: 0.00012,
        Rate.ENDPOINT_HOUR: 0.011,
        Rate.KEY_MONTH: 1.0,
        Rate.BUCKET_GIB_MONTH: 0.024,
        Rate.LOGS_GIB_MONTH: 0.031,
    }


def test_what_aws_asks_is_said_with_region_date_and_source(ask: Callable[..., cost.Prices]) -> None:
    found = ask(Pricing(IRELAND))
    assert found.vcpu_hour(Architecture.ARM64) == 0.0324
    assert found.gib_hour(Architecture.X86_64) == 0.0045
    assert found.basis == (
        "list prices of eu-west-1, 2026-11-22, from AWS's price list API; "
        "of us-east-1, 2026-06: images_gib_month"
    )


@pytest.mark.parametrize(
    ("api", "why"),
    [
        (Pricing(error=refusal("AccessDeniedException", 400)), "pricing:GetProducts is not allowed"),
        (Pricing(error=refusal("ExpiredTokenException", 400)), "there are no valid credentials"),
        (Pricing(error=unreachable()), "the price list API does not answer"),
        (Pricing(error=refusal("InternalErrorException", 500)), "the price list API does not answer"),
        (
            Pricing(error=refusal("ThrottlingException", 400)),
            "the price list API refused: ThrottlingException",
        ),
        (Pricing({}), "the price list API has none of eu-west-1"),
        (Pricing({"AmazonECS": ["{"]}), "the price list API refused: the price list cannot be read"),
        (Pricing({"AmazonECS": ['{"serviceCode": "AmazonECS"}', "[]"]}), "the price list API has none"),
    ],
)
def test_without_the_price_list_the_packaged_prices_count_and_it_is_said_why(
    ask: Callable[..., cost.Prices], api: Pricing, why: str
) -> None:
    found = ask(api)
    assert found.rates == PACKAGED.rates
    assert found.basis.startswith(f"list prices of us-east-1, 2026-06, packaged with fargo ({why}")
    assert found.basis.endswith("; those of eu-west-1 may differ")


def test_an_answer_counts_for_days_and_a_failure_for_an_hour(ask: Callable[..., cost.Prices]) -> None:
    api = Pricing(error=unreachable())
    assert ask(api).source is Source.PACKAGED
    api.error, api.items = None, IRELAND
    assert ask(api, NOW + FAILED_KEPT / 2).source is Source.PACKAGED
    found = ask(api, NOW + FAILED_KEPT)
    assert found.source is Source.API
    api.error, calls = unreachable(), api.calls
    assert ask(api, NOW + FAILED_KEPT + KEPT - timedelta(seconds=1)) == found
    assert api.calls == calls
    assert ask(api, NOW + FAILED_KEPT + KEPT).source is Source.PACKAGED


@pytest.mark.parametrize("content", [b"", b"{", b'{"at": 1}', b"\xff\x00"])
def test_a_damaged_cache_is_no_cache(ask: Callable[..., cost.Prices], tmp_path: Path, content: bytes) -> None:
    ask(Pricing(IRELAND))
    (file,) = (tmp_path / "fargo").iterdir()
    file.write_bytes(content)
    assert ask(Pricing(IRELAND)).source is Source.API


def test_a_cache_of_the_future_is_none_and_one_that_cannot_be_written_is_done_without(
    ask: Callable[..., cost.Prices], tmp_path: Path
) -> None:
    ask(Pricing(IRELAND), NOW + timedelta(days=9))
    api = Pricing(IRELAND)
    ask(api)
    assert api.calls
    (tmp_path / "file").write_text("")
    found = cost.current(Fixed(api), NOW, {"XDG_CACHE_HOME": str(tmp_path / "file")})
    assert found.source is Source.API


@pytest.mark.parametrize(
    ("region", "answers"),
    [("us-west-2", "us-east-1"), ("eu-north-1", "eu-central-1"), ("ap-northeast-1", "ap-south-1"), ("me-south-1", "ap-south-1"), ("sa-east-1", "us-east-1")],
)  # fmt: skip
def test_the_nearest_of_the_three_regions_that_know_prices_is_asked(region: str, answers: str) -> None:
    assert endpoint_region(region) == answers


@contextmanager
def _local() -> Iterator[str]:
    with local_aws() as endpoint:
        yield endpoint


def test_the_local_aws_tells_what_aws_would_ask_of_the_region_that_it_knows(tmp_path: Path) -> None:
    environ = {"XDG_CACHE_HOME": str(tmp_path)}
    with _local() as endpoint:
        found = cost.current(Session(Target.LOCAL, "us-east-1", endpoint=endpoint), NOW, environ)
        other = cost.current(Session(Target.LOCAL, "eu-west-1", endpoint=endpoint), NOW, environ)
        paged = client("pricing", endpoint, "us-east-1").get_paginator("get_products")
        pages = list(paged.paginate(ServiceCode="AmazonECS", PaginationConfig={"PageSize": 2}))
    assert (dict(found.rates), found.borrowed) == (dict(PACKAGED.rates), ())
    assert found.basis.startswith("list prices of us-east-1, 2026-06-01, from the local AWS")
    assert other.reason == "the price list API has none of eu-west-1"
    assert [len(page["PriceList"]) for page in pages] == [2, 2, 1]
    assert list(tmp_path.iterdir()) == []


def test_no_local_aws_is_no_failure() -> None:
    found = cost.current(Session(Target.LOCAL, "us-east-1", endpoint="http://127.0.0.1:9"), NOW)
    assert found.reason == "the price list API does not answer"


@pytest.mark.parametrize(
    ("kind", "value", "count"),
    [("EQUALS", "USE1-Fargate-GB-Hours", 1), ("CONTAINS", "ARM", 2), ("ANY_OF", "USE1-Fargate-GB-Hours,x", 1), ("NONE_OF", "USE1-Fargate-GB-Hours", 4)],
)  # fmt: skip
def test_the_local_price_list_filters_as_the_api_does(kind: str, value: str, count: int) -> None:
    asked = {"ServiceCode": "AmazonECS", "Filters": [{"Type": kind, "Field": "usagetype", "Value": value}]}
    assert len(pricing.handle("GetProducts", json.dumps(asked).encode())[1]["PriceList"]) == count


@pytest.mark.parametrize(
    ("operation", "asked", "code", "kind"),
    [
        ("DescribeServices", {}, 501, "NotImplemented"),
        ("GetProducts", {}, 400, "InvalidParameterException"),
        ("GetProducts", {"ServiceCode": "AmazonECS", "NextToken": "x"}, 400, "InvalidNextTokenException"),
        (
            "GetProducts",
            {"ServiceCode": "AmazonECS", "Filters": [{"Type": "LIKE", "Field": "a", "Value": "b"}]},
            400,
            "InvalidParameterException",
        ),
    ],
)
def test_the_local_price_list_refuses_what_aws_refuses(
    operation: str, asked: dict[str, Any], code: int, kind: str
) -> None:
    found = pricing.handle(operation, json.dumps(asked).encode())
    assert (found[0], found[1]["__type"]) == (code, kind)


def test_every_rate_has_an_offer() -> None:
    assert [offer.rate for offer in OFFERS] == list(Rate)
