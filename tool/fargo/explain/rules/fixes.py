"""What mends more than one cause."""

from fargo.explain.finding import Fix

AGAIN = Fix("run again what failed", "retry {run}")
LATER = Fix("once the cause is gone, run again what failed", "retry {run}")
DEPLOYED = Fix("then run again what failed, with image and settings as deployed", "retry {run} --deployed")
READ_LOG = Fix("read its whole log", "logs {where}")
MEMORY = Fix("run again what failed with more memory", "retry {run} --memory '{more_memory}'")
MEMORY_FROM_NOW_ON = Fix(
    'for later runs: memory = "{more_memory}" under [jobs.{job}] in fargo.toml, then deploy', "up"
)
BACK = Fix("deploy again: it puts back what somebody changed", "up")
LARGER = Fix("raise `max_vcpus` under [compute] in fargo.toml, then deploy", "up")
CHECK = Fix("look for what else is missing", "doctor")
NETWORK = (Fix("deploy the stack again: it makes the missing endpoints and routes", "up"), AGAIN)


def deploy(words: str) -> tuple[Fix, ...]:
    """A change of the project, its deployment, and what failed once more.

    Args:
        words: what to change, such as `install it in the Dockerfile`.
    """
    return Fix(f"{words}, then deploy", "up"), DEPLOYED


COMMAND = deploy("look at `command` under [jobs.{job}] in fargo.toml and at the Dockerfile")
INSTALL = deploy("install it in the Dockerfile")
ARCHITECTURE = deploy(
    "build for one: `architecture` under [image] in fargo.toml, and all that the image copies in"
)
STORAGE = deploy("set a larger `storage`, up to 200 GiB, under [jobs.{job}] in fargo.toml")
