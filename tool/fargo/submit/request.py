"""What the user asks for, and whether it can be."""

from dataclasses import dataclass

from fargo.config import JobSettings
from fargo.config.checks import ATTEMPT_SECONDS_MIN
from fargo.errors import UsageError
from fargo.model import fargate, naming
from fargo.model.fargate import Size
from fargo.submit.after import NOTHING, After


@dataclass(frozen=True, slots=True, kw_only=True)
class Rows:
    """What a run goes over.

    Attributes:
        columns: of the manifest; empty where rows are only numbers.
        manifest: its SHA-256; empty where there is none.
    """

    count: int = 1
    columns: tuple[str, ...] = ()
    manifest: str = ""


ONE = Rows()
"""A job without rows is one row without columns."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """A job, and what shall differ from its table in the project file.

    Attributes:
        arguments: appended to the job's command.
        spot: None where the project file decides, as with all below it.
        pack: rows in a container.
        workers: of those, how many run at once.
        rows: what the run goes over.
        after: what it waits for.
    """

    job: str
    arguments: tuple[str, ...] = ()
    environment: tuple[tuple[str, str], ...] = ()
    vcpu: float | None = None
    memory_mib: int | None = None
    timeout_seconds: int | None = None
    spot: bool | None = None
    pack: int | None = None
    workers: int | None = None
    rows: Rows = ONE
    after: After = NOTHING


def check(request: Request, settings: JobSettings) -> None:
    """Refuse what neither AWS Batch nor the runner would take.

    Raises:
        UsageError: names what it is.
    """
    for name, value in request.environment:
        if name.startswith(naming.RESERVED_ENV_PREFIXES):
            raise UsageError(f"-e {name}: names that begin with FARGO_ or AWS_BATCH are reserved")
        if name in settings.secrets:
            raise UsageError(f"-e {name}: the job has a secret of this name, and it cannot have both")
        check_text(f"-e {name}={value}")
    for argument in request.arguments:
        check_text(argument)
        if not argument:
            raise UsageError(
                "an argument is empty, and AWS Batch takes none that is",
                "a row may give it: an empty value for a `{column}` of the command",
            )
    check_timeout(request.timeout_seconds)


def check_timeout(seconds: int | None) -> None:
    """Refuse a time limit that AWS Batch does not take.

    Raises:
        UsageError: it is too short.
    """
    if seconds is not None and seconds < ATTEMPT_SECONDS_MIN:
        raise UsageError(f"--timeout {seconds}s: AWS Batch takes {ATTEMPT_SECONDS_MIN}s or more")


def check_text(word: str) -> None:
    """Refuse bytes that are no UTF-8: Python hands them on as lone surrogates, and no JSON can hold them.

    Raises:
        UsageError: it holds some.
    """
    try:
        word.encode()
    except UnicodeEncodeError:
        raise UsageError(f"{word!r} is not UTF-8", "AWS Batch takes text only") from None


def packing(request: Request, settings: JobSettings) -> tuple[int, int]:
    """Rows in a container, and how many of them at once.

    Raises:
        UsageError: they do not fit each other.
    """
    pack = settings.pack if request.pack is None else request.pack
    workers = min(settings.workers, pack) if request.workers is None else request.workers
    if pack < 1:
        raise UsageError(f"--pack {pack}: a container has 1 row or more")
    if not 1 <= workers <= pack:
        raise UsageError(f"--workers {workers}: 1 to {pack}, the rows in a container")
    return pack, workers


def size(request: Request, settings: JobSettings) -> Size:
    """What each container reserves.

    Raises:
        UsageError: Fargate does not offer it; the hint names what is next.
    """
    return offered(
        Size(
            settings.vcpu if request.vcpu is None else request.vcpu,
            settings.size.memory_mib if request.memory_mib is None else request.memory_mib,
        )
    )


def offered(wanted: Size) -> Size:
    """The size, where Fargate offers it.

    Raises:
        UsageError: it does not; the hint names what is next.
    """
    if fargate.is_valid(wanted):
        return wanted
    near = fargate.next_valid(wanted)
    raise UsageError(
        f"Fargate does not offer {wanted}",
        f"the next size that holds it: --vcpu {near.vcpu:g} --memory '{fargate.memory_text(near.memory_mib)}'"
        if near
        else "the largest is 32 vCPU with 244 GiB",
    )
