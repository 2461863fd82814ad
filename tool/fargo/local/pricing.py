"""AWS's price list as its API tells it: `GetProducts`, with the packaged prices of one region.

Source: AWS Price List Service API reference, GetProducts; the shape of an item, AWS Billing user guide,
"Understanding the service price list file for AWS".
"""

import hashlib
import json
from collections.abc import Callable
from typing import Any

from fargo.model.prices import OFFERS, PACKAGED_DATE, PACKAGED_REGION, Offer

_PAGE = 100
"""Items in an answer at the most, and where the request does not say."""
_PREFIX = {"AmazonS3": "", "awskms": f"{PACKAGED_REGION}-"}
"""What stands for us-east-1 before `usagetype`, where it is not `USE1-`."""
_MATCHES: dict[str, Callable[[str, str], bool]] = {
    "TERM_MATCH": lambda found, wanted: found == wanted,
    "EQUALS": lambda found, wanted: found == wanted,
    "CONTAINS": lambda found, wanted: wanted in found,
    "ANY_OF": lambda found, wanted: found in wanted.split(","),
    "NONE_OF": lambda found, wanted: found not in wanted.split(","),
}

Answer = tuple[int, dict[str, Any]]


def handle(operation: str, body: bytes) -> Answer:
    """Answer one request: its status, and its content."""
    if operation != "GetProducts":
        return _refused(501, "NotImplemented", f"The local AWS does not offer this yet: {operation}")
    try:
        return 200, _products(json.loads(body or b"{}"))
    except KeyError as error:
        return _refused(400, "InvalidParameterException", f"{error.args[0]} is missing, or not known")
    except ValueError:
        return _refused(400, "InvalidNextTokenException", "The pagination token is invalid. Try again.")


def _products(request: dict[str, Any]) -> dict[str, Any]:
    offers = [offer for offer in OFFERS if offer.service == request["ServiceCode"]]
    items = [item for item in map(_item, offers) if _fits(item, request.get("Filters", ()))]
    begin, size = int(request.get("NextToken", 0)), min(request.get("MaxResults", _PAGE), _PAGE)
    more = {"NextToken": str(begin + size)} if begin + size < len(items) else {}
    page = [json.dumps(item) for item in items[begin : begin + size]]
    return {"FormatVersion": "aws_v1", "PriceList": page, **more}


def _fits(item: dict[str, Any], filters: list[dict[str, str]]) -> bool:
    found = item["product"]["attributes"]
    return all(_MATCHES[each["Type"]](found.get(each["Field"], ""), each["Value"]) for each in filters)


def _item(offer: Offer) -> dict[str, Any]:
    usage = _PREFIX.get(offer.service, "USE1-") + offer.usage
    sku = hashlib.sha256(f"{offer.service}/{usage}".encode()).hexdigest()[:16].upper()
    term, tier = f"{sku}.JRTCKXETXF", f"{sku}.JRTCKXETXF.6YS6EN2CT7"
    published = f"{PACKAGED_DATE}-01T00:00:00Z"
    dimension = {
        "rateCode": tier,
        "unit": "hours",
        "beginRange": "0",
        "endRange": "Inf",
        "description": f"${offer.dollars} for {usage}",
        "appliesTo": [],
        "pricePerUnit": {"USD": f"{offer.dollars:.10f}"},
    }
    return {
        "product": {
            "sku": sku,
            "attributes": {
                "servicecode": offer.service,
                "regionCode": PACKAGED_REGION,
                "location": "US East (N. Virginia)",
                "locationType": "AWS Region",
                "usagetype": usage,
                "operation": "",
            },
        },
        "serviceCode": offer.service,
        "terms": {
            "OnDemand": {
                term: {
                    "sku": sku,
                    "offerTermCode": "JRTCKXETXF",
                    "effectiveDate": published,
                    "termAttributes": {},
                    "priceDimensions": {tier: dimension},
                }
            }
        },
        "version": f"{PACKAGED_DATE.replace('-', '')}01000000",
        "publicationDate": published,
    }


def _refused(code: int, kind: str, message: str) -> Answer:
    return code, {"__type": kind, "message": message}
