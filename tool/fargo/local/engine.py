"""The Docker engine, and on it the one network that jobs live on.

The network is internal: no way out of it but to this machine, where the local AWS listens on the
network's gateway. Containers and network carry a label with the state folder's id, so that a
server finds what an earlier one left and never touches another's.
"""

import logging
import threading
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from fargo.errors import EngineMissing
from fargo.local.executors import Capacity

_log = logging.getLogger(__name__)

LABEL = "fargo.local"
_MIB = 1024 * 1024
_CONNECTIONS = 64
_GONE = (404, 409)
"""Not there any more, or being removed at this moment."""
_IN_USE = 403


@dataclass(frozen=True, slots=True, kw_only=True)
class Ready:
    """An engine that answers, with our network on it."""

    api: Any
    network: str
    gateway: str
    capacity: Capacity


class Engine:
    """Connects when first needed, and again where the engine or the network went away.

    Args:
        state_id: names this server's containers and network.
        on_ready: called with each new network, before a container is put on it.
    """

    def __init__(self, state_id: str, on_ready: Callable[[Ready], None]) -> None:
        self.labels = {LABEL: state_id}
        self._filter = {"label": f"{LABEL}={state_id}"}
        self._network = f"fargo-local-{state_id}"
        self._on_ready = on_ready
        self._lock = threading.Lock()
        self._found: Ready | None = None

    @property
    def found(self) -> Ready | None:
        """The engine, if it has answered already."""
        return self._found

    def ready(self, *, instead_of: Ready | None = None) -> Ready:
        """The engine with our network; what was found before is not asked again whether it is still there.

        Args:
            instead_of: whose network was found gone; a new one is made, unless another thread has.

        Raises:
            EngineMissing: none answers.
        """
        from docker.errors import DockerException
        from requests.exceptions import RequestException

        with self._lock:
            if self._found and self._found is not instead_of:
                return self._found
            try:
                return self._connect()
            except (DockerException, RequestException) as error:
                raise EngineMissing(
                    f"no Docker engine answers: {error}", "start Docker; the next job finds it by itself"
                ) from error

    def remove_containers(self) -> None:
        """Remove every container of ours; an engine that is gone has none."""
        if self._found:
            self._try(_remove_containers, self._found.api)

    def close(self) -> None:
        """Remove our containers and our network."""
        self.remove_containers()
        if self._found:
            self._try(_remove_networks, self._found.api)

    def _try(self, remove: Callable[[Any, dict[str, str]], None], api: Any) -> None:
        try:
            remove(api, self._filter)
        except Exception:  # noqa: BLE001 - an engine that is gone is no reason not to end
            _log.exception("what is labelled %s may be left on the engine", self._filter["label"])

    def _connect(self) -> Ready:
        import docker

        api = docker.from_env(max_pool_size=_CONNECTIONS).api
        info = api.info()
        if self._found is None:
            _remove_containers(api, self._filter)
            _remove_networks(api, self._filter)
        if not api.networks(filters=self._filter):
            api.create_network(
                self._network, driver="bridge", internal=True, labels=self.labels, check_duplicate=True
            )
        found = Ready(
            api=api,
            network=self._network,
            gateway=str(api.inspect_network(self._network)["IPAM"]["Config"][0]["Gateway"]),
            capacity=Capacity(float(info["NCPU"]), info["MemTotal"] // _MIB),
        )
        self._on_ready(found)
        self._found = found
        return found


def _remove_containers(api: Any, labelled: dict[str, str]) -> None:
    from docker.errors import APIError

    for container in api.containers(all=True, filters=labelled):
        try:
            api.remove_container(container["Id"], v=True, force=True)
        except APIError as error:
            if error.status_code not in _GONE:
                raise


def _remove_networks(api: Any, labelled: dict[str, str]) -> None:
    """Remove them, but for one that the engine takes to be in use: the next server takes that one over."""
    from docker.errors import APIError

    for network in api.networks(filters=labelled):
        try:
            api.remove_network(network["Id"])
        except APIError as error:
            if error.status_code != _IN_USE:
                raise
            _log.warning("network %s stays on the engine: %s", network["Name"], error.explanation)
