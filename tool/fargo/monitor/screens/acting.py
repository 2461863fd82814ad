"""What can be done with jobs, on every screen that shows some."""

import os
import sys
from collections.abc import Callable, Sequence
from functools import partial

from rich.text import Text
from textual import work

from fargo.errors import FargoError
from fargo.model.job import Job, JobState
from fargo.model.run import Run
from fargo.monitor import BROWSER, asking, clipboard
from fargo.monitor.detail import name
from fargo.monitor.keys import Key
from fargo.monitor.screens.dialogs import Confirm, Menu, Panel, RetryConfirm
from fargo.monitor.screens.face import Face
from fargo.monitor.why import why
from fargo.view.text import plural, safe

ACTING: tuple[Key, ...] = (
    Key(
        keys="x",
        action="stop",
        shown="x",
        word="Stop",
        rank=1,
        changes=True,
        help="stop what is marked, or this job; asks first",
    ),
    Key(
        keys="r",
        action="retry",
        shown="r",
        word="Retry",
        rank=1,
        changes=True,
        help="retry what failed of its run; in the dialog m: more memory",
    ),
    Key(
        keys="c", action="copy", shown="c", word="Copy", rank=3, help="copy id, ARN, log stream, or a command"
    ),
    Key(
        keys="o",
        action="console",
        shown="o",
        word="Console",
        rank=5,
        help="open the job's page in AWS's console",
    ),
    Key(
        keys="e",
        action="explain",
        shown="e",
        word="Explain",
        rank=4,
        help="why it waits or failed, and what helps",
    ),
    Key(keys="y", action="raw", shown="y", help="all that AWS tells of it, as JSON"),
)


def has_windows() -> bool:
    """Whether a browser opens in a window: one of text would take the terminal away from the monitor."""
    return sys.platform == "darwin" or any(map(os.environ.get, ("DISPLAY", "WAYLAND_DISPLAY", BROWSER)))


class Acting(Face):
    """A screen with a current job, and perhaps marked ones."""

    def current(self) -> Job | None:
        """The job that the cursor is on."""
        return None

    def marked(self) -> list[Job]:
        """Those that are marked."""
        return []

    def hidden(self, jobs: Sequence[Job]) -> int:
        """How many of these are not in view."""
        del jobs
        return 0

    def pin(self) -> None:
        """Somebody acts on the current job: the cursor stays on it from now on."""

    def unmark(self) -> None:
        """What was marked has been dealt with."""

    def allowed(self) -> bool:
        """Whether anything may be changed; says why not."""
        if self.monitor.source.read_only:
            why = "a page, without --allow-changes" if BROWSER in os.environ else "started with --read-only"
            self.monitor.say(f"read-only: {why}: nothing can be stopped or retried", "yellow")
        return not self.monitor.source.read_only

    def action_stop(self) -> None:
        """Ask, then stop."""
        self.pin()
        current = self.current()
        chosen = self.marked() or ([current] if current else [])
        if not chosen or not self.allowed():
            return
        jobs = asking.live(chosen)
        if not jobs:
            has = "it has" if len(chosen) == 1 else "all of them have"
            self.monitor.say(f"nothing to stop: {has} ended", "yellow")
            return
        ids = [job.id for job in jobs]

        def answered(yes: bool | None) -> None:
            if yes:
                self.stop_jobs(ids)
                self.unmark()

        question = asking.stop_question(jobs, self.monitor.board, hidden=self.hidden(jobs))
        self.app.push_screen(Confirm(question), answered)

    @work(thread=True, exit_on_error=False, group="acting")
    def stop_jobs(self, ids: list[str]) -> None:
        """Stop jobs, in a thread."""
        try:
            refused = self.monitor.source.stop(ids, asking.REASON)
        except FargoError as error:
            self._tell(f"nothing was stopped: {error.message}", "bold red")
            return
        if refused:
            job, why = next(iter(refused.items()))
            self._tell(
                f"AWS did not stop {len(refused)} of {len(ids)}; of {job[:8]} it says: {why}", "bold red"
            )
        else:
            self._tell(f"stopping {plural(len(ids), 'job')}", "green")

    @work(thread=True, exit_on_error=False, group="acting")
    def stop_run(self, run: str) -> None:
        """Stop a run as `fargo stop` does, in a thread."""
        try:
            words = self.monitor.source.stop_run(run, asking.REASON)
        except FargoError as error:
            self._tell(error.message, "bold red")
            return
        self._tell(words, "green")

    def action_retry(self) -> None:
        """Ask, then retry what failed of the current job's run."""
        self.pin()
        job = self.current()
        if job is None or not self.allowed():
            return
        run = self.monitor.board.run(job)
        if run is None:
            self.monitor.say("not submitted by fargo: it has no run that could be retried", "yellow")
            return
        self.ask_retry(run)

    def ask_retry(self, run: Run) -> None:
        """Ask, then retry what failed of a run."""
        jobs = self.monitor.board.store.jobs
        last = [jobs[each] for each in run.last.job_ids if each in jobs]
        if len(last) < len(run.last.chunks):
            command = self.monitor.source.title.command(f"retry {run.id}")
            self.monitor.say(f"not all of its jobs are known here: `{command}` reads its results", "yellow")
            return
        if any(not job.state.finished for job in last):
            self.monitor.say("its run has not ended: wait for it, or stop it with x", "yellow")
            return
        failed = sum(
            dict(job.counts).get(JobState.FAILED, 0) if job.counts else job.state is JobState.FAILED
            for job in last
        )
        if not failed:
            self.monitor.say("nothing to retry: nothing of its last wave has failed", "yellow")
            return
        dialog = RetryConfirm(run, failed)

        def answered(yes: bool | None) -> None:
            if yes:
                self.retry_run(run.id, dialog.more)

        self.app.push_screen(dialog, answered)

    @work(thread=True, exit_on_error=False, group="acting")
    def retry_run(self, run: str, more: str) -> None:
        """Retry a run, in a thread."""
        try:
            words = self.monitor.source.retry(run, more)
        except FargoError as error:
            self._tell(f"{error.message}{f'; {error.hint}' if error.hint else ''}", "bold red")
            return
        self._tell(words, "green")

    def _tell(self, words: str, style: str) -> None:
        """From a thread: say it, and look at once what came of it."""
        app = self.monitor
        app.call_from_thread(app.acted, words, style)

    def action_copy(self) -> None:
        """Choose what to copy."""
        self.pin()
        job = self.current()
        if job is None:
            return
        found = asking.copies(job, self.monitor.board, self.monitor.source.title)
        options = [(what, f"{letter}  {what:<14} {safe(value)}") for letter, what, value in found]

        def chosen(what: str | None) -> None:
            for _, each, value in found:
                if each == what:
                    clipboard.copy(self.app, value)
                    self.monitor.say(f"copied the {what}: {value}")

        self.app.push_screen(Menu("Copy", options), chosen)

    def action_console(self) -> None:
        """Open the job's page, or copy its address."""
        job = self.current()
        if job is None:
            return
        address = self.monitor.source.title.console(job)
        if not address:
            self.monitor.say("there is no console page: these jobs are not on AWS", "yellow")
            return
        if has_windows():
            self.app.open_url(address)
            self.monitor.say(address)
        else:
            clipboard.copy(self.app, address)
            self.monitor.say(f"no browser can open here; copied: {address}")

    def action_explain(self) -> None:
        """Say why it stands where it stands."""
        self.pin()
        job = self.current()
        if job is None:
            return
        found, title = why(job, self.monitor.board), self.monitor.source.title
        shown = Text(safe(found.cause), style="bold red" if job.state is JobState.FAILED else "bold")
        for each in found.evidence:
            shown.append(f"\n{safe(each)}", style="not bold")
        for fix in found.fixes:
            shown.append(f"\n\n{safe(fix.words)}", style="not bold default")
            if fix.command:
                shown.append("\n").append(safe(title.command(fix.command)), style="bold cyan")
        self.app.push_screen(Panel(name(job, self.monitor.board), shown))

    def action_raw(self) -> None:
        """Ask for everything."""
        self.pin()
        job = self.current()
        if job is not None:
            self.load_raw(job.id, partial(self._show_raw, job.id))

    def _show_raw(self, job_id: str, text: str) -> None:
        """Show it, unless something else is on top by now: keys that are meant for that must reach it."""
        if self.app.screen is self:
            self.app.push_screen(Panel(job_id, Text(text)))

    @work(thread=True, exit_on_error=False, group="raw", exclusive=True)
    def load_raw(self, job_id: str, show: Callable[[str], object]) -> None:
        """Everything that AWS tells of a job, in a thread."""
        import json

        found = self.monitor.source.batch.raw(job_id)
        words = json.dumps(found, indent=2, ensure_ascii=False) if found else "AWS Batch no longer knows it."
        self.app.call_from_thread(show, "\n".join(map(safe, words.split("\n"))))
