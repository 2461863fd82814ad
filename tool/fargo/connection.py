"""The composition root: session, clients and the rest are made here alone, for `cli/` and for `api/`."""

import os
import secrets
import time
from collections.abc import Callable, Generator, Iterator
from datetime import UTC, datetime
from functools import cached_property
from itertools import chain, repeat
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

from fargo import place
from fargo.errors import UsageError

if TYPE_CHECKING:
    from fargo.aws.batch import Batch
    from fargo.aws.logs import Logs
    from fargo.aws.session import Session
    from fargo.aws.store import Store
    from fargo.config import Project
    from fargo.cost import Prices
    from fargo.deploy import Deployment
    from fargo.errors import AwsThrottled
    from fargo.history import History
    from fargo.logs import Tail
    from fargo.model.run import RunSnapshot
    from fargo.model.stack import StackOutputs
    from fargo.stack import StackFolder
    from fargo.submit import Sender
    from fargo.watch import Recovered, Trouble, Watcher

E = TypeVar("E")
R = TypeVar("R")

LOCAL_REGION = "us-east-1"
"""The local AWS answers for every region; this one where nobody names one."""
PATIENCE_LOCAL = 5.0
"""The local AWS is on this machine: where it does not answer for this long, it is gone."""


def _keep_silent(_: object) -> None:
    pass


class Connection:
    """A project on one target, and what reaches it, each made when first asked for.

    Args:
        file: the project file; None for the one of the current folder or the nearest above it.
        local: the local AWS instead of AWS; it is started where it is not running.
        region: wins over the project file.
        profile: wins over the environment.
        say: told that the local AWS is being started.
        warn: told what does not work in it.
    """

    def __init__(
        self,
        file: Path | None = None,
        *,
        local: bool = False,
        region: str = "",
        profile: str = "",
        say: Callable[[str], None] = _keep_silent,
        warn: Callable[[str], None] = _keep_silent,
    ) -> None:
        self._file, self._local, self._wanted_region, self._profile = file, local, region, profile
        self._say, self._warn = say, warn

    def hush(self) -> None:
        """Say and warn of nothing more: something else has the terminal."""
        self._say = self._warn = _keep_silent

    def renew(self) -> None:
        """Have the project file and what is deployed read anew: a notebook lives on after the next `up`.

        Session and clients stay. Where account or region are others now, `outputs` refuses them.
        """
        self._file = self.project.file  # and not what the nearest one is by now
        for name in ("project", "deployment", "folder", "outputs"):
            vars(self).pop(name, None)

    @cached_property
    def project(self) -> "Project":
        """The project file's settings."""
        from fargo import config

        file = self._file or config.find()
        return config.load(file.resolve(), region=self._wanted_region, profile=self._profile)

    @cached_property
    def session(self) -> "Session":
        """AWS, or the local AWS, which is started where it is not running."""
        from fargo.aws.session import Session, Target

        if not self._local:
            return Session(Target.AWS, self._region(), self.project.profile)
        from fargo.local import daemon

        running = daemon.status()
        if running is None:
            self._say("starting the local AWS")
            running = daemon.ensure()
            if running.warning:
                self._warn(running.warning)
        return Session(Target.LOCAL, self.project.region or LOCAL_REGION, endpoint=running.endpoint)

    def _region(self) -> str:
        from fargo.aws.session import profile_region

        region = self.project.region or profile_region(self.project.profile)
        if not region:
            raise UsageError(
                "no region: none in fargo.toml, the environment or the profile",
                'add one: --region NAME, or `region = "eu-west-1"` in fargo.toml',
            )
        return region

    @cached_property
    def deployment(self) -> "Deployment":
        """The project's stack on this target."""
        from fargo.deploy import Deployment

        return Deployment(self.project, self.session, os.environ)

    @cached_property
    def folder(self) -> "StackFolder":
        """What is known of the deployed stack on this machine, without asking AWS."""
        from fargo.stack import StackFolder

        return StackFolder(self.project, "local" if self._local else "aws")

    @cached_property
    def outputs(self) -> "StackOutputs":
        """The deployed stack.

        What is not deployed starts no local AWS. Of a shared state the bucket tells: a colleague may have
        deployed since, or from elsewhere.
        """
        from fargo.deploy import shared_state

        outputs = shared_state.known(self.folder, lambda: self.session)
        self.folder.check_owner(outputs.account_id, self.session.region)
        return outputs

    def verify_account(self) -> None:
        """Make sure, before anything is changed, that these credentials are of the account deployed to.

        Raises:
            WrongAccount: they are not.
        """
        account_id, deployed = self.session.identity().account_id, self.outputs
        self.folder.check_owner(account_id, deployed.region)
        place.check_target(deployed.name, {"account_id": deployed.account_id}, {"account_id": account_id})

    @cached_property
    def batch(self) -> "Batch":
        """AWS Batch."""
        from fargo.aws.batch import Batch

        return Batch(self.session.client("batch"))

    @cached_property
    def store(self) -> "Store":
        """The workspace bucket."""
        from fargo.aws.store import Store

        bucket = self.outputs.bucket
        return Store(self.session.client("s3"), bucket)

    @cached_property
    def bulk(self) -> "Store":
        """The same for thousands of objects in a row: where S3 asks to go slower, all of it does."""
        from fargo.aws.patience import BROKEN_SECONDS, Patience
        from fargo.aws.store import Store

        bucket = self.outputs.bucket
        broken = PATIENCE_LOCAL if self._local else BROKEN_SECONDS
        patience = Patience(self._warn, broken=broken)
        return Store(self.session.client("s3", patience=patience), bucket, patience)

    @cached_property
    def logs(self) -> "Logs":
        """The jobs' log group."""
        from fargo.aws.logs import Logs

        group = self.outputs.log_group
        return Logs(self._logs_client(), group)

    def patience(self) -> "Callable[[AwsThrottled], None]":
        """For whoever has nothing to show meanwhile: waits where AWS throttles, and says so once."""
        pauses = chain([1.0, 2.0, 4.0], repeat(8.0))

        def wait(error: "AwsThrottled") -> None:
            pause = next(pauses)
            if pause == 1:
                self._warn(f"{error.message}; reading on more slowly")
            time.sleep(pause)

        return wait

    def patient_logs(self) -> "Logs":
        """The jobs' log group, read on more slowly where it is throttled."""
        from fargo.aws.logs import Logs

        group = self.outputs.log_group
        return Logs(self._logs_client(), group, throttled=self.patience())

    def _logs_client(self) -> Any:
        from fargo.aws.log_pages import read_quickly

        return read_quickly(self.session.client("logs"))

    @cached_property
    def history(self) -> "History":
        """What events tell of jobs that AWS Batch has forgotten."""
        from fargo.aws.logs import Logs
        from fargo.history import History
        from fargo.model.naming import events_log_group

        group = events_log_group(self.outputs.name)
        return History(lambda: Logs(self._logs_client(), group))

    @cached_property
    def prices(self) -> "Prices":
        """What AWS asks in this region."""
        from fargo import cost

        return cost.current(self.session, datetime.now(UTC))

    def sender(self) -> "Sender":
        """What one submission needs; SubmitJob is called once only, because it has no client token.

        Each has a word of its own as writer: a claim that an earlier one left must count as somebody else's,
        so that its job is looked for before it is sent again.
        """
        from fargo.aws.batch import Batch
        from fargo.submit import Sender
        from fargo.submit.sender import CALL_SECONDS

        return Sender(
            batch=Batch(self.session.client("batch", attempts=1, seconds=CALL_SECONDS)),
            store=self.bulk,
            sleep=time.sleep,
            writer=secrets.token_hex(8),
        )

    def watcher(self, *, tail: "Tail | None" = None, timeout: float | None = None) -> "Watcher":
        """What follows a run.

        Args:
            tail: what reads the lines that its containers write; None where nobody wants to.
            timeout: seconds until `WaitTimeout`; None for no limit.
        """
        from fargo.watch import PATIENCE_SECONDS, Watcher

        return Watcher(
            batch=self.batch,
            tail=tail,
            failures=True,
            clock=time.monotonic,
            sleep=time.sleep,
            timeout=timeout,
            patience=PATIENCE_LOCAL if self._local else PATIENCE_SECONDS,
        )

    def runs_watched(self, limit: int) -> "Iterator[tuple[RunSnapshot, ...] | Trouble | Recovered]":
        """How the latest runs stand, each time that something of them changed."""
        from fargo import runs
        from fargo.history import Recall
        from fargo.watch import Poller, watch_runs

        store, batch, recall = self.store, self.batch, Recall(self.history)
        for event in watch_runs(lambda: runs.recent(store, batch, limit), lambda: Poller(batch)):
            yield recall.fill(event) if isinstance(event, tuple) else event

    def consume(self, events: Generator[E, None, R], take: Callable[[E], None] = _keep_silent) -> R:
        """Hand every event to `take`, and return what the generator returns."""
        while True:
            try:
                take(next(events))
            except StopIteration as end:
                result: R = end.value
                return result
