"""What `submit` and `retry` share: sending a run's jobs and telling of it."""

import secrets
import time
from typing import TYPE_CHECKING

from fargo.cli.context import Context

if TYPE_CHECKING:
    from fargo.ledger import Entry
    from fargo.model.run import Run
    from fargo.submit import Sender


def sender(context: Context) -> "Sender":
    """What sending needs; SubmitJob is called once only, because it has no client token."""
    from fargo.aws.batch import Batch
    from fargo.submit import Sender

    return Sender(
        batch=Batch(context.session.client("batch", attempts=1)),
        store=context.store,
        sleep=time.sleep,
        writer=secrets.token_hex(8),
    )


def send(context: Context, entry: "Entry", with_: "Sender") -> "Run":
    """Submit what is not submitted yet, telling how far it is where it takes several calls."""
    from fargo.submit import send as library

    several = len(entry.run.last.chunks)
    sent = sum(bool(chunk.job_id) for chunk in entry.run.last.chunks)

    def take(_: "Run") -> None:
        nonlocal sent
        sent += 1
        if several > 1:
            context.out.say(f"submitted {sent} of {several} arrays")

    return context.consume(library(entry, with_), take)


def tell(context: Context, run: "Run", *, quiet: bool) -> None:
    """Name the run before anything else can go wrong: as data, unless the lines of jobs are."""
    from fargo.view import data
    from fargo.view.runs import size_words

    if size := size_words(run.last):
        context.out.say(size)
    if quiet:
        context.out.say(f"run {run.id}")
    elif context.out.json:
        context.out.data(data.run(run) | {"jobs": list(run.job_ids)})
    else:
        context.out.line(run.id)
        rest = f"wait {run.id}" if run.last.containers > 1 else f"logs -f {run.id}"
        context.out.say(f"follow it: {context.command(rest)}")
