"""What containerProperties may hold for Fargate.

Source: API reference, ContainerProperties and the structures in it; user guide, "Job definition parameters".
"""

import re
from collections.abc import Iterable
from typing import Any

from fargo.local.batch.errors import ClientError, InvalidRequest
from fargo.local.batch.records import Wire
from fargo.model.fargate import STORAGE_GIB_DEFAULT, STORAGE_GIB_MAX, Architecture, Size, is_valid

_IMAGE_MAX = 255
_NOT_ON_FARGATE = ("instanceType", "ulimits", "vcpus", "memory")
_LINUX_NOT_ON_FARGATE = ("devices", "sharedMemorySize", "tmpfs", "maxSwap", "swappiness")
_ONLY_ON_FARGATE = ("networkConfiguration", "fargatePlatformConfiguration")
_LOG_DRIVERS = ("awslogs", "splunk")
_EFS_SINCE = (1, 4, 0)
_RESERVED = "AWS_BATCH"
_WINDOWS = (
    "WINDOWS_SERVER_2019_CORE",
    "WINDOWS_SERVER_2019_FULL",
    "WINDOWS_SERVER_2022_CORE",
    "WINDOWS_SERVER_2022_FULL",
)
_NOT_ON_WINDOWS = ("linuxParameters", "user", "readonlyRootFilesystem")


def check(container: Wire, *, fargate: bool) -> None:
    """Refuse what AWS refuses when a job definition is registered.

    Args:
        container: containerProperties.
        fargate: whether it is for Fargate; of others little is asked, because they do not run here.

    Raises:
        ClientError: something is missing, out of range, or not for its platform.
    """
    if not container.get("image"):
        raise InvalidRequest("Container image must be specified.")
    if len(container["image"]) > _IMAGE_MAX:
        raise InvalidRequest(f"Container image can have up to {_IMAGE_MAX} characters.")
    check_command(container.get("command", []))
    check_environment(container.get("environment", []))
    if not fargate:
        _refuse(container, _ONLY_ON_FARGATE, "EC2")
        return
    _refuse(container, _NOT_ON_FARGATE, "Fargate")
    _refuse(container.get("linuxParameters", {}), _LINUX_NOT_ON_FARGATE, "Fargate")
    if container.get("privileged"):
        raise InvalidRequest(
            "Fargate requires that the 'privileged' setting be 'false' at the container level."
        )
    if not container.get("executionRoleArn"):
        raise InvalidRequest("executionRoleArn must be specified for Fargate job definitions.")
    check_size(container)
    _check_storage(container)
    _check_logging(container)
    _check_platform(container)
    _check_volumes(container)


def check_command(command: Iterable[str]) -> None:
    """No argument is empty. Source of the words: https://github.com/kislyuk/aegea/issues/49.

    Raises:
        ClientError: one is.
    """
    if not all(command):
        raise InvalidRequest("Command field cannot have empty strings")


def check_environment(variables: Iterable[Wire]) -> None:
    """Names are there, and are not those that AWS Batch sets.

    Raises:
        ClientError: one is missing or reserved.
    """
    for variable in variables:
        name = variable.get("name")
        if not name:
            raise InvalidRequest("Every environment variable must have a name.")
        if name.startswith(_RESERVED):
            raise InvalidRequest(f"Environment variable names starting with {_RESERVED} are reserved: {name}")


def check_size(container: Wire) -> Size:
    """The container's size, one that Fargate offers.

    Raises:
        ClientError: VCPU or MEMORY is missing or no number, or Fargate has no such pair.
    """
    wanted = {entry["type"]: entry["value"] for entry in container["resourceRequirements"]}
    if "GPU" in wanted:
        raise InvalidRequest("GPU is not applicable for Fargate.")
    for kind, name in (("VCPU", "vCPU"), ("MEMORY", "Memory")):
        if kind not in wanted:
            raise InvalidRequest(f"{name} is not provided.")
    try:
        size = Size(float(wanted["VCPU"]), int(wanted["MEMORY"]))
    except ValueError as error:
        raise InvalidRequest("resourceRequirements must give VCPU and MEMORY as numbers.") from error
    if not is_valid(size):
        raise InvalidRequest(
            f"Fargate resource requirements ({size.vcpu:.2f} vCPU, {size.memory_mib} MiB) not valid."
        )
    return size


def _check_storage(container: Wire) -> None:
    storage = container.get("ephemeralStorage", {}).get("sizeInGiB", STORAGE_GIB_MAX)
    if not STORAGE_GIB_DEFAULT < storage <= STORAGE_GIB_MAX:
        raise InvalidRequest(
            f"ephemeralStorage.sizeInGiB must be between {STORAGE_GIB_DEFAULT + 1} and {STORAGE_GIB_MAX}."
        )


def _check_logging(container: Wire) -> None:
    driver = container.get("logConfiguration", {}).get("logDriver", _LOG_DRIVERS[0])
    if driver not in _LOG_DRIVERS:
        raise InvalidRequest(
            f"Log driver {driver} is not supported for Fargate; expected is one of {', '.join(_LOG_DRIVERS)}."
        )


def _check_platform(container: Wire) -> None:
    platform = container.get("runtimePlatform", {})
    family = platform.get("operatingSystemFamily", "LINUX")
    architecture = platform.get("cpuArchitecture", "X86_64")
    _one_of("runtimePlatform.operatingSystemFamily", family, ("LINUX", *_WINDOWS))
    _one_of("runtimePlatform.cpuArchitecture", architecture, tuple(Architecture))
    if family in _WINDOWS:
        _one_of("runtimePlatform.cpuArchitecture", architecture, ("X86_64",))
        _refuse(container, _NOT_ON_WINDOWS, "Windows")


def _check_volumes(container: Wire) -> None:
    """Volumes of the host are not for Fargate; EFS is, on Linux and from platform version 1.4.0 on."""
    version = container.get("fargatePlatformConfiguration", {}).get("platformVersion", "LATEST")
    numbers = re.fullmatch(r"(\d+)\.(\d+)\.(\d+)", version)
    if version != "LATEST" and not numbers:
        raise InvalidRequest(
            f"Fargate platform version {version} does not exist; expected is LATEST or 1.4.0."
        )
    windows = container.get("runtimePlatform", {}).get("operatingSystemFamily", "LINUX") in _WINDOWS
    names = {volume.get("name") for volume in container.get("volumes", [])}
    for mount in container.get("mountPoints", []):
        if mount.get("sourceVolume") not in names or not mount.get("containerPath"):
            raise InvalidRequest(
                "Every mount point must have a containerPath, and the name of a volume as its sourceVolume."
            )
    for volume in container.get("volumes", []):
        _refuse(volume, ("host",), "Fargate")
        efs = volume.get("efsVolumeConfiguration")
        if efs and windows:
            _refuse(volume, ("efsVolumeConfiguration",), "Windows")
        if efs and numbers and tuple(map(int, numbers.groups())) < _EFS_SINCE:
            raise InvalidRequest("EFS is supported for Fargate platform version 1.4.0.")


def _refuse(members: Wire, misplaced: Iterable[str], platform: str) -> None:
    """What is given and not for the platform; what is empty or false is not given."""
    for name in misplaced:
        if members.get(name):
            raise InvalidRequest(f"{name} is not applicable for {platform}.")


def _one_of(member: str, value: Any, allowed: tuple[str, ...]) -> None:
    if value not in allowed:
        raise ClientError(f"{member} must be one of {', '.join(allowed)}, and {value} was given.")
