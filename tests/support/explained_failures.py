"""Failures that `fargo explain` knows: how each is produced on the local AWS, and the cause that is told.

`docs/explain.md` shows the same table; a test compares the two.
"""

from dataclasses import dataclass, field
from typing import Any

Step = dict[str, Any]

INIT = "ResourceInitializationError: unable to pull secrets or registry auth: execution resource retrieval failed: "
LOGGER = (
    "ResourceInitializationError: failed to validate logger args: create stream has been retried 1 times: "
    "failed to create Cloudwatch log stream: "
)
PULL = "CannotPullContainerError: pull image manifest has been retried 5 time(s): "
IMAGE = "123456789012.dkr.ecr.us-east-1.amazonaws.com/fargo-demo:0123456789abcdef"
TIMEOUT = (
    f'failed to resolve ref {IMAGE}: failed to do request: Head "https://123456789012.dkr.ecr": '
    "dial tcp 10.42.0.7:443: i/o timeout"
)
START = (
    "CannotStartContainerError: ResourceInitializationError: failed to create new container runtime task: "
    "failed to create shim task: OCI runtime create failed: runc create failed: unable to start container process: "
)
ROLE = "arn:aws:sts::123456789012:assumed-role/fargo-demo-job/0123"


@dataclass(frozen=True, slots=True, kw_only=True)
class Failure:
    """One failure.

    Attributes:
        rule: the rule that must know it; empty: none may.
        script: what the scripted container does.
        cause: what is told.
        fix: a command among those told, without `fargo`; `RUN` stands for the run's id, `ROW` for the row.
    """

    rule: str
    script: tuple[Step, ...] = field()
    cause: str
    fix: str = ""


def _fails(rule: str, reason: str, cause: str, fix: str = "") -> Failure:
    return Failure(rule=rule, script=({"fail": reason},), cause=cause, fix=fix)


def _stopped(rule: str, reason: str, cause: str, fix: str = "") -> Failure:
    return Failure(rule=rule, script=({"stopped": reason},), cause=cause, fix=fix)


def _exits(rule: str, code: int, cause: str, *lines: str, fix: str = "") -> Failure:
    return Failure(
        rule=rule, script=(*({"err": line} for line in lines), {"exit": code}), cause=cause, fix=fix
    )


def _runner(rule: str, code: int, line: str, cause: str, fix: str = "") -> Failure:
    return _exits(rule, code, cause, f"fargo-run: {line}", fix=fix)


NOT_UP = "The image was built for another CPU architecture than the task's, linux/arm64"
FAILURES = (
    # Memory.
    Failure(
        rule="out-of-memory", script=({"out": "reading"}, {"oom": True}),
        cause="It wanted more memory than it has: 512 MiB", fix="retry RUN --memory '1 GiB'",
    ),
    _exits("own-memory", 1, "The program itself found no more memory, of 512 MiB",
           "Traceback (most recent call last):", '  File "a.py", line 1, in <module>', "MemoryError",
           fix="retry RUN --memory '1 GiB'"),
    _exits("exit-137", 137,
           "It was killed (SIGKILL), and AWS does not say why: most often for memory: it has 512 MiB",
           fix="retry RUN --memory '1 GiB'"),
    # The image.
    _fails("image-not-found", PULL + f"failed to resolve ref {IMAGE}: {IMAGE}: not found",
           f"The image is not in its registry: {IMAGE}. Its tag may have been deleted", "build"),
    _fails("image-architecture",
           PULL + "image Manifest does not contain descriptor matching platform 'linux/arm64'", NOT_UP, "up"),
    _fails("image-unreachable", PULL + TIMEOUT, "The image's registry is out of the task's reach", "up"),
    _fails("image-denied", PULL + f"failed to resolve ref {IMAGE}: pull access denied: no basic auth credentials",
           "The registry does not let the task's execution role pull the image", "up"),
    _fails("image-layers-denied", PULL.replace("pull image manifest", "ref pull") + "failed to copy: httpReadSeeker: "
           "failed open: unexpected status code https://prod-us-east-1-starport-layer-bucket.s3.us-east-1.amazonaws."
           "com/123456789012/sha256:4429: 403 Forbidden",
           "S3, where Amazon ECR keeps the image's layers, does not let the task have them", "retry RUN"),
    _fails("image-rate-limit", "CannotPullContainerError: inspect image has been retried 5 time(s): httpReadSeeker: "
           "failed open: unexpected status code: 429 Too Many Requests - toomanyrequests: You have reached your "
           "pull rate limit", "The registry refuses more pulls for now: its rate limit is reached", "retry RUN"),
    _fails("image-too-large", PULL + "failed to extract layer: write /usr/lib/x.so: no space left on device",
           "The image does not fit the task's storage, 20 GiB", "up"),
    _fails("image-pull", PULL + "unexpected EOF", "The image could not be pulled", "build"),
    # Secrets, logs, roles, network.
    _fails("secret-not-found", INIT + "unable to retrieve secret from asm: ResourceNotFoundException: "
           "Secrets Manager can't find the specified secret.", "A secret of the job is not there", "up"),
    _fails("secret-key", INIT + "unable to retrieve secret from asm: retrieved secret from Secrets Manager did not "
           "contain json key TOKEN", "A secret of the job has no JSON key TOKEN", "up"),
    _fails("secret-denied", INIT + "unable to retrieve secret from asm: service call has been retried 1 time(s): "
           "AccessDeniedException: User is not authorized to perform: secretsmanager:GetSecretValue",
           "The execution role, not the job role, reads the job's secrets, and may not", "up"),
    _fails("secret-unreachable", INIT + "unable to retrieve secret from asm: service call has been retried 5 "
           "time(s): failed to fetch secret arn:x from secrets manager: RequestCanceled: request context canceled "
           "caused by: context deadline exceeded. Please check your task network configuration.",
           "Secrets Manager is out of the task's reach", "up"),
    _fails("parameter-unreachable", INIT + "unable to retrieve secrets from ssm: service call has been retried 5 "
           "time(s): RequestCanceled: request context canceled caused by: context deadline exceeded",
           "Systems Manager, which holds a parameter of the job, is out of the task's reach", "up"),
    _fails("registry-unreachable", INIT + "unable to retrieve ecr registry auth: service call has been retried 3 "
           'time(s): RequestError: send request failed caused by: Post "https://api.ecr.us-east-1.amazonaws.com/": '
           "dial tcp 10.42.0.9:443: i/o timeout. Please check your task network configuration.",
           "Amazon ECR, which gives the login for the image, is out of the task's reach", "up"),
    _fails("registry-denied", INIT + "unable to retrieve ecr registry auth: service call has been retried 1 time(s): "
           "AccessDeniedException: User is not authorized to perform: ecr:GetAuthorizationToken",
           "The execution role may not ask Amazon ECR for a login", "up"),
    _fails("log-group-not-found", LOGGER + "ResourceNotFoundException: The specified log group does not exist. : "
           "exit status 1", "The job's log group is not there: somebody deleted it", "up"),
    _fails("log-denied", LOGGER + "AccessDeniedException: User is not authorized to perform: logs:CreateLogStream",
           "The execution role may not write to the job's log group", "up"),
    _fails("log-unreachable", LOGGER + "RequestCanceled: request context canceled caused by: context deadline "
           "exceeded: exit status 1",
           "CloudWatch Logs is out of the task's reach, and no container starts without its log", "up"),
    _fails("log-unreachable", "ResourceInitializationError: failed to validate logger args: : signal: killed",
           "CloudWatch Logs is out of the task's reach, and no container starts without its log", "up"),
    _fails("role-not-assumable", "ECS was unable to assume the role 'arn:aws:iam::123456789012:role/x' that was "
           "provided for this task.",
           "ECS cannot assume a role of the task: it was deleted, or its trust does not name ECS", "up"),
    _fails("network-interface", "Timeout waiting for network interface provisioning to complete.",
           "Fargate did not get a network interface in time: it passes, and nothing is wrong with the job",
           "retry RUN"),
    _fails("task-storage", "Timeout waiting for EphemeralStorage provisioning to complete.",
           "Fargate did not get the task's disk in time: it passes, and nothing is wrong with the job", "retry RUN"),
    _fails("no-addresses", "Unexpected EC2 error while attempting to Create Network Interface in subnet 'subnet-0a': "
           "InsufficientFreeAddressesInSubnet", "Its subnet had no free address, and each container takes one",
           "retry RUN"),
    _fails("resources", "ResourceInitializationError: something that nobody has seen yet",
           "Fargate could not prepare the task", "retry RUN"),
    # The command.
    _fails("command-not-found", START + 'exec: "frobnicate": executable file not found in $PATH: unknown',
           "The image has no program frobnicate", "up"),
    _fails("command-not-executable", START + 'exec: "/job.sh": permission denied: unknown',
           "/job.sh may not be executed in the image", "up"),
    _fails("program-architecture", START + "exec /job: exec format error: unknown",
           "The program is for another CPU architecture than the task's, X86_64", "up"),
    _fails("overrides-too-long", "Container Overrides length must be at most 8192",
           "Its command and environment are longer than the 8192 characters that ECS takes"),
    _fails("container-start", "CannotStartContainerError: failed to get container status: unknown",
           "The container could not be started", "retry RUN"),
    # AWS ended it.
    _stopped("spot", "Your Spot Task was interrupted.",
             "AWS took the Spot capacity back: nothing is wrong with the job", "retry RUN --on-demand"),
    _stopped("host", "Host EC2 (instance i-0123456789abcdef0) terminated.",
             "The machine that it ran on was terminated: nothing is wrong with the job", "retry RUN"),
    _stopped("timeout", "Job attempt duration exceeded timeout", "It ran longer than its timeout", "up"),
    _fails("fargate-capacity", "Capacity is unavailable at this time. Please try again later or in a different "
           "availability zone", "Fargate had no capacity for the task at that moment", "retry RUN"),
    _stopped("waited-too-long", "Canceled by JobStateTimeLimit action due to reason: "
             "MISCONFIGURATION:JOB_RESOURCE_REQUIREMENT",
             "It waited longer than its queue allows: MISCONFIGURATION:JOB_RESOURCE_REQUIREMENT", "doctor"),
    _stopped("dependency", "Dependent Job failed", "A job that it was to wait for failed, so it never started",
             "retry RUN"),
    _stopped("queue-deleted", "Job queue was deleted", "Its job queue was deleted while it waited or ran", "up"),
    _stopped("stopped-by-fargo", "stopped by fargo stop", "Somebody stopped it with `fargo stop`", "retry RUN"),
    # The runner's own words.
    _runner("runner-command-not-found", 127, "frobnicate is not on the image's PATH, /bin. Look at the job's "
            "command and at the Dockerfile.", "The image has no program frobnicate", "up"),
    _runner("runner-interpreter", 127, "./job.py names an interpreter that is not in the image.",
            "The first line of ./job.py names an interpreter that the image has not", "up"),
    _runner("runner-architecture", 126, "./job is no program for this CPU architecture, or is a script without a "
            "#! line.", "./job is for another CPU architecture than the task's, X86_64, or a script without a #! line",
            "up"),
    _runner("runner-not-executable", 126, "./job.sh may not be executed. Make it executable in the image (chmod +x), "
            "or name its interpreter first.", "./job.sh may not be executed", "up"),
    _runner("runner-values-too-large", 126, "job cannot be started: the row's values are too large for Linux, which "
            "takes 128 KiB each and about 2 MiB together. Put large ones into `inputs`.",
            "A row's values are too large for a command: Linux takes 128 KiB each and about 2 MiB together"),
    _runner("runner-disk", 125, "/tmp/fargo-inputs-x/0/a.bin cannot be written: No space left on device. Give the "
            "job more `storage`, or a folder that it may write to.",
            "The task's storage, 20 GiB, is full: the image counts, inputs and outputs too", "up"),
    _runner("runner-scratch", 125, "The inputs cannot be fetched: /tmp may not be written. Declare `VOLUME /tmp` in "
            "the Dockerfile, or name another folder in TMPDIR.",
            "What is fetched for its rows goes to /tmp, which may not be written in this image", "up"),
    _runner("runner-certificates", 125, "photos/a.jpg cannot be fetched: unable to get local issuer certificate. "
            "Install ca-certificates in the image.", "The image has no certificates to trust AWS by", "up"),
    _runner("runner-credentials", 125, "This container has no AWS credentials. Give the job a job role with "
            "`fargo up`, and submit it again.", "The container gets no credentials of the job role", "up"),
    _runner("runner-after", 125, "Row 3 of work-1 has no result that can be read. `fargo results work-1` tells more. "
            "runs/work-1/result/3.json cannot be fetched: S3 answers 404, NoSuchKey: no.",
            "The outputs of the run that it comes after cannot be had: Row 3 of work-1 has no result that can be read. "
            "`fargo results work-1` tells more. runs/work-1/result/3.json cannot be fetched: S3 answers 404, "
            "NoSuchKey: no.", "results work-1"),
    _runner("runner-denied", 125, "photos/a.jpg cannot be fetched: S3 answers 403, AccessDenied: Access Denied.",
            "S3 does not let the job role, not the execution role, have photos/a.jpg", "up"),
    _runner("runner-input-not-found", 125, "photos/a.jpg cannot be fetched: S3 answers 404, NoSuchKey: The specified "
            "key does not exist.", "An input of its row is not there: photos/a.jpg", "retry RUN"),
    _runner("runner-input-address", 125, "The column photo of row 3 is 'a.jpg', which names no object. Write "
            "s3://bucket/key.", "A value of its row names no object: an input is written s3://bucket/key"),
    _runner("runner-s3-unreachable", 125, "photos/a.jpg cannot be fetched: s3.us-east-1.amazonaws.com is out of reach "
            "(timed out).", "S3 is out of the container's reach", "up"),
    _runner("runner-refused", 125, "runs/x/output/3/a cannot be stored: S3 answers 400, EntityTooLarge: no.",
            "S3 refuses runs/x/output/3/a: S3 answers 400, EntityTooLarge: no.", "retry RUN"),
    _runner("runner-stray-output", 125, "a.txt in the output folder belongs to no row, and is not stored. With "
            "several workers each row has a folder of its own: let the command write to {output} or $FARGO_OUTPUT.",
            "With several workers each row has its own output folder, and something lies beside them", "up"),
    _runner("runner-output", 125, "out/big is larger than 5 GiB. Let the command write it in parts.",
            "An output cannot be stored: out/big is larger than 5 GiB. Let the command write it in parts.", "up"),
    _runner("runner-by-hand", 125, "FARGO_RUN is set and FARGO_BUCKET is not. Submit the job with `fargo submit`.",
            "The container was not started as `fargo submit` starts it: FARGO_RUN is set and FARGO_BUCKET is not. "
            "Submit the job with `fargo submit`."),
    _runner("runner-manifest", 125, "runs/x/manifest.idx is damaged: it ends before this container's entries. Submit "
            "the rows anew with `fargo submit`.",
            "The rows of the run are damaged: runs/x/manifest.idx is damaged: it ends before this container's "
            "entries. Submit the rows anew with `fargo submit`."),
    _runner("runner", 125, "There is no command. Write: fargo-run -- COMMAND ARGUMENT…",
            "The command did not fail, but the runner around it did: There is no command. Write: fargo-run -- "
            "COMMAND ARGUMENT…", "retry RUN"),
    # What programs write.
    _exits("exec-format", 255, "A program is for another CPU architecture than the task's, X86_64",
           "exec /hello: exec format error", fix="up"),
    _exits("shared-memory-full", 1, "Shared memory, /dev/shm, is full, and Fargate offers no way to enlarge it",
           "RuntimeError: unable to write to file </torch_81_2>: No space left on device (28)", fix="up"),
    _exits("fatal-memory", 134, "The program itself found no more memory, of 512 MiB, and ended itself",
           "FATAL ERROR: Reached heap limit Allocation failed - JavaScript heap out of memory",
           fix="retry RUN --memory '1 GiB'"),
    _exits("disk-full", 1, "The task's storage, 20 GiB, is full: the image counts too",
           "OSError: [Errno 28] No space left on device: '/tmp/a'", fix="up"),
    _exits("read-only", 1, "It wrote where the file system is read-only",
           "OSError: [Errno 30] Read-only file system: '/app/a'", fix="up"),
    _exits("not-authorized", 1,
           "The job role, not the execution role, may not s3:GetObject on arn:aws:s3:::data/a.csv",
           f"An error occurred (AccessDenied) when calling the GetObject operation: User: {ROLE} is not authorized to "
           'perform: s3:GetObject on resource: "arn:aws:s3:::data/a.csv" because no identity-based policy allows it',
           fix="up"),
    _exits("access-denied", 1,
           "AWS denied access to the job role, not the execution role, or a bucket's or key's policy did",
           "botocore.exceptions.ClientError: An error occurred (AccessDenied) when calling the ListBuckets "
           "operation: Access Denied", fix="up"),
    _exits("no-way-out", 1,
           "It did not reach what it called: the name is wrong, or nothing leads there from its subnets",
           "urllib.error.URLError: <urlopen error [Errno -3] Temporary failure in name resolution>", fix="up"),
    _exits("python-module", 1, "The image has no Python module numpy", "Traceback (most recent call last):",
           '  File "a.py", line 1, in <module>', "    import numpy", "ModuleNotFoundError: No module named 'numpy'",
           fix="up"),
    _exits("shared-library", 127, "The image has no shared library libgomp.so.1",
           "job: error while loading shared libraries: libgomp.so.1: cannot open shared object file", fix="up"),
    _exits("shell-command-not-found", 127, "The image has no program curl", "./job.sh: line 3: curl: command not found",
           fix="up"),
    _exits("python-exception", 1, "A Python exception ended it: ValueError", "Traceback (most recent call last):",
           '  File "a.py", line 7, in <module>', "    int(text)", "ValueError: invalid literal for int(): 'x'",
           fix="logs RUN:ROW"),
    # Exit codes alone.
    _exits("exit-code", 1, "Its command ended with exit code 1: its log says why", "oh", fix="logs RUN:ROW"),
    _exits("exit-2", 2, "Its command ended with exit code 2, by which many programs mean wrong arguments",
           "usage: job [-h]", fix="logs RUN:ROW"),
    _exits("exit-125", 125, "The runner, or what started the command, failed before or after it"),
    _exits("exit-126", 126, "Its command is there and cannot be executed"),
    _exits("exit-127", 127, "Its command, or one that it calls, is not in the image"),
    _exits("exit-130", 130, "Its command was interrupted (SIGINT)"),
    _exits("exit-132", 132, "Its program used an instruction that this CPU has not (SIGILL): it was built for a newer "
           "one"),
    _exits("exit-134", 134, "Its program aborted (SIGABRT): it met a state that it cannot go on from"),
    _exits("exit-135", 135, "Its program met a bus error (SIGBUS): often a file in memory whose disk is full"),
    _exits("exit-136", 136, "Its program met an arithmetic error (SIGFPE), such as a division by 0"),
    _exits("exit-139", 139, "Its program met a segmentation fault (SIGSEGV): a fault in native code"),
    _exits("exit-141", 141, "Its program wrote to one that had ended (SIGPIPE)"),
    _exits("exit-143", 143, "It was asked to end (SIGTERM), and AWS does not say by whom", fix="retry RUN"),
    # The local AWS's own.
    _stopped("local-ended", "The local AWS ended while the task ran",
             "The local AWS ended while it ran; nothing is wrong with the job", "retry RUN"),
    _fails("local-error", "The local AWS met an error: KeyError('x')",
           "The local AWS itself met an error: KeyError('x')", "local status"),
    _fails("local-engine", "CannotStartContainerError: the Docker engine failed: connection refused",
           "The Docker engine of this machine failed or was out of reach", "doctor"),
    Failure(rule="local-scenario", script=({"dance": 1},),
            cause='Its FARGO_SCRIPT is no scenario that the local AWS can play: unknown step {"dance": 1}'),
    # Nobody knows it: it is told as it came.
    _fails("", "TaskMelted: the flux capacitor is 88 % gone", "TaskMelted: the flux capacitor is 88 % gone"),
    _stopped("", "Task stopped by the moon", "Task stopped by the moon"),
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Real:
    """A failure of a real container.

    Attributes:
        how: how it is produced, in words.
        arguments: what `fargo submit` is given.
        rule: the rule that must know it.
        cause: what is told, or the part of it that is the same on every machine.
    """

    how: str
    arguments: tuple[str, ...]
    rule: str
    cause: str


def _python(how: str, program: str, rule: str, cause: str) -> Real:
    return Real(how, ("python", "--", program), rule, cause)


REAL = (
    _python("900 MiB taken in a container of 512 MiB", "x = bytearray(900 << 20); print(len(x))",
            "out-of-memory", "It wanted more memory than it has: 512 MiB"),
    Real("an image that is not there", ("gone",), "image-not-found",
         "The image is not in its registry: fargo-test/none:local"),
    Real("an image for the other CPU architecture", ("foreign",), "image-architecture",
         "The image was built for another CPU architecture than the task's, linux/"),
    Real("a command that the image has not", ("missing",), "runner-command-not-found",
         "The image has no program no-such-program"),
    Real("a command that sleeps beyond a timeout of 60 s", ("slow", "--timeout", "60"), "timeout",
         "It ran longer than its timeout, 1m00"),
    _python("`import nothing.at.all`", "import nothing.at.all", "python-module",
            "The image has no Python module nothing"),
    _python("`int('x')`", "int('x')", "python-exception", "A Python exception ended it: ValueError"),
    _python("a null pointer read", "import ctypes; ctypes.string_at(0)", "exit-139",
            "Its program met a segmentation fault (SIGSEGV): a fault in native code"),
    _python("a page of the internet asked for", "from urllib.request import urlopen; urlopen('https://example.com')",
            "no-way-out", "It did not reach what it called"),
    _python("a line written to `/dev/full`", "open('/dev/full', 'w', buffering=1).write('x\\n')", "disk-full",
            "The task's storage"),
)  # fmt: skip
