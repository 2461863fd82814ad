"""What AWS Batch told of jobs as they changed: it outlives the seven days or so that AWS Batch knows them.

The stack sends each "Batch Job State Change" to a log group. `History` reads it for some runs or one job,
`Stories` makes of the events how each job came to stand, and `recall` puts jobs that AWS Batch has
forgotten back into snapshots. Nothing is cached, and nothing is asked of AWS Batch.

In: runs, as their ledgers have them. Out: `Job`s and `Move`s. AWS: FilterLogEvents alone.
"""

from fargo.history.event import Event, event_from
from fargo.history.pattern import Which
from fargo.history.reading import History
from fargo.history.recall import Recall, recall
from fargo.history.stories import Stories, Story

__all__ = ["Event", "History", "Recall", "Stories", "Story", "Which", "event_from", "recall"]
