"""moto's randomness and its clock, bound to the change that it is making.

Every change gets a seed and a time of its own. The same change played again with both gives the same
ids, keys and dates, whatever came before it and whatever other threads do meanwhile.
"""

import importlib
import os
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from random import Random
from typing import Any
from uuid import UUID

_BEGINNING = datetime(2024, 1, 1)  # noqa: DTZ001 - moto's times are naive, and mean UTC
"""When what every account has, such as its default event bus, was made."""


@dataclass(frozen=True, slots=True)
class Moment:
    """What decides a change, besides what it asks for.

    Attributes:
        seed: of its randomness.
        time: naive, UTC.
        frozen: whether its clock stands still; not for a change that may wait for something.
    """

    seed: int | str
    time: datetime
    frozen: bool = True

    @classmethod
    def now(cls, *, frozen: bool = True) -> "Moment":
        """A new one."""
        return cls(int.from_bytes(os.urandom(8)), datetime.now(UTC).replace(tzinfo=None), frozen)


class Playing:
    """A change that is being made.

    Attributes:
        unrepeatable: whether it drew what no seed decides, such as a private key.
    """

    def __init__(self, moment: Moment) -> None:
        self.random = Random(moment.seed)  # noqa: S311 - to be repeated is what it is for
        self.time = moment.time if moment.frozen else None
        self.unrepeatable = False


class Moments:
    """Which change each thread is making. Outside of one, chance and time are the real ones."""

    def __init__(self) -> None:
        self._local = threading.local()

    @property
    def playing(self) -> Playing | None:
        """The change that this thread is making."""
        return getattr(self._local, "playing", None)

    @contextmanager
    def at(self, moment: Moment) -> Iterator[Playing]:
        """Make a change of this thread at `moment`."""
        before, playing = self.playing, Playing(moment)
        self._local.playing = playing
        try:
            yield playing
        finally:
            self._local.playing = before
            if before:
                before.unrepeatable |= playing.unrepeatable

    def install(self) -> None:
        """Have moto in this process draw and tell the time here. Once, before its services are loaded."""
        self._bind_chance()
        self._bind_time()
        self._bind_beginnings()
        self._watch_private_keys()

    def _bind_chance(self) -> None:
        """`uuid4`, KMS's keys and S3's upload ids come from `os.urandom`, all else from moto's own."""
        mock_random = _module("moto.moto_api._internal").mock_random
        bits, fraction, octets = mock_random.getrandbits, mock_random.random, os.urandom

        def urandom(size: int, /) -> bytes:
            playing = self.playing
            return playing.random.randbytes(size) if playing else octets(size)

        def getrandbits(size: int, /) -> int:
            playing = self.playing
            found: int = playing.random.getrandbits(size) if playing else bits(size)
            return found

        def random() -> float:
            playing = self.playing
            found: float = playing.random.random() if playing else fraction()
            return found

        mock_random.getrandbits, mock_random.random = getrandbits, random
        os.urandom = urandom
        # A service that is loaded in the midst of a change must not take from its draws.
        _module("moto.core.base_backend").uuid4 = lambda: UUID(bytes=octets(16), version=4)

    def _bind_time(self) -> None:
        utils = _module("moto.core.utils")
        real_utcnow, real_time = utils.utcnow, time.time

        def utcnow() -> datetime:
            playing = self.playing
            found: datetime = (playing and playing.time) or real_utcnow()
            return found

        def seconds() -> float:
            playing = self.playing
            if playing and playing.time:
                return playing.time.replace(tzinfo=UTC).timestamp()
            return real_time()

        for name, module in list(sys.modules.items()):
            if name.startswith("moto.") and getattr(module, "utcnow", None) is real_utcnow:
                module.utcnow = utcnow  # type: ignore[attr-defined] # it has one, as was just seen
        time.time = seconds

    def _bind_beginnings(self) -> None:
        """What a region has from the start, such as its default VPC, is made when it is first looked at."""
        regions = _module("moto.core.base_backend").AccountSpecificBackend
        endpoints = _module("moto.ec2.models.vpcs").VPCBackend
        get, collect = regions.__getitem__, endpoints._collect_default_endpoint_services  # noqa: SLF001

        def getitem(self_: Any, region: str) -> Any:
            if region in self_.keys():  # noqa: SIM118 - `in` alone asks for the regions that there may be
                return dict.__getitem__(self_, region)
            name = f"{self_.service_name}/{self_.account_id}/{region}"
            with self.at(Moment(name, _BEGINNING)):
                return get(self_, region)

        def collect_default_endpoint_services(account_id: str, region: str) -> Any:
            with self.at(Moment(f"endpoint services of {region}", _BEGINNING)):
                return collect(account_id, region)

        regions.__getitem__ = getitem
        endpoints._collect_default_endpoint_services = staticmethod(  # noqa: SLF001 - no other way in
            collect_default_endpoint_services
        )

    def _watch_private_keys(self) -> None:
        """OpenSSL draws them itself."""
        keys = "cryptography.hazmat.primitives.asymmetric"
        for owner, name in (
            (_module(f"{keys}.rsa"), "generate_private_key"),
            (_module(f"{keys}.ec"), "generate_private_key"),
            (_module(f"{keys}.ed25519").Ed25519PrivateKey, "generate"),
        ):
            setattr(owner, name, self._watched(getattr(owner, name)))

    def _watched(self, generate: Callable[..., Any]) -> Callable[..., Any]:
        def generate_and_tell(*args: Any, **kwargs: Any) -> Any:
            if self.playing:
                self.playing.unrepeatable = True
            return generate(*args, **kwargs)

        return generate_and_tell


def _module(name: str) -> Any:
    """Untyped: to replace a function is what types are there to prevent."""
    return importlib.import_module(name)
