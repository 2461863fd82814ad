"""AWS's price list: its answers → rates.

Source: AWS Price List Service API reference, GetProducts: it answers in us-east-1, eu-central-1 and
ap-south-1 alone, for every region. Each item is a JSON text with a product's attributes and its terms.
"""

import json
import re
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from itertools import islice
from os.path import commonprefix
from typing import Any

from fargo.aws.errors import translated
from fargo.errors import AwsError
from fargo.model.prices import OFFERS, Rate

SECONDS = 3
"""How long an answer is waited for: nobody shall wait for a price."""
PAGES = 5
"""Answers of up to 100 products that are read of one service."""
_REGION = r"(?:[A-Z0-9]+-|[a-z]+(?:-[a-z]+)+-\d-)?"
"""What `usagetype` begins with: `USE1-`, `EU-`, `eu-west-1-` or nothing."""


@dataclass(frozen=True, slots=True)
class PriceList:
    """What AWS asks for in a region.

    Attributes:
        date: when the latest of them was published, `2026-06-30`.
        rates: US dollars, of those that AWS told of.
    """

    date: str
    rates: dict[Rate, float]


def endpoint_region(region: str) -> str:
    """The nearest region that answers for prices."""
    return {"eu": "eu-central-1", "ap": "ap-south-1", "me": "ap-south-1"}.get(region[:2], "us-east-1")


def price_list(client: Any, region: str) -> PriceList:
    """Ask for all rates of a region: one call a service, all at once.

    Args:
        client: a boto3 client for `pricing`.
        region: whose prices are wanted.

    Raises:
        AwsError: AWS is out of reach or refuses, or what it answers is not understood.
    """
    services = sorted({offer.service for offer in OFFERS})
    rates: dict[Rate, float] = {}
    date = ""
    with ThreadPoolExecutor(len(services)) as pool:
        for items in pool.map(lambda service: tuple(_products(client, service, region)), services):
            for item in items:
                rate, dollars = _rate(item)
                if rate and dollars:
                    rates.setdefault(rate, dollars)
                    date = max(date, str(item.get("publicationDate", ""))[:10])
    return PriceList(date, rates)


def _products(client: Any, service: str, region: str) -> Iterator[dict[str, Any]]:
    usages = [offer.usage for offer in OFFERS if offer.service == service]
    filters = [
        {"Type": "TERM_MATCH", "Field": "regionCode", "Value": region},
        {"Type": "CONTAINS", "Field": "usagetype", "Value": commonprefix(usages)},  # noqa: RUF071 # no paths
    ]
    with translated("GetProducts"):
        pages = client.get_paginator("get_products").paginate(ServiceCode=service, Filters=filters)
        texts = [text for page in islice(pages, PAGES) for text in page["PriceList"]]
    try:
        yield from map(json.loads, texts)
    except ValueError as error:
        raise AwsError(f"the price list cannot be read: {error}", operation="GetProducts") from error


def _rate(item: dict[str, Any]) -> tuple[Rate | None, float]:
    """Which rate a product is, None where it is another, and what it costs."""
    try:
        service, usage = item["serviceCode"], item["product"]["attributes"]["usagetype"]
        for offer in OFFERS:
            if offer.service == service and re.fullmatch(_REGION + re.escape(offer.usage), usage):
                return offer.rate, _dollars(item["terms"]["OnDemand"])
    except (KeyError, TypeError, ValueError, AttributeError):
        pass
    return None, 0.0


def _dollars(terms: dict[str, Any]) -> float:
    """The price of the first unit that is not free."""
    tiers = [tier for term in terms.values() for tier in term["priceDimensions"].values()]
    prices = sorted((float(tier.get("beginRange", 0)), float(tier["pricePerUnit"]["USD"])) for tier in tiers)
    return next((price for _, price in prices if price > 0), 0.0)
