"""`[jobs.NAME]` of fargo.toml."""

from typing import Annotated, Any

import msgspec

from fargo.config.keys import key
from fargo.model import fargate, naming, units
from fargo.model.fargate import Size

SECRET = (
    r"^arn:[a-z0-9-]+:(secretsmanager:[a-z0-9-]+:[0-9]{12}:secret:[^:]+-[A-Za-z0-9]{6}(:.*)?"  # noqa: S105 # the form of an ARN
    r"|ssm:[a-z0-9-]+:[0-9]{12}:parameter/.+)$"
)
ACTION = r"^[a-z0-9-]+:[A-Za-z0-9*?]+$"
_SIZE = r"^\s*[0-9]{1,9}(\.[0-9]{1,9})?\s*(MiB|GiB|M|G)\s*$"
_DURATION = (
    r"^\s*([0-9]{1,9}|([0-9]{1,9}d)?\s*([0-9]{1,9}h)?\s*([0-9]{1,9}m)?\s*([0-9]{1,9}s)?)\s*$"  # or none
)
_NAME = r"[a-z0-9_][a-z0-9_.-]*"

_STATEMENT = {
    "properties": {
        "Sid": True,
        "Effect": {"enum": ["Allow", "Deny"]},
        "Action": {
            "anyOf": [
                {"type": "string", "pattern": ACTION},
                {"type": "array", "items": {"type": "string", "pattern": ACTION}, "minItems": 1},
            ]
        },
        "Resource": True,
        "Condition": True,
    },
    "required": ["Effect", "Action", "Resource"],
    "additionalProperties": False,
}


class JobSettings(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One AWS Batch job definition."""

    command: Annotated[
        # AWS Batch: "Command field cannot have empty strings" (https://github.com/boto/boto3/issues/3612).
        list[Annotated[str, key(minLength=1)]],
        key(
            "Argument by argument, never through a shell; `{column}`, `{row}`, `{run}`, `{output}` and "
            "`{after}` are filled in.",
            'at least one argument, and none that is empty, such as ["python3", "job.py"]',
            minItems=1,
        ),
    ]
    vcpu: Annotated[float, key("vCPUs of a container.", enum=list(fargate.MEMORY_MIB))] = 0.25
    memory: Annotated[
        str,
        key(
            "Memory of a container.",
            "a size such as 512 MiB or 2 GiB that Fargate offers with that many vCPUs",
            pattern=_SIZE,
        ),
    ] = "512 MiB"
    storage: Annotated[
        str, key("Ephemeral storage; the image counts.", "whole GiB, 20 to 200", pattern=_SIZE)
    ] = "20 GiB"
    timeout: Annotated[
        str,
        key(
            "Of each attempt; empty: none.",
            "60s or more, such as 90s, 15m, 1h30m",
            pattern=_DURATION,
        ),
    ] = ""
    attempts: Annotated[
        int,
        key(
            "How often the command is tried; a task that never started may be tried again in any case.",
            minimum=1,
            maximum=10,  # AWS Batch API reference, RetryStrategy
        ),
    ] = 1
    spot: Annotated[
        bool, key("On Fargate Spot: cheaper, and AWS may end a container with two minutes' notice.")
    ] = False
    environment: Annotated[
        dict[str, str],
        key(
            "Environment variables.",
            "names that begin neither with FARGO_ nor with AWS_BATCH",
            propertyNames={"not": {"pattern": f"^({'|'.join(naming.RESERVED_ENV_PREFIXES)})"}},
        ),
    ] = {}
    secrets: Annotated[
        dict[str, Annotated[str, key(pattern=SECRET)]],
        key(
            "Environment variable → ARN; adds the endpoint of its service.",
            "ARNs of Secrets Manager secrets or SSM parameters; no variable of `environment`",
            propertyNames={"not": {"pattern": f"^({'|'.join(naming.RESERVED_ENV_PREFIXES)})"}},
        ),
    ] = {}
    inputs: Annotated[
        list[str],
        key(
            "Columns of rows that name local files or `s3://` objects: fetched before the command; of other "
            "buckets with a `policy`."
        ),
    ] = []
    output: Annotated[
        str,
        key("A folder, relative to the working directory, uploaded after the command; empty: none."),
    ] = ""
    pack: Annotated[int, key("Rows in one container, one after the other.", minimum=1)] = 1
    workers: Annotated[
        int, key("How many of the rows in one container run at once.", "1 to `pack`", minimum=1)
    ] = 1
    read_only_root: Annotated[
        bool,
        key("The container writes to `/tmp` alone; `output` is then under it, such as `/tmp/out`."),
    ] = False
    user: Annotated[
        str,
        key(
            "Who the command runs as; empty: the image's own user.",
            "a user or a user:group, by name or number, such as 1000:1000",
            pattern=f"^({_NAME}(:{_NAME})?)?$",
        ),
    ] = ""
    exec: Annotated[
        bool,
        key(
            "Lets `aws ecs execute-command` into the container; adds the endpoint `ssmmessages`; not with "
            "`read_only_root`."
        ),
    ] = False
    policy: Annotated[
        list[Annotated[dict[str, Any], key(**_STATEMENT)]],
        key(
            "IAM statements added to the job role; what they allow passes the endpoints too.",
            "statements with Effect, Action, Resource and, if need be, Sid and Condition",
        ),
    ] = []

    @property
    def size(self) -> Size:
        """What one container reserves."""
        return Size(self.vcpu, units.mebibytes(self.memory))

    @property
    def storage_gib(self) -> int:
        """Ephemeral storage in GiB."""
        return units.mebibytes(self.storage) // 1024

    @property
    def timeout_seconds(self) -> int | None:
        """Per attempt; None where there is no limit."""
        return units.seconds(self.timeout) if self.timeout else None
