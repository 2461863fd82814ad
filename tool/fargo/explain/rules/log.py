"""What programs write before they fail. Looked for only where AWS itself gives no other reason."""

from fargo.explain.finding import Fix
from fargo.explain.rule import RAN, Rule
from fargo.explain.rules.fixes import MEMORY, MEMORY_FROM_NOW_ON, deploy

_FAILED = range(1, 256)
_OWN_MEMORY = (
    r"^MemoryError\b|Cannot allocate memory|std::bad_alloc|java\.lang\.OutOfMemoryError"
    r"|JavaScript heap out of memory|numpy.*ArrayMemoryError|fatal error: runtime: out of memory"
)
_NO_WAY = (
    r"Could not connect to the endpoint URL|Connect timeout on endpoint URL"
    r"|Temporary failure in name resolution|Name or service not known"
    r"|Network is unreachable|Could not resolve host"
)

LOG = (
    Rule(
        id="exec-format",
        cause="A program is for another CPU architecture than the task's<, {architecture}>",
        reason=RAN,
        log=r"exec format error|Exec format error",
        exit_codes=_FAILED,
        fixes=deploy(
            "build for one: `architecture` under [image] in fargo.toml, and all that the image copies in"
        ),
    ),
    Rule(
        id="disk-full",
        cause="The task's storage<, {storage},> is full: the image counts too",
        reason=RAN,
        log=r"No space left on device|ENOSPC",
        exit_codes=_FAILED,
        fixes=deploy("set a larger `storage`, up to 200 GiB, under [jobs.{job}] in fargo.toml"),
    ),
    Rule(
        id="read-only",
        cause="It wrote where the file system is read-only",
        reason=RAN,
        log=r"Read-only file system|EROFS",
        exit_codes=_FAILED,
        fixes=deploy("let it write to /tmp"),
    ),
    Rule(
        id="own-memory",
        cause="The program itself found no more memory<, of {memory}>",
        reason=RAN,
        log=_OWN_MEMORY,
        exit_codes=_FAILED,
        fixes=(MEMORY, MEMORY_FROM_NOW_ON),
    ),
    Rule(
        id="not-authorized",
        cause="The job role, not the execution role, may not {action}< on {resource}>",
        reason=RAN,
        log=r"not authorized to perform: (?P<action>[\w-]+:\w+)"
        r"( on resource: [\"']?(?P<resource>[^\s\"']+))?",
        exit_codes=_FAILED,
        fixes=deploy(
            'allow it: [[jobs.{job}.policy]] with actions = ["{action}"] and resources in fargo.toml'
        ),
    ),
    Rule(
        id="access-denied",
        cause="AWS denied access to the job role, not the execution role, or a bucket's or key's policy did",
        reason=RAN,
        log=r"Access ?Denied|\b403\b.*Forbidden|UnauthorizedOperation",
        exit_codes=_FAILED,
        fixes=deploy("allow what it does with `policy` under [jobs.{job}] in fargo.toml"),
    ),
    Rule(
        id="no-way-out",
        cause="It tried to reach what its subnets have no way to: the stack's endpoints are the only way out",
        reason=RAN,
        log=_NO_WAY,
        exit_codes=_FAILED,
        fixes=deploy("an AWS service: name its endpoint in `endpoints` under [network] in fargo.toml"),
    ),
    Rule(
        id="python-module",
        cause="The image has no Python module {module}",
        reason=RAN,
        log=r"^(ModuleNotFoundError|ImportError): No module named '?(?P<module>[\w.]+)",
        exit_codes=_FAILED,
        fixes=deploy("install it in the Dockerfile"),
    ),
    Rule(
        id="shared-library",
        cause="The image has no shared library {library}",
        reason=RAN,
        log=r"error while loading shared libraries: (?P<library>[^:\s]+)",
        exit_codes=_FAILED,
        fixes=deploy("install it in the Dockerfile"),
    ),
    Rule(
        id="shell-command-not-found",
        cause="The image has no program {program}",
        reason=RAN,
        log=r"(^|[\s:])(?P<program>[^\s:]+): (command )?not found$",
        exit_codes=(127,),
        fixes=deploy("install it in the Dockerfile, or mend the script"),
    ),
    Rule(
        id="python-exception",
        cause="A Python exception ended it: {exception}",
        reason=RAN,
        log=r"^Traceback \(most recent call last\):\n(?:(?:[ \t].*)?\n)+(?P<exception>[A-Za-z_][\w.]*)",
        exit_codes=_FAILED,
        fixes=(Fix("read its whole log", "logs {where}"), *deploy("mend the program")),
    ),
)
