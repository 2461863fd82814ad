"""Why jobs failed or wait: the cause first, then what says so, what mends it, and the end of a log."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from fargo.explain import Finding
from fargo.explain.explaining import Explanation
from fargo.model.job import Job, JobState
from fargo.view import data, runs, text
from fargo.view.failures import short

if TYPE_CHECKING:
    from rich.console import Console, ConsoleOptions, RenderResult

SHOWN = 12
"""Lines of a log that are shown; `--json` has all that were read."""
LONGEST = 400
"""Characters that are shown of a log's line, or of words that may hold one; `--json` has more."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Line:
    """A line, how it is drawn, and how far it stands in.

    Attributes:
        whole: it is never broken, such as a command to copy.
    """

    words: str
    style: str = ""
    indent: int = 0
    whole: bool = False


def finding_data(
    finding: Finding, *, name: Callable[[Job], str] = short, command: Callable[[str], str]
) -> dict[str, Any]:
    """A finding for `--json`.

    Args:
        name: what a job is called; empty where it has no name.
        command: a command of fargo's, whole.
    """
    return {
        "rule": finding.rule,
        "cause": finding.cause,
        "jobs": finding.jobs,
        "examples": [
            {
                "id": job.id,
                "name": name(job) or short(job),
                "row": job.row,
                "state": str(job.state),
                "exit_code": job.exit_code,
                "reason": job.reason,
            }
            for job in finding.examples
        ],
        "evidence": list(finding.evidence),
        "fixes": [
            {"words": fix.words, "command": command(fix.command) if fix.command else ""}
            for fix in finding.fixes
        ],
        "log_tail": list(finding.tail),
    }


def _cut(words: str) -> str:
    """Words that a job or AWS may have written: as many as are read, and none that drives a terminal."""
    return text.safe(words if len(words) <= LONGEST else f"{words[:LONGEST]}…")


class Explained:
    """An explanation in words.

    Args:
        name: what a job is called, such as `#17`; empty where it has no name.
        command: a command of fargo's with the options that make it mean the same.
        part: of the run, what was asked about, such as `row 3`; empty: all of it.
    """

    def __init__(
        self,
        found: Explanation,
        *,
        name: Callable[[Job], str],
        command: Callable[[str], str],
        part: str = "",
    ) -> None:
        self._found, self._name, self._command, self._part = found, name, command, part

    def __rich_console__(self, console: "Console", options: "ConsoleOptions") -> "RenderResult":
        """The lines, each wrapped below its own beginning; a log's lines and commands are never broken."""
        from rich.text import Text

        for line in self._all():
            words, begin = Text(line.words, style=line.style), " " * line.indent
            if line.whole or not line.words:
                yield Text.assemble(begin, words, no_wrap=True, overflow="ignore")
                continue
            for number, part in enumerate(words.wrap(console, max(options.max_width - line.indent - 2, 1))):
                yield Text.assemble(begin, "  " * bool(number), part, no_wrap=True, overflow="ignore")

    def lines(self) -> Iterator[str]:
        """The same for `--plain`."""
        return (f"{' ' * line.indent}{line.words}".rstrip() for line in self._all())

    def data(self) -> dict[str, Any]:
        """The same for `--json`."""
        found = self._found
        return {
            "run": found.state.run.id,
            "part": self._part,
            "state": runs.word(found.state),
            "at": data.iso(found.state.at),
            "failed": found.failed,
            "looked_at": found.looked,
            "failed_rows": found.rows,
            "findings": [
                finding_data(finding, name=self._name, command=self._command) for finding in found.findings
            ],
        }

    def _all(self) -> Iterator[_Line]:
        found = self._found
        if not found.findings:
            yield from self._fine()
            return
        many = bool(found.failed) and runs.many(found.state)
        if many:
            yield _Line(words=self._head(), style="dim")
        for number, finding in enumerate(found.findings):
            if number or many:
                yield _Line(words="")
            yield from self._of(finding)
        if found.failed and any(not job.state.finished for job in found.state.jobs):
            yield _Line(words="")
            yield _Line(
                words="the others go on: what failed can be run again once they have ended", style="dim"
            )
        for whole, looked, what in (
            (found.failed, found.looked, "of {:,} that failed, {:,} were looked at"),
            (found.rows, found.read, "of {:,} rows that failed, the results of {:,} were read"),
        ):
            if 0 < looked < whole:
                yield _Line(words="")
                yield _Line(words=what.format(whole, looked), style="dim")

    def _head(self) -> str:
        """Like `align-… FAILED: 34 of 200 containers failed`."""
        state = self._found.state
        whole = f"{self._found.failed:,} of {state.run.last.containers:,} containers failed"
        rows = f", {text.plural(self._found.rows, 'row')} in them" if self._found.rows else ""
        return f"{self._what()} {state.state}: {whole}{rows}"

    def _what(self) -> str:
        run = self._found.state.run.id
        return f"{self._part} of {run}" if self._part else run

    def _of(self, finding: Finding) -> Iterator[_Line]:
        failed = any(job.state is JobState.FAILED for job in finding.examples)
        style = text.STYLES[JobState.FAILED if failed else JobState.RUNNABLE]
        yield _Line(words=_cut(f"{self._whom(finding)}{finding.cause}"), style=f"bold {style}")
        for each in finding.evidence:
            yield _Line(words=_cut(each), indent=2)
        for fix in finding.fixes:
            yield _Line(words=f"→ {_cut(fix.words)}", indent=2)
            if fix.command:
                yield _Line(
                    words=text.safe(self._command(fix.command)), style="bold cyan", indent=4, whole=True
                )
        if finding.tail:
            of = self._name(finding.examples[0]) if finding.examples else ""
            yield _Line(words=f"the log of {of} ends:" if of else "its log ends:", style="dim", indent=2)
            for line in finding.tail[-SHOWN:]:
                yield _Line(words=_cut(line), style="dim", indent=4, whole=True)

    def _whom(self, finding: Finding) -> str:
        """Like `2 jobs (#17, #88): `; nothing where it is about the run as a whole, or its one job or row."""
        state = self._found.state
        several = state.run.rows > 1 if finding.of_rows else runs.many(state)
        if finding.jobs < 1 or not several:
            return ""
        if not finding.examples:
            return f"{text.plural(finding.jobs, 'job')}: "
        named = ", ".join(self._name(job) or short(job) for job in finding.examples)
        more = ", …" if finding.jobs > len(finding.examples) else ""
        return f"{text.plural(finding.jobs, 'row' if finding.of_rows else 'job')} ({named}{more}): "

    def _fine(self) -> Iterator[_Line]:
        state = self._found.state
        run = state.run.id
        what = self._what()
        if state.state is JobState.SUCCEEDED:
            yield _Line(words=f"{what} succeeded: there is nothing to explain", style="green")
            yield _Line(
                words=text.safe(self._command(f"results {run}")), style="bold cyan", indent=2, whole=True
            )
            return
        counts = ", ".join(f"{count:,} {each}" for each, count in state.counts.items())
        yield _Line(words=f"{what} goes well: {counts}, and none failed", style="blue")
        yield _Line(words=text.safe(self._command(f"logs {run} -f")), style="bold cyan", indent=2, whole=True)
