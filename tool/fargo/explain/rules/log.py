"""What programs write before they fail. Looked for only where AWS itself gives no other reason.

A program may log much that it goes on from, so that all but what is written in the act of failing must be
the log's end. Otherwise the exit code tells the cause, and the line is told beside it.
"""

from fargo.explain.rule import RAN, Rule
from fargo.explain.rules.fixes import (
    ARCHITECTURE,
    INSTALL,
    MEMORY,
    MEMORY_FROM_NOW_ON,
    READ_LOG,
    STORAGE,
    deploy,
)

_OWN_MEMORY = (
    r"^MemoryError\b|Cannot allocate memory|std::bad_alloc|java\.lang\.OutOfMemoryError|ArrayMemoryError"
)
_FATAL_MEMORY = (
    r"^\s*what\(\):\s+std::bad_alloc|^FATAL ERROR: .*JavaScript heap out of memory"
    r"|^memory allocation of \d+ bytes failed|^fatal error: runtime: (out of memory|cannot allocate memory)"
)
"""C++, Node.js, Rust and Go: each writes it and ends itself, Go with exit code 2."""
_SHARED_MEMORY = r"^.*(/dev/shm\b|</?torch_|shared memory).*No space left on device"
_DENIED = (
    r"An error occurred \((AccessDenied\w*|403|Forbidden|UnauthorizedOperation)\) when calling"
    r"|api error (AccessDenied|UnauthorizedOperation)\w*:|Error Code: AccessDenied|<Code>AccessDenied</Code>"
    r"|^PermissionError: Access Denied$"
)
"""Of boto and the AWS command line, the SDKs for Go and Java, S3 itself, and s3fs."""
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
        ends=True,
        fixes=ARCHITECTURE,
    ),
    Rule(
        id="shared-memory-full",
        cause="Shared memory, /dev/shm, is full, and Fargate offers no way to enlarge it",
        reason=RAN,
        log=_SHARED_MEMORY,
        ends=True,
        fixes=deploy("let it share less: PyTorch's DataLoader needs none with num_workers=0"),
    ),
    Rule(
        id="disk-full",
        cause="The task's storage<, {storage},> is full: the image counts too",
        reason=RAN,
        log=r"^(?!.*inotify).*[Nn]o space left on device",
        ends=True,
        fixes=STORAGE,
    ),
    Rule(
        id="read-only",
        cause="It wrote where the file system is read-only",
        reason=RAN,
        log=r"Read-only file system|EROFS: read-only file system",
        ends=True,
        fixes=deploy("let it write to /tmp"),
    ),
    Rule(
        id="fatal-memory",
        cause="The program itself found no more memory<, of {memory}>, and ended itself",
        reason=RAN,
        log=_FATAL_MEMORY,
        exit_codes=(2, 134),
        fixes=(MEMORY, MEMORY_FROM_NOW_ON),
    ),
    Rule(
        id="own-memory",
        cause="The program itself found no more memory<, of {memory}>",
        reason=RAN,
        log=_OWN_MEMORY,
        ends=True,
        fixes=(MEMORY, MEMORY_FROM_NOW_ON),
    ),
    Rule(
        id="not-authorized",
        cause="The job role, not the execution role, may not {action}< on {resource}>",
        reason=RAN,
        log=r"not authorized to perform: (?P<action>[\w-]+:\w+)"
        r"( on resource: [\"']?(?P<resource>[^\s\"']+))?",
        ends=True,
        fixes=deploy(
            'allow it in fargo.toml: [[jobs.{job}.policy]] with Effect = "Allow", Action = "{action}" '
            "and its Resource"
        ),
    ),
    Rule(
        id="access-denied",
        cause="AWS denied access to the job role, not the execution role, or a bucket's or key's policy did",
        reason=RAN,
        log=_DENIED,
        ends=True,
        fixes=deploy("allow what it does with `policy` under [jobs.{job}] in fargo.toml"),
    ),
    Rule(
        id="no-way-out",
        cause="It did not reach what it called: the name is wrong, or nothing leads there from its subnets",
        reason=RAN,
        log=_NO_WAY,
        ends=True,
        fixes=deploy(
            "mend the name; or, in the stack's own network, where endpoints are the only way out, name the "
            "service's in `endpoints` under [network] in fargo.toml"
        ),
    ),
    Rule(
        id="python-module",
        cause="The image has no Python module {module}",
        reason=RAN,
        log=r"^(ModuleNotFoundError|ImportError): No module named '?(?P<module>[\w.]+)",
        ends=True,
        fixes=INSTALL,
    ),
    Rule(
        id="shared-library",
        cause="The image has no shared library {library}",
        reason=RAN,
        log=r"error while loading shared libraries: (?P<library>[^:\s]+)",
        ends=True,
        fixes=INSTALL,
    ),
    Rule(
        id="shell-command-not-found",
        cause="The image has no program {program}",
        reason=RAN,
        log=r"(^|[\s:])(?P<program>[^\s:]+): (command )?not found$",
        ends=True,
        exit_codes=(127,),
        fixes=deploy("install it in the Dockerfile, or mend the script"),
    ),
    Rule(
        id="python-exception",
        cause="A Python exception ended it: {exception}",
        reason=RAN,
        log=r"^.*Traceback \(most recent call last\):\n(?:(?:[ \t].*)?\n)+"
        r"(?:[ \t]+\| )?(?P<exception>[A-Za-z_][\w.]*)",
        ends=True,
        fixes=(READ_LOG, *deploy("mend the program")),
    ),
)
