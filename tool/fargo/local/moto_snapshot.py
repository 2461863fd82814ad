"""Everything that moto holds, as one file."""

import gc
import importlib
import json
import marshal
import os
import pickle
import sys
import threading
from collections import Counter, OrderedDict, defaultdict
from collections.abc import Callable
from pathlib import Path
from types import CellType, FunctionType, ModuleType
from typing import Any, BinaryIO

from fargo.local.moto_journal import LARGE, Bodies, Body, Record, chunks

_OF_A_NEW_ONE = {"backend", "service_name", "_use_boto3_regions", "_additional_regions", "_id"}
"""Attributes that every dictionary of backends has from the start."""

_PLAIN = (dict, OrderedDict, defaultdict, Counter)
"""Dictionaries that can be made anew from what is in them."""

_COUNTERS = (("moto.logs.models", "LogEvent", "_event_id"), ("moto.logs.models", "LogStream", "_log_ids"))
"""What moto counts in a class: module, class, attribute."""

_LOCKS: dict[type, Callable[[], Any]] = {
    type(threading.Lock()): threading.Lock,
    type(threading.RLock()): threading.RLock,
    threading.Condition: threading.Condition,
    threading.Event: threading.Event,
}


class ForeignError(Exception):
    """What is kept was written by other versions, or cannot be read; with the reason."""


def versions() -> Record:
    """What a snapshot and a journal depend on: moto's classes, and Python's byte code."""
    from importlib.metadata import version

    return {"format": 1, "moto": version("moto"), "python": "{}.{}".format(*sys.version_info[:2])}


def check(about: Record) -> None:
    """Refuse what others wrote.

    Raises:
        ForeignError: they did.
    """
    ours = versions()
    if about != ours:
        there = f"moto {about.get('moto')} on Python {about.get('python')}"
        raise ForeignError(f"it was written with {there}, and this is {ours['moto']} on {ours['python']}")


def save(path: Path, bodies: Bodies) -> set[str]:
    """Write the file in one step: it is there whole, or not at all. Large bodies go to `bodies`.

    Returns:
        The names of the bodies that it refers to.

    Raises:
        Exception: moto holds something that cannot be written, or not be read again.
    """
    draft = path.with_suffix(".new")
    with draft.open("wb") as file:
        file.write(json.dumps(versions()).encode() + b"\n")
        pickler = _Pickler(file, bodies)
        pickler.dump((_held(), [getattr(_counting(place), place[-1], 0) for place in _COUNTERS]))
        file.flush()
        os.fsync(file.fileno())
    _read(draft, bodies)
    draft.replace(path)
    return pickler.names


def load(path: Path, bodies: Bodies) -> None:
    """Give moto what it held when `path` was written.

    Raises:
        ForeignError: the file is of other versions, or damaged.
    """
    try:
        held, counts = _read(path, bodies)
    except ForeignError:
        raise
    except Exception as error:
        raise ForeignError(f"it cannot be read: {error!r}") from error
    for place, count in zip(_COUNTERS, counts, strict=True):
        setattr(_counting(place), place[-1], count)
    for service, (accounts, extras) in held.items():
        dictionary = _backends(service)
        vars(dictionary).update(extras)
        for account, regions in accounts.items():
            for region, backend in regions.items():
                dict.__setitem__(dictionary[account], region, backend)


def _counting(place: tuple[str, str, str]) -> Any:
    return getattr(importlib.import_module(place[0]), place[1])


def _used() -> list[Any]:
    """The dictionaries of backends, one a service, as far as they hold something."""
    dictionaries: Any = importlib.import_module("moto.core.base_backend").BackendDict
    return list(dictionaries._instances)  # noqa: SLF001 - there is no other list of them


def _read(path: Path, bodies: Bodies) -> Any:
    with path.open("rb") as file:
        check(json.loads(file.readline()))
        gc.disable()  # millions of new objects, and no garbage among them
        try:
            return _Unpickler(file, bodies).load()
        finally:
            gc.enable()


def _held() -> dict[str, Any]:
    """`{service: ({account: {region: backend}}, attributes of the dictionary itself)}`."""
    return {
        _module_of(found): (
            {account: dict(regions.items()) for account, regions in found.items()},
            {name: value for name, value in vars(found).items() if name not in _OF_A_NEW_ONE},
        )
        for found in _used()
    }


def _module_of(dictionary: Any) -> str:
    """Where a dictionary of backends lies: `module:name`. moto's name of a service need not say it."""
    module = sys.modules[dictionary.backend.__module__]
    return next(f"{module.__name__}:{name}" for name, value in vars(module).items() if value is dictionary)


def _backends(where: str) -> Any:
    module, _, name = where.partition(":")
    return getattr(importlib.import_module(module), name)


class _Pickler(pickle.Pickler):
    """Writes what the plain one refuses: locks, private keys, lambdas; and keeps large bodies apart."""

    def __init__(self, file: BinaryIO, bodies: Bodies) -> None:
        super().__init__(file, protocol=pickle.HIGHEST_PROTOCOL)
        self._bodies = bodies
        self.names: set[str] = set()
        from moto.core.base_backend import AccountSpecificBackend, BackendDict

        self._dictionaries = (BackendDict, AccountSpecificBackend)
        self._key: type = getattr(sys.modules.get("moto.s3.models"), "FakeKey", Body)

    def persistent_id(self, obj: Any) -> Any:
        """Bodies by their name, moto's dictionaries by their place: there is one of each in a process."""
        if isinstance(obj, Body):
            self.names.add(obj.name)
            return ("body", obj.name)
        if isinstance(obj, self._dictionaries):
            if isinstance(obj, self._dictionaries[0]):
                return ("backends", _module_of(obj), None)
            return ("backends", _module_of(_of_account(obj)), obj.account_id)
        return None

    def reducer_override(self, obj: Any) -> Any:
        """How the objects are made anew that cannot be written as they are."""
        kind = type(obj)
        if kind is self._key:
            return self._object_of_s3(obj)
        if kind in _LOCKS:
            return _LOCKS[kind], ()
        if kind is FunctionType and "<" in obj.__qualname__:
            return _function, _function_parts(obj)
        if issubclass(kind, dict) and kind not in _PLAIN:
            # Its own way calls the class and its `__setitem__`, which may want more or do more in moto's.
            return kind.__new__, (kind,), (_entries(obj), vars(obj)), None, None, _fill
        if kind is ModuleType:
            return importlib.import_module, (obj.__name__,)
        return _key_parts(obj) if kind.__module__.startswith("cryptography.") else NotImplemented

    def _object_of_s3(self, obj: Any) -> Any:
        if obj.disposed or obj.contentsize < LARGE:
            return NotImplemented
        if not isinstance(obj._value_buffer, Body):  # noqa: SLF001 - moto has no other way to its buffer
            with obj.lock:
                obj._value_buffer.seek(0)  # noqa: SLF001
                stored = self._bodies.store(chunks(obj._value_buffer, obj.contentsize))  # noqa: SLF001
                obj._value_buffer = stored  # noqa: SLF001
        return object.__new__, (type(obj),), vars(obj), None, None, _set_attributes


class _Unpickler(pickle.Unpickler):
    """Reads our own files, from a folder that nobody else can write to."""

    def __init__(self, file: BinaryIO, bodies: Bodies) -> None:
        super().__init__(file)
        self._bodies = bodies

    def persistent_load(self, pid: Any) -> Any:
        """What `persistent_id` named."""
        match pid:
            case ("body", name):
                return self._bodies.get(name)
            case ("backends", where, None):
                return _backends(where)
            case ("backends", where, account):
                return _backends(where)[account]
        raise pickle.UnpicklingError(f"unknown reference {pid!r}")


def _of_account(account: Any) -> Any:
    return next(found for found in _used() if any(own is account for own in found.values()))


def _entries(obj: dict[Any, Any]) -> tuple[Any, dict[Any, Any]]:
    return getattr(obj, "default_factory", None), dict(zip(dict.keys(obj), dict.values(obj), strict=True))


def _fill(obj: Any, state: tuple[tuple[Any, dict[Any, Any]], dict[str, Any]]) -> None:
    (factory, entries), attributes = state
    if factory:
        obj.default_factory = factory
    dict.update(obj, entries)
    vars(obj).update(attributes)


def _set_attributes(obj: Any, state: dict[str, Any]) -> None:
    vars(obj).update(state)


def _function_parts(function: FunctionType) -> tuple[Any, ...]:
    cells = tuple(cell.cell_contents for cell in function.__closure__ or ())
    code = marshal.dumps(function.__code__)
    return code, function.__module__, function.__name__, function.__defaults__, cells


def _function(
    code: bytes, module: str, name: str, defaults: tuple[Any, ...] | None, cells: tuple[Any, ...]
) -> FunctionType:
    found = marshal.loads(code)  # noqa: S302 - as safe as the unpickling around it
    scope = vars(importlib.import_module(module))
    return FunctionType(found, scope, name, defaults, tuple(CellType(value) for value in cells))


def _key_parts(obj: Any) -> Any:
    """Keys of `cryptography`, as the bytes that they are written as everywhere."""
    from cryptography.hazmat.primitives import serialization as form

    if hasattr(obj, "private_bytes"):
        der = obj.private_bytes(form.Encoding.DER, form.PrivateFormat.PKCS8, form.NoEncryption())
        return _read_der, ("load_der_private_key", der, None)
    if hasattr(obj, "public_bytes"):
        der = obj.public_bytes(form.Encoding.DER, form.PublicFormat.SubjectPublicKeyInfo)
        return _read_der, ("load_der_public_key", der)
    return NotImplemented


def _read_der(function: str, *args: Any) -> Any:
    from cryptography.hazmat.primitives import serialization

    return getattr(serialization, function)(*args)
