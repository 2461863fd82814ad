"""The local AWS's own failures, which AWS does not know."""

from fargo.explain.finding import Fix
from fargo.explain.rule import Rule
from fargo.explain.rules.fixes import AGAIN

_STATUS = Fix("see how the local AWS stands", "local status")

LOCAL = (
    Rule(
        id="local-ended",
        cause="The local AWS ended while it ran; nothing is wrong with the job",
        reason=r"^The local AWS ended while the task ran",
        fixes=(AGAIN,),
    ),
    Rule(
        id="local-error",
        cause="The local AWS itself met an error: {why}",
        reason=r"^The local AWS met an error: (?P<why>.+)",
        fixes=(AGAIN, _STATUS),
    ),
    Rule(
        id="local-engine",
        cause="The Docker engine of this machine failed or was out of reach",
        reason=r"the Docker engine failed: |^CannotStartContainerError: no Docker engine",
        fixes=(Fix("see whether Docker runs, and what it needs", "doctor"), AGAIN),
    ),
    Rule(
        id="local-scenario",
        cause="Its FARGO_SCRIPT is no scenario that the local AWS can play: {why}",
        reason=r"^CannotStartContainerError: not a scenario: (?P<why>.+)",
        fixes=(Fix("write it as docs/local-aws.md shows", ""),),
    ),
)
