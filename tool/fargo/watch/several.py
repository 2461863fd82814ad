"""Several runs at once, the latest ones, for as long as somebody looks."""

from collections.abc import Callable, Iterator, Sequence

from fargo.model.job import Job
from fargo.model.run import Run, RunSnapshot
from fargo.watch.feeds import FailedFeed, JobsFeed, RunsFeed
from fargo.watch.following import of_store
from fargo.watch.poller import Poller
from fargo.watch.seen import JobsSeen, Recovered, RunsSeen, Trouble
from fargo.watch.store import Store


def watch_runs(
    load: Callable[[], Sequence[Run]], poller: Callable[[], Poller]
) -> Iterator[tuple[RunSnapshot, ...] | Trouble | Recovered]:
    """How the latest runs stand, each time that something of them changed; it never ends by itself.

    A job that has ended is not asked for again.

    Args:
        load: the runs, newest first, by their ledgers.
        poller: makes a poller without feeds.
    """
    runs: tuple[Run, ...] | None = None
    store, asking = Store(), poller()
    live = JobsFeed("jobs")
    whole = changed = False

    def jobs() -> list[Job]:
        return [store.jobs[each] for run in runs or () for each in run.job_ids if each in store.jobs]

    asking.add(RunsFeed(load))
    for event in asking.events():
        if isinstance(event, Trouble | Recovered):
            yield event
        elif isinstance(event, RunsSeen) and event.runs != runs:
            if runs is None:
                asking.add(live)
                asking.add(FailedFeed(jobs))
            runs, changed = event.runs, True
            store.keep({each for run in runs for each in run.job_ids})
            live.ids = _live(runs, store)
            whole = not live.ids  # else some of the jobs are not known yet
            asking.hurry(live.name)
        elif isinstance(event, JobsSeen):
            changed |= bool(store.apply(event))
            live.ids = _live(runs or (), store)
            if event.feed == live.name and event.last and not whole:
                whole = True
                asking.hurry(FailedFeed.name)  # before, there was no array to look at
        if changed and whole:
            changed = False
            yield tuple(of_store(run, store, event.at) for run in runs or ())


def _live(runs: Sequence[Run], store: Store) -> tuple[str, ...]:
    return tuple(
        job_id
        for run in runs
        for job_id in run.job_ids
        if job_id not in store.gone and not (job_id in store.jobs and store.jobs[job_id].state.finished)
    )
