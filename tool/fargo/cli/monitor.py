"""`fargo monitor`: the full-screen monitor."""

import os
import shlex
import sys
from collections.abc import Mapping
from importlib.util import find_spec
from typing import TYPE_CHECKING

import click

from fargo.cli.context import Context, pass_context
from fargo.cli.options import FargoCommand
from fargo.errors import PrerequisiteError, UsageError
from fargo.monitor import BROWSER

if TYPE_CHECKING:
    from fargo.monitor.app import MonitorApp
    from fargo.monitor.source import Source

SIZE = ("COLUMNS", "LINES")
"""Textual believes them more than the terminal, and then follows no change of its size."""
PLAIN = "the same as lines, for a pipe or a screen reader: `fargo ps --watch --plain`"


@click.command(
    cls=FargoCommand,
    short_help="Watch, search, stop and retry jobs on the full screen.",
    examples={
        "fargo monitor --demo": "all of it on synthetic jobs, without an account",
        "fargo monitor --web": "in a browser of this machine, read-only",
    },
)
@click.option("--demo", is_flag=True, help="Synthetic jobs: no project, no account, no Docker.")
@click.option("--read-only", is_flag=True, help="Nothing can be stopped or retried.")
@click.option("--ascii", "only_ascii", is_flag=True, help="Draw with ASCII alone.")
@click.option("--no-mouse", is_flag=True, help="Leave the mouse to the terminal.")
@click.option("--web", is_flag=True, help="Show it in browsers of this machine instead, read-only.")
@click.option(
    "--port",
    type=click.IntRange(0, 65535),
    default=0,
    metavar="PORT",
    help="With --web: where it listens; 0: a free one.",
)
@click.option("--allow-changes", is_flag=True, help="With --web: stop and retry from the browser, too.")
@pass_context
def monitor(context: Context, *, web: bool, port: int, allow_changes: bool, **shown: bool) -> None:
    """Watch, search, stop and retry jobs on the full screen.

    `?` shows the keys, `q` quits: the jobs go on. It needs an extra: pip install 'fargo[monitor]', and for
    --web 'fargo[web]'.
    """
    _check_options(context, web=web, of_web=bool(port or allow_changes), no_mouse=shown["no_mouse"])
    check_installed()
    if web:
        serve(context, port, [*flags(shown), *([] if allow_changes else ["--read-only"])])
    else:
        show(context, **shown)


def _check_options(context: Context, *, web: bool, of_web: bool, no_mouse: bool) -> None:
    if context.options.plain or context.options.json:
        raise UsageError("the monitor is a full screen: it has neither --plain nor --json", PLAIN)
    if of_web and not web:
        raise UsageError("--port and --allow-changes are about pages in a browser", "add --web")
    if web and no_mouse:
        raise UsageError("a browser's mouse is its own", "leave out --no-mouse")


def flags(shown: Mapping[str, bool]) -> list[str]:
    """The options that a page's monitor is given as well."""
    names = {"demo": "--demo", "read_only": "--read-only", "only_ascii": "--ascii"}
    return [option for name, option in names.items() if shown[name]]


def serve(context: Context, port: int, options: list[str]) -> None:
    """Show it to browsers: each page runs this command in a process of its own.

    Raises:
        PrerequisiteError: textual-serve is missing.
        UsageError: the port is taken.
    """
    from fargo.monitor.web import serve

    _, *words = shlex.split(context.command("monitor"))
    serve([sys.executable, "-m", "fargo", *words, *options], say=context.out.say, port=port)


def show(context: Context, *, demo: bool, read_only: bool, only_ascii: bool, no_mouse: bool) -> None:
    """Show it on this terminal, until somebody quits."""
    if BROWSER not in os.environ:
        check_terminal(os.environ)
        for name in SIZE:
            os.environ.pop(name, None)
    if not os.environ.get("NO_COLOR"):
        os.environ.pop("NO_COLOR", None)  # empty is not set (no-color.org); Textual takes it for set
    source = source_of(context, demo=demo, read_only=read_only)
    app = make_app(source, only_ascii=only_ascii, cached=not demo)
    context.hush()
    app.run(mouse=not no_mouse)
    context.out.say(
        f"the jobs go on; come back: {context.command('monitor')}" if not demo else "the demo is over"
    )


def check_installed() -> None:
    """Make sure that Textual is there.

    Raises:
        PrerequisiteError: it is not.
    """
    if find_spec("textual") is None:
        raise PrerequisiteError("the monitor needs Textual", "install it: `pip install 'fargo[monitor]'`")


def check_terminal(environ: Mapping[str, str]) -> None:
    """Make sure that there is a full screen to draw on: Textual itself would never end without one.

    Raises:
        UsageError: there is none.
    """
    if environ.get("FARGO_ACCESSIBLE") == "1":
        raise UsageError("FARGO_ACCESSIBLE=1: a full screen cannot be read aloud", PLAIN)
    if not all(stream.isatty() for stream in (sys.stdin, sys.stdout, sys.stderr)):
        raise UsageError("the monitor needs a terminal for its input, output and errors", PLAIN)
    if environ.get("TERM", "dumb") == "dumb":
        raise UsageError("the monitor needs a terminal that can be drawn on; TERM is dumb", PLAIN)


def source_of(context: Context, *, demo: bool, read_only: bool) -> "Source":
    """What the monitor is told by: the project, or the demonstration."""
    from fargo.monitor.app import utc_now
    from fargo.monitor.source import LiveSource

    if demo:
        from fargo.monitor.demo import DemoSource

        return DemoSource(utc_now, read_only=read_only)
    options = context.command("x").removeprefix("fargo").removesuffix("x").strip()
    return LiveSource(context, read_only=read_only, options=options)


def make_app(source: "Source", *, only_ascii: bool, cached: bool) -> "MonitorApp":
    """The app."""
    from fargo import caching
    from fargo.local.state import StateDir
    from fargo.monitor.app import MonitorApp
    from fargo.monitor.cache import Cache
    from fargo.monitor.look import Look

    # What a local AWS has forgotten is forgotten with it: all of them have the same account.
    folder = StateDir.default().path if source.title.target == "local" else caching.folder()
    return MonitorApp(
        source, look=Look(ascii=only_ascii), cache=Cache(source.title, folder) if cached else None
    )
