"""Whose prices count: AWS's price list where it answers, and the packaged one where it does not."""

import os
from collections.abc import Mapping
from datetime import datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec

from fargo import caching
from fargo.aws.prices import SECONDS, endpoint_region, price_list
from fargo.aws.session import Target
from fargo.errors import AwsDenied, AwsError, AwsUnreachable
from fargo.model.prices import PACKAGED, Prices, Rate, Source, packaged

if TYPE_CHECKING:
    from fargo.aws.session import Session

KEPT = timedelta(days=3)
"""How long an answer of the price list counts: prices change a few times in a year."""
FAILED_KEPT = timedelta(hours=1)
"""How long it is not asked again where it does not answer."""
NEEDED = tuple(rate for rate in Rate if rate.startswith(("vcpu_", "gib_")))
"""Without these a price list is none; any other rate may be borrowed from the packaged one."""


NOBODY = "there are no valid credentials"


class _Kept(msgspec.Struct, frozen=True):
    at: datetime
    prices: Prices


def current(session: "Session", now: datetime, environ: Mapping[str, str] = os.environ) -> Prices:
    """The prices of the session's region; of a target AWS the latest answer is kept for some days.

    It never fails, and never takes longer than a few seconds: what cannot be had is packaged.
    """
    if session.target is Target.LOCAL:
        return _asked(session)
    file = caching.folder(environ) / f"prices-{session.region}.json"
    kept = _kept(file)
    if kept and timedelta(0) <= now - kept.at < (FAILED_KEPT if kept.prices.reason else KEPT):
        return kept.prices
    prices = _asked(session)
    if prices.reason == NOBODY:
        return prices  # whoever signs on now shall not be told of it for an hour
    caching.keep(file, msgspec.json.encode(_Kept(now, prices)))
    return prices


def _kept(file: Path) -> _Kept | None:
    """What is kept, where it is whole: another version of fargo may have known fewer rates."""
    try:
        found = msgspec.json.decode(file.read_bytes(), type=_Kept)
    except (OSError, msgspec.MsgspecError):
        return None
    rates = found.prices.rates
    whole = found.at.tzinfo is not None and all(rates.get(rate, 0) > 0 for rate in Rate)
    return found if whole else None


def _asked(session: "Session") -> Prices:
    region = session.region
    try:
        client = session.client("pricing", attempts=1, seconds=SECONDS, region=endpoint_region(region))
        found = price_list(client, region)
    except AwsError as error:
        return packaged(region, _why(error))
    if any(rate not in found.rates for rate in NEEDED):
        return packaged(region, f"the price list API has none of {region}")
    return Prices(
        region=region,
        date=found.date,
        source=Source.LOCAL if session.target is Target.LOCAL else Source.API,
        rates={**PACKAGED.rates, **found.rates},
        borrowed=tuple(rate for rate in Rate if rate not in found.rates),
    )


def _why(error: AwsError) -> str:
    if isinstance(error, AwsDenied):
        denied = error.code.startswith(("AccessDenied", "Unauthorized"))
        return "pricing:GetProducts is not allowed" if denied else NOBODY
    if isinstance(error, AwsUnreachable):
        return "the price list API does not answer"
    return f"the price list API refused: {error.code or error.message}"
