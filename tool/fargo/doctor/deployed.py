"""The deployed stack against the project file: whether it stands as it was made, and as it is asked for."""

from collections.abc import Iterator
from typing import TYPE_CHECKING

from fargo.aws import network, roles
from fargo.aws.batch import Batch
from fargo.aws.registry import Registry
from fargo.aws.session import Target
from fargo.doctor.account import PATIENCE
from fargo.doctor.check import Check, missing, ok, unknown, warning
from fargo.errors import AwsError, NotDeployed
from fargo.model import hops
from fargo.model.stack import STACK_VERSION

if TYPE_CHECKING:
    from collections.abc import Callable

    from fargo.aws.batch_answers import Environment, Queue
    from fargo.aws.session import Session
    from fargo.config import Project
    from fargo.model.stack import StackOutputs
    from fargo.stack import StackFolder

MEND = "`fargo up` makes it as it should be"
OWN = "the VPC is your own, and fargo leaves it as it is: mend it there"


def here(folder: "StackFolder", known: "Callable[[], StackOutputs]") -> Iterator[Check]:
    """What is known of it before AWS Batch is asked.

    Args:
        known: reads it: on this machine, or in the bucket that a shared state is in.
    """
    try:
        outputs = known()
    except NotDeployed as error:
        if folder.is_claimed:
            yield warning("stack", "the last `fargo up` did not come to its end", "go on with `fargo up`")
        else:
            yield warning("stack", error.message, error.hint)
        return
    if outputs.stack_version == STACK_VERSION:
        yield ok("stack", f"deployed, version {outputs.stack_version}", f"version {STACK_VERSION}")
    else:
        said = f"deployed, version {outputs.stack_version}"
        yield warning("stack", said, "`fargo up` brings it up to date", f"version {STACK_VERSION}")
    if folder.jobs_changed():
        hint = "`fargo plan` shows what changed, `fargo up` deploys it"
        yield warning("jobs", "the [jobs.*] tables changed since the last `fargo up`", hint)
    else:
        yield ok("jobs", f"{len(outputs.job_definitions)} job definitions, as the project file has them")


def looks(
    project: "Project", outputs: "StackOutputs", session: "Session"
) -> "dict[str, Callable[[], Iterator[Check]]]":
    """What AWS is asked, by name: each may fail without the others."""
    return {
        "job queues": lambda: _batch(outputs, session),
        "network": lambda: _network(project, outputs, session),
        "image": lambda: _image(outputs, session),
        "service-linked roles": lambda: _roles(session),
    }


def _stands(
    outputs: "StackOutputs", batch: Batch
) -> "tuple[dict[str, Queue], set[str], dict[str, Environment]]":
    """The queues by ARN, the ARNs of environments that should be there, and those that are."""
    queues = {queue.arn: queue for queue in batch.queues(outputs.job_queues.values())}
    arns = {arn for queue in queues.values() for arn in queue.environments}
    arns |= set(outputs.compute_environments.values())
    return queues, arns, {each.arn: each for each in batch.environments(arns)}


def _batch(outputs: "StackOutputs", session: "Session") -> Iterator[Check]:
    """Queues and environments are there, enabled, and AWS finds nothing wrong with them."""
    queues, arns, environments = _stands(outputs, _client(session))
    for kind, wanted, there in (
        ("job queue", outputs.job_queues.values(), queues),
        ("compute environment", arns, environments),
    ):
        for arn in sorted(wanted):
            name = arn.rpartition("/")[2]
            found = there.get(arn)
            if found is None:
                yield missing(kind, f"{name} is gone", MEND)
            elif found.state != "ENABLED" or found.status != "VALID":
                why = f": {found.reason}" if found.reason and found.status != "VALID" else ""
                yield missing(kind, f"{name} is {found.state}, {found.status}{why}", MEND)
            else:
                yield ok(kind, f"{name} is enabled and valid")


def _client(session: "Session") -> Batch:
    return Batch(session.client("batch", attempts=2, seconds=PATIENCE))


def _network(project: "Project", outputs: "StackOutputs", session: "Session") -> Iterator[Check]:
    """Every hop to what a task needs to start, and an address for each task that may run at once."""
    secrets = {each for job in project.jobs.values() for each in job.secrets.values()}
    wanted = hops.services(secrets=sorted(secrets))
    client = session.client("ec2", attempts=2, seconds=PATIENCE)
    _, _, environments = _stands(outputs, _client(session))
    mend = OWN if project.network.vpc else MEND
    for subnets, groups in {(each.subnets, each.groups): None for each in environments.values()}:
        there = network.read(client, subnets)
        if there is None:
            yield missing("network", f"none of its subnets is there: {', '.join(subnets)}", mend)
            continue
        words = {hop.words: None for hop in hops.missing(there, subnets, groups, wanted)}
        for each in words:
            yield missing("network", each, f"jobs do not start without it: {mend}")
        if not words:
            yield ok("network", f"tasks reach {', '.join(wanted)}")
        yield _addresses(project, there.free(subnets))


def _addresses(project: "Project", free: int) -> Check:
    """Each task takes an address of its own."""
    sizes = [[job.vcpu for job in project.jobs.values() if job.spot is spot] for spot in (False, True)]
    together = sum(int(project.compute.max_vcpus // min(each)) for each in sizes if each)
    needed = f"{together:,} for as many tasks at once"
    if free >= together:
        return ok("addresses", f"{free:,} free", needed)
    return warning("addresses", f"{free:,} free", "tasks without one wait: take larger subnets", needed)


def _image(outputs: "StackOutputs", session: "Session") -> Iterator[Check]:
    """The image that the job definitions name is in the repository."""
    if session.target is Target.LOCAL:
        return  # nothing is pushed there: the engine that builds runs it
    registry = Registry(session.client("ecr", attempts=2, seconds=PATIENCE))
    digest = registry.digest(outputs.image)
    if digest:
        yield ok("image", f"{outputs.image}, {digest}")
    else:
        yield missing("image", f"{outputs.image} is not in the repository", "`fargo build` puts it there")


def _roles(session: "Session") -> Iterator[Check]:
    """The two roles of the account that AWS Batch and ECS act by."""
    client = session.client("iam", attempts=2, seconds=PATIENCE)
    try:
        found = roles.existing_service_linked_roles(client)
    except AwsError as error:
        yield unknown("service-linked roles", error.message)
        return
    absent = [name for short, name in roles.SERVICE_LINKED.items() if short not in found]
    if not absent:
        yield ok("service-linked roles", ", ".join(roles.SERVICE_LINKED.values()))
    for short, name in roles.SERVICE_LINKED.items():
        if name in absent:
            command = f"aws iam create-service-linked-role --aws-service-name {short}.amazonaws.com"
            yield warning("service-linked roles", f"{name} is not there", f"{MEND}; by hand: `{command}`")
