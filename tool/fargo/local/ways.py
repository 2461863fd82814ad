"""What a task reaches from the subnet that it starts in, and how AWS says that it does not.

The walk is the one that `fargo explain` and `fargo doctor` do on AWS (`model.hops`), here through the network
that moto's EC2 holds. A hundred thousand tasks that start alike are one walk.
"""

import logging
from collections.abc import Callable, Iterable
from dataclasses import dataclass

from fargo.local import moto_network
from fargo.local.calls import scope_of
from fargo.local.wsgi import Environ, StartResponse, WsgiApp
from fargo.model import hops
from fargo.model.network import Network

_log = logging.getLogger(__name__)

_NETWORK = ("ec2", "cloudformation")
"""Services whose calls may change the network."""
_NO_WAY = {
    "ecr.api": (
        "ResourceInitializationError: unable to pull secrets or registry auth: The task cannot pull registry "
        "auth from Amazon ECR: There is a connection issue between the task and Amazon ECR. Check your task "
        "network configuration. RequestError: send request failed caused by: Post "
        '"https://api.ecr.{region}.amazonaws.com/": dial tcp: i/o timeout'
    ),
    "ecr.dkr": (
        "CannotPullContainerError: pull image manifest has been retried 5 time(s): failed to resolve ref "
        '{image}: failed to do request: Head "https://{host}/v2/{name}/manifests/{tag}": '
        "dial tcp: i/o timeout"
    ),
    "s3": (
        "CannotPullContainerError: ref pull has been retried 5 time(s): failed to copy: httpReadSeeker: "
        "failed open: failed to do request: Get "
        '"https://prod-{region}-starport-layer-bucket.s3.{region}.amazonaws.com/": dial tcp: i/o timeout'
    ),
    "logs": "ResourceInitializationError: failed to validate logger args: : signal: killed",
    "secretsmanager": (
        "ResourceInitializationError: unable to pull secrets or registry auth: execution resource retrieval "
        "failed: unable to retrieve secret from asm: service call has been retried 5 time(s): failed to "
        "fetch secret {secret} from secrets manager: RequestCanceled: request context canceled caused by: "
        "context deadline exceeded. Please check your task network configuration."
    ),
    "ssm": (
        "ResourceInitializationError: unable to pull secrets or registry auth: execution resource retrieval "
        "failed: unable to retrieve secrets from ssm: service call has been retried 5 time(s): "
        "RequestCanceled: request context canceled caused by: context deadline exceeded. Please check your "
        "task network configuration."
    ),
}
"""AWS's words where a service is not reached, without the addresses that stand in them.

As users met them: aws/copilot-cli#5927 (registry), deepfence/terraform-aws-cloud-scanner#13 (manifest),
gist.github.com/bradleybeddoes/7b568d87d20c5e4ebfe31de9a8dc08c7 (logs), Releem/releem-agent#195 and
hashicorp/terraform-provider-aws#33044 (secrets). Of the layers they are containerd's for any registry.
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Start:
    """Where a task starts, and what Fargate fetches for it.

    Attributes:
        public: it has a public address.
        secrets: as the job definition names them.
    """

    task_id: str
    region: str
    subnets: tuple[str, ...]
    groups: tuple[str, ...]
    public: bool
    image: str
    secrets: tuple[str, ...]
    log_driver: str


Read = Callable[[str, Iterable[str]], Network | None]


class Ways:
    """Remembers what was walked until the network may have changed.

    Args:
        read: the network of a region's subnets; None where none is known: then all is reached.
    """

    def __init__(self, read: Read = moto_network.read) -> None:
        self._read = read
        self._known: dict[tuple[object, ...], hops.Hop | None] = {}

    def watching(self, moto: WsgiApp) -> WsgiApp:
        """Moto as before; what was walked is forgotten with every call that may have changed the network.

        A walk that is under way then is forgotten too.
        """

        def call(environ: Environ, start_response: StartResponse) -> Iterable[bytes]:
            try:
                return moto(environ, start_response)
            finally:
                scope = scope_of(environ)
                if scope and scope.service in _NETWORK:
                    self._known = {}

        return call

    def blocked(self, start: Start) -> str:
        """Why a task does not start, in AWS's words; empty where it reaches all that it needs.

        It is in one of the subnets; on Fargate too it is not said in which.
        """
        subnet = start.subnets[int(start.task_id, 16) % len(start.subnets)]
        wanted = hops.services(start.image, start.secrets, start.log_driver)
        known, key = self._known, (start.region, start.subnets, subnet, start.groups, start.public, wanted)
        if key not in known:
            known[key] = self._walk(start, subnet, wanted)
        hop = known[key]
        return _words(hop.service, start) if hop else ""

    def _walk(self, start: Start, subnet: str, wanted: tuple[str, ...]) -> hops.Hop | None:
        try:
            network = self._read(start.region, start.subnets)
        except (AttributeError, KeyError, TypeError, ValueError):
            _log.exception(
                "the network of %s cannot be read; tasks start there as if nothing were missing", subnet
            )
            return None
        if network is None:
            return None
        hop = next(iter(hops.missing(network, [subnet], start.groups, wanted, public=start.public)), None)
        if hop:
            _log.warning("tasks do not start in %s: %s", subnet, hop.words)
        return hop


def _words(service: str, start: Start) -> str:
    host, _, rest = start.image.partition("/")
    name, _, tag = rest.partition("@" if "@" in rest else ":")
    return _NO_WAY[service].format(
        region=start.region,
        image=start.image,
        host=host,
        name=name,
        tag=tag or "latest",
        secret=next((each for each in start.secrets if ":secretsmanager:" in each), ""),
    )
