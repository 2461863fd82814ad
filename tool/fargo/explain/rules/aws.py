"""AWS, or somebody, ended the job.

Source of the words: AWS Batch user guide, "Job retries", "Job timeouts" and "Jobs stuck in a RUNNABLE
status"; Amazon ECS developer guide, "Stopped tasks error messages".
"""

from fargo.explain.finding import Fix
from fargo.explain.rule import Rule
from fargo.explain.rules.fixes import AGAIN, DEPLOYED, MEMORY, MEMORY_FROM_NOW_ON

_AWS_SAYS = (
    r"Essential container in task exited|Your Spot Task|Host EC2 |Job attempt duration exceeded"
    r"|Dependent Job failed|Array Child Job failed|Job queue was deleted|Canceled by JobStateTimeLimit"
    r"|(OutOfMemory|Cannot\w+|ResourceInitialization|ContainerRuntime\w*|DockerTimeout|Internal)Error: "
    r"|The local AWS "
)
"""How AWS's own words begin: such a job ended before the request to stop it came to it."""

STOPPED = (
    Rule(
        id="stopped-by-fargo",
        cause="Somebody stopped it with `fargo stop`",
        reason=r"^stopped by fargo stop",
        fixes=(AGAIN,),
    ),
    Rule(
        id="stopped",
        cause="Somebody stopped it: {why}",
        reason=rf"^(?!{_AWS_SAYS})(?P<why>.+)",
        stopped=True,
        fixes=(AGAIN,),
    ),
)
"""Somebody's own words may be any, those of other rules among them."""

AWS = (
    Rule(
        id="out-of-memory",
        cause="It wanted more memory than it has<: {memory}>",
        reason=r"^OutOfMemoryError",
        fixes=(MEMORY, MEMORY_FROM_NOW_ON),
    ),
    Rule(
        id="spot",
        cause="AWS took the Spot capacity back: nothing is wrong with the job",
        reason=r"^Your Spot Task was interrupted",
        fixes=(AGAIN, Fix("on demand nobody takes it back", "retry {run} --on-demand")),
    ),
    Rule(
        id="host",
        cause="The machine that it ran on was terminated: nothing is wrong with the job",
        reason=r"^Host EC2 .*terminated",
        fixes=(AGAIN,),
    ),
    Rule(
        id="timeout",
        cause="It ran longer than its timeout<, {timeout}>",
        reason=r"^Job attempt duration exceeded timeout",
        fixes=(
            Fix("run again what failed, with more time", "retry {run} --timeout {longer_timeout}"),
            Fix("for later runs: a longer `timeout` under [jobs.{job}] in fargo.toml, then deploy", "up"),
        ),
    ),
    Rule(
        id="waited-too-long",
        cause="It waited longer than its queue allows: {why}",
        reason=r"^Canceled by JobStateTimeLimit action due to reason: (?P<why>.+)",
        fixes=(Fix("see what the account and the stack allow", "doctor"),),
    ),
    Rule(
        id="dependency",
        cause="A job that it was to wait for failed, so it never started",
        reason=r"^Dependent Job failed",
        fixes=(Fix("see why that one failed", "explain {after}"), Fix("then run this one", "retry {run}")),
    ),
    Rule(
        id="child",
        cause="Containers of it failed, and nobody knows which any more",
        reason=r"^Array Child Job failed",
        fixes=(Fix("see which rows have no result", "results {run} --failed"), AGAIN),
    ),
    Rule(
        id="queue-deleted",
        cause="Its job queue was deleted while it waited or ran",
        reason=r"^Job queue was deleted",
        fixes=(Fix("deploy the stack again: it makes the queue", "up"), DEPLOYED),
    ),
)
