"""What `fargo-run`, the runner inside the container, says where its own work failed.

Its lines begin with `fargo-run: `, and of several rows in a container with `row N: ` after that;
`image/runner` has the words. The last of them counts.
"""

from fargo.explain.finding import Fix
from fargo.explain.rule import RAN, Rule
from fargo.explain.rules.fixes import AGAIN, ARCHITECTURE, COMMAND, LATER, NETWORK, READ_LOG, STORAGE, deploy

_SAYS = r"^fargo-run: (row \d+: )?(exit code \d+\. )?"

RUNNER = (
    Rule(
        id="runner-interpreter",
        cause="The first line of {program} names an interpreter that the image has not",
        reason=RAN,
        log=_SAYS + r"(?P<program>.+) names an interpreter that is not in the image",
        fixes=deploy("install it in the Dockerfile, or mend the script's #! line"),
    ),
    Rule(
        id="runner-command-not-found",
        cause="The image has no program {program}",
        reason=RAN,
        log=_SAYS + r"(?P<program>.+) is not (in the image|on the image's PATH)",
        fixes=COMMAND,
    ),
    Rule(
        id="runner-architecture",
        cause="{program} is for another CPU architecture than the task's<, {architecture}>,"
        " or a script without a #! line",
        reason=RAN,
        log=_SAYS + r"(?P<program>.+) is no program for this CPU architecture",
        fixes=ARCHITECTURE,
    ),
    Rule(
        id="runner-not-executable",
        cause="{program} may not be executed",
        reason=RAN,
        log=_SAYS + r"(?P<program>.+) may not be executed",
        fixes=deploy("make it executable in the Dockerfile (chmod +x), or name its interpreter first"),
    ),
    Rule(
        id="runner-values-too-large",
        cause="A row's values are too large for a command: Linux takes 128 KiB each and about 2 MiB together",
        reason=RAN,
        log=_SAYS + r".*values are too large for Linux",
        fixes=(Fix("put large ones into files, named by a column of `inputs`; then submit it anew"),),
    ),
    Rule(
        id="runner-disk",
        cause="The task's storage<, {storage},> is full: the image counts, inputs and outputs too",
        reason=RAN,
        log=_SAYS + r".*No space left on device",
        fixes=STORAGE,
    ),
    Rule(
        id="runner-scratch",
        cause="What is fetched for its rows goes to /tmp, which may not be written in this image",
        reason=RAN,
        log=_SAYS + r".*may not be written\. Declare `VOLUME",
        fixes=deploy("write `VOLUME /tmp` into the Dockerfile, or name another folder in TMPDIR"),
    ),
    Rule(
        id="runner-certificates",
        cause="The image has no certificates to trust AWS by",
        reason=RAN,
        log=_SAYS + r".*Install ca-certificates in the image",
        fixes=deploy("install ca-certificates in the Dockerfile"),
    ),
    Rule(
        id="runner-credentials",
        cause="The container gets no credentials of the job role",
        reason=RAN,
        log=_SAYS + r".*(has no AWS credentials|gives no credentials)",
        fixes=deploy("the stack gives every job a job role"),
    ),
    Rule(
        id="runner-after",
        cause="The outputs of the run that it comes after cannot be had: {why}",
        reason=RAN,
        log=_SAYS
        + r"(?P<why>(Row \d+ of (?P<other>\S+) has no result that can be read|.* is no output below).*)",
        fixes=(Fix("see what the rows of that run came to", "results {other}"), AGAIN),
    ),
    Rule(
        id="runner-denied",
        cause="S3 does not let the job role, not the execution role, have {key}",
        reason=RAN,
        log=_SAYS + r"(?P<key>.+) cannot be \w+( for)?: S3 answers 403",
        fixes=deploy("of another bucket: allow it with `policy` under [jobs.{job}] in fargo.toml"),
    ),
    Rule(
        id="runner-input-not-found",
        cause="An input of its row is not there: {key}",
        reason=RAN,
        log=_SAYS + r"(?P<key>.+) cannot be fetched: S3 answers 404",
        fixes=(Fix("put it there; then run again what failed", "retry {run}"),),
    ),
    Rule(
        id="runner-input-address",
        cause="A value of its row names no object: an input is written s3://bucket/key",
        reason=RAN,
        log=_SAYS + r".*which names no object",
        fixes=(Fix("mend the row; then submit the rows anew, as you did"),),
    ),
    Rule(
        id="runner-s3-unreachable",
        cause="S3 is out of the container's reach",
        reason=RAN,
        log=_SAYS + r".* is out of reach \(",
        fixes=NETWORK,
        services=("s3",),
    ),
    Rule(
        id="runner-refused",
        cause="S3 refuses {key}: {why}",
        reason=RAN,
        log=_SAYS + r"(?P<key>.+) cannot be \w+( for)?: (?P<why>S3 answers .+)",
        fixes=(AGAIN, READ_LOG),
    ),
    Rule(
        id="runner-stray-output",
        cause="With several workers each row has its own output folder, and something lies beside them",
        reason=RAN,
        log=_SAYS + r".*in the output folder belongs to no row",
        fixes=deploy("let the command write to $FARGO_OUTPUT"),
    ),
    Rule(
        id="runner-output",
        cause="An output cannot be stored: {why}",
        reason=RAN,
        log=_SAYS
        + r"(?P<why>.*(is larger than 5 GiB|is no UTF-8|became shorter while|cannot be the output folder).*)",
        fixes=deploy("mend what the command writes"),
    ),
    Rule(
        id="runner-by-hand",
        cause="The container was not started as `fargo submit` starts it: {why}",
        reason=RAN,
        log=_SAYS + r"(?P<why>.*(Submit the job with `fargo submit`|to `fargo (submit|retry)`).*)",
        fixes=(Fix("submit the job with fargo", "submit {job}"),),
    ),
    Rule(
        id="runner-manifest",
        cause="The rows of the run are damaged: {why}",
        reason=RAN,
        log=_SAYS + r"(?P<why>.* is damaged: .*)",
        fixes=(Fix("submit the rows anew, as you did"),),
    ),
    Rule(
        id="runner",
        cause="The command did not fail, but the runner around it did: {why}",
        reason=RAN,
        log=_SAYS + r"(?P<why>.+)",
        exit_codes=(125,),
        fixes=(READ_LOG, LATER),
    ),
)
