"""A request → a run: the ledger first, then SubmitJob.

- `request`: what the user asks for, and whether it can be; touches nothing.
- `after`: what a run waits for; touches nothing.
- `plan`: request and stack → run → SubmitJob calls; touches nothing.
- `sending`: ledger and SubmitJob, each chunk exactly once; S3 and AWS Batch. `group` makes the calls, side by
  side; `doubt` looks for what came of those whose answers were lost; `sender` is what all three need.
- `retry`: rows without a result → a new wave of the run; S3.
- `stopping`: a run's jobs → TerminateJobs; AWS Batch.
"""

from fargo.submit.doubt import find_missing
from fargo.submit.plan import plan, submissions
from fargo.submit.request import Request, Rows
from fargo.submit.sender import Sender
from fargo.submit.sending import create, send

__all__ = ["Request", "Rows", "Sender", "create", "find_missing", "plan", "send", "submissions"]
