"""What `fargo explain` knows of failures: the first rule that holds tells the cause.

A rule is a row of one of the tables here. The tests produce a failure for each on the local AWS.
What a person said who stopped it comes first, for it may be anything. Then AWS's reasons, because AWS knows
best; then what the log's last lines say; the exit code alone is last.
Where nothing holds, AWS's words are shown as they are.
"""

from fargo.explain.rules.aws import AWS, STOPPED
from fargo.explain.rules.exit_codes import EXIT_CODES
from fargo.explain.rules.local import LOCAL
from fargo.explain.rules.log import LOG
from fargo.explain.rules.pull import PULL
from fargo.explain.rules.runner import RUNNER
from fargo.explain.rules.start import START

RULES = (*STOPPED, *LOCAL, *PULL, *START, *AWS, *RUNNER, *LOG, *EXIT_CODES)

__all__ = ["RULES"]
