"""How old what is shown is, in words; and what is wrong, with what to do about it."""

from fargo.model.units import duration_text
from fargo.view.text import safe
from fargo.watch import Age, Condition, Trouble

EXPIRED = frozenset(
    {"ExpiredToken", "ExpiredTokenException", "TokenRetrievalError", "SSOError", "UnauthorizedSSOTokenError"}
)
"""Codes that say that the credentials were right once."""


def short(age: Age) -> str:
    """For a header: like `live 4s ago`, `stale 38s`, `offline since 14:20`."""
    ago = "" if age.seconds is None else f" {duration_text(age.seconds)}"
    match age.condition:
        case Condition.WAITING:
            return "asking AWS"
        case Condition.LIVE:
            return f"live{ago} ago"
        case Condition.STALE | Condition.THROTTLED:
            return f"stale{ago}"
        case Condition.OFFLINE:
            return f"offline since {age.since.astimezone():%H:%M}" if age.since else "offline"
        case Condition.DENIED:
            return f"refused since {age.since.astimezone():%H:%M}" if age.since else "refused"


def told(event: Trouble) -> str:
    """A trouble where each is told once, in a line."""
    return f"{safe(event.error.message)}; asking again in {event.pause:.0f} s"


def trouble(age: Age, profile: str = "") -> str:
    """What hides the rest and when AWS is asked again, in a line; empty where all is well."""
    if age.error is None:
        return ""
    again = f"asking again in {duration_text(age.retry)}"
    if age.condition is Condition.DENIED and age.error.code in EXPIRED:
        login = f"aws sso login --profile {profile}" if profile else "aws sso login"
        return f"the credentials have expired: `{login}`; {again}"
    if age.condition is Condition.THROTTLED:
        return f"{age.error.operation} throttled {age.times}x: {again}"
    return f"{safe(age.error.message)}; {again}"
