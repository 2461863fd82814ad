"""What moto 5.2 gets wrong outside Batch, where a Terraform plan would tell. Applied once, at start.

Each mend says what AWS does. None of them has an upstream issue that names it yet; a version of
moto that has learned it makes the mend a no-op, not a fault.
"""

import importlib
import json
import os
import re
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC
from typing import Any

from fargo.local import filter_patterns, moto_logs, moto_quotas, moto_simulate
from fargo.local.wsgi import WsgiApp

_GROUP_TEXT = r"[a-zA-Z0-9. _\-:/()#,@\[\]+=&;{}!$*]{1,255}"


def application() -> WsgiApp:
    """Moto's server as a WSGI application, mended, and without its welcome to every web page.

    moto lets any origin call it (CORS); a page in the user's browser must not reach this machine's AWS.
    """
    os.environ["MOTO_DISABLE_GLOBAL_CORS"] = "true"
    from moto.moto_server.werkzeug_app import DomainDispatcherApplication, create_backend_app

    apply()
    app: WsgiApp = DomainDispatcherApplication(create_backend_app)
    return app


def apply() -> None:
    """Mend moto in this process."""
    _service_linked_roles()
    _key_rotation()
    _conditional_denials()
    _missing_network_acl()
    _texts_of_groups()
    _modified_endpoints()
    _bucket_dates()
    moto_logs.mend()
    moto_quotas.mend()
    moto_simulate.mend()
    _filter_patterns()


def _service_linked_roles() -> None:
    """The names that AWS gives, `AWSServiceRoleForBatch` and `…ECS`, and its answer to a second creation.

    AWS answers 400 InvalidInput; moto 409 EntityAlreadyExists, and `AWSServiceRoleForbatch`.
    """
    from moto.iam import exceptions

    models = _module("moto.iam.models")

    models.SERVICE_NAME_CONVERSION.update({"batch": "Batch", "ecs": "ECS"})
    create = models.IAMBackend.create_service_linked_role

    def create_once(self: Any, service_name: str, description: str, suffix: str) -> Any:
        try:
            return create(self, service_name, description, suffix)
        except exceptions.EntityAlreadyExists as error:
            name = next(
                role.name
                for role in self.roles.values()
                if role.path == f"/aws-service-role/{service_name}/" and role.name.endswith(suffix or "")
            )
            raise exceptions.InvalidInput(
                f"Service role name {name} has been taken in this account, please try a different suffix.",
            ) from error

    models.IAMBackend.create_service_linked_role = create_once


def _key_rotation() -> None:
    """EnableKeyRotation keeps RotationPeriodInDays, by default 365, and GetKeyRotationStatus tells it."""
    models, responses = _module("moto.kms.models"), _module("moto.kms.responses")

    enable = responses.KmsResponse.enable_key_rotation
    status = responses.KmsResponse.get_key_rotation_status

    def enable_with_period(self: Any) -> str:
        answer: str = enable(self)
        key = self.kms_backend.keys[self.kms_backend.get_key_id(self._get_param("KeyId"))]
        key.rotation_period = self._get_param("RotationPeriodInDays") or 365
        return answer

    def status_with_period(self: Any) -> str:
        answer: dict[str, Any] = json.loads(status(self))
        key = self.kms_backend.keys[self.kms_backend.get_key_id(self._get_param("KeyId"))]
        if answer.get("KeyRotationEnabled"):
            answer["RotationPeriodInDays"] = getattr(key, "rotation_period", 365)
        return json.dumps(answer)

    models.Key.rotation_period = 365
    responses.KmsResponse.enable_key_rotation = enable_with_period
    responses.KmsResponse.get_key_rotation_status = status_with_period


def _conditional_denials() -> None:
    """A bucket policy that denies under a condition says nothing here: moto does not look at the request.

    It takes a condition that it cannot check for one that holds, and denies every call: those with TLS
    too (loopback stands for it), and those that name no key.
    """
    statements = _module("moto.iam.access_control")
    permitted = statements.IAMPolicyStatement.is_action_permitted

    def is_action_permitted(
        self: Any, action: str, resource: str = "*", principal: str | None = None, given: Any = None
    ) -> Any:
        if self._statement["Effect"] == "Deny" and self._statement.get("Condition") and not given:
            return statements.PermissionResult.NEUTRAL
        return permitted(self, action, resource, principal, given)

    statements.IAMPolicyStatement.is_action_permitted = is_action_permitted


def _missing_network_acl() -> None:
    """DescribeNetworkAcls of a missing id: InvalidNetworkAclID.NotFound, not a route table's error.

    By the code the provider knows that the resource is gone, and plans it anew.
    """
    acls = _module("moto.ec2.models.network_acls")
    acls.InvalidRouteTableIdError = acls.InvalidNetworkAclIdError


def _texts_of_groups() -> None:
    """EC2 takes no apostrophe, and little else, in a security group's description; moto takes anything.

    The characters are those of CreateSecurityGroup's page.
    """
    exceptions, groups = _module("moto.ec2.exceptions"), _module("moto.ec2.models.security_groups")
    create = groups.SecurityGroupBackend.create_security_group

    def create_checked(self: Any, name: str, description: str, *args: Any, **kwargs: Any) -> Any:
        if description and not re.fullmatch(_GROUP_TEXT, description):
            raise exceptions.EC2ClientError(
                "InvalidParameterValue",
                f"Value ({description}) for parameter GroupDescription is invalid. Valid descriptions are "
                "strings less than 256 characters from the following set: a-zA-Z0-9. _-:/()#,@[]+=&;{}!$*",
            )
        return create(self, name, description, *args, **kwargs)

    groups.SecurityGroupBackend.create_security_group = create_checked


def _modified_endpoints() -> None:
    """ModifyVpcEndpoint turns private DNS on and off, and a gateway's routes come and go with its tables."""
    responses = _module("moto.ec2.responses.vpcs")
    modify = responses.VPCs.modify_vpc_endpoint

    def modify_all(self: Any) -> Any:
        endpoint = self.ec2_backend.vpc_end_points.get(self._get_param("VpcEndpointId"))
        before = set(endpoint.route_table_ids or ()) if endpoint else set()
        answer = modify(self)
        private_dns = self._get_param("PrivateDnsEnabled")
        if private_dns is not None:
            endpoint.private_dns_enabled = str(private_dns).lower() == "true"
        if prefixes := endpoint.destination_prefix_list_id:
            now = set(endpoint.route_table_ids)
            for table in sorted(now - before):
                self.ec2_backend.create_route(
                    table, None, gateway_id=endpoint.id, destination_prefix_list_id=prefixes
                )
            for table in sorted(before - now):
                self.ec2_backend.delete_route(table, prefixes)
        return answer

    responses.VPCs.modify_vpc_endpoint = modify_all


def _bucket_dates() -> None:
    """A bucket's date comes from the clock that all other dates come from; `moto_moments` sets it."""
    models = _module("moto.s3.models")
    make = models.FakeBucket.__init__

    def make_with_date(self: Any, *args: Any, **kwargs: Any) -> None:
        make(self, *args, **kwargs)
        self.creation_date = models.utcnow().replace(tzinfo=UTC)

    models.FakeBucket.__init__ = make_with_date


def _filter_patterns() -> None:
    """FilterLogEvents heeds a pattern for JSON; moto lets every line pass."""
    chosen = _module("moto.logs.utils").EventMessageFilter
    matches = chosen.matches
    choose = chosen.__init__

    def choose_with_json(self: Any, pattern: str) -> None:
        self.json = filter_patterns.compiled(pattern) if pattern and pattern.startswith("{") else None
        if self.json is None:
            choose(self, pattern)

    def matches_json(self: Any, message: str) -> Any:
        return filter_patterns.matches(self.json, message) if self.json else matches(self, message)

    chosen.__init__ = choose_with_json
    chosen.matches = matches_json


@contextmanager
def nothing_leaves() -> Iterator[None]:
    """Nothing reaches other servers or the engine: what is made again must not be told again.

    And nothing is waited for: what a queue gave, it has when its turn comes.
    """
    queues = _module("moto.sqs.models").SQSBackend
    receive = queues.receive_message

    def receive_now(self: Any, queue_name: str, count: int, wait_seconds_timeout: int, *rest: Any) -> Any:
        return receive(self, queue_name, count, min(wait_seconds_timeout, 0), *rest)

    def send(*_: Any, **__: Any) -> Any:
        answer = _module("requests").Response()
        answer.status_code = 200
        return answer

    def no_engine(_: Any) -> Any:
        raise RuntimeError("no container is started for what is only made again")

    engine = _module("moto.utilities.docker_utilities").DockerModel
    with (
        _replaced(queues, "receive_message", receive_now),
        _replaced(_module("requests").Session, "request", send),
        _replaced(engine, "docker_client", property(no_engine)),
    ):
        yield


@contextmanager
def _replaced(owner: Any, name: str, value: Any) -> Iterator[None]:
    before = getattr(owner, name)
    setattr(owner, name, value)
    try:
        yield
    finally:
        setattr(owner, name, before)


def _module(name: str) -> Any:
    """Untyped: to replace a method is what types are there to prevent."""
    return importlib.import_module(name)
