"""`fargo`: the only place that exits, and that turns errors into sentences."""

import gc
import io
import json
import os
import sys
import traceback
from itertools import takewhile
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from fargo.cli.options import Everywhere
    from fargo.errors import FargoError

DEFECT = 70
"""EX_SOFTWARE of sysexits.h: fargo itself is wrong."""

INTERRUPTED = 130
"""Of `errors.Interrupted`, where even that could not be imported any more."""

SELDOM = 50_000
"""Objects between two collections: most commands live for a second, and a tenth of it went into looking for
garbage among what libraries load."""


def main() -> None:
    """Run the command line and exit with its code."""
    gc.set_threshold(SELDOM)
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            # What the user's encoding does not have must not end the command that says it.
            stream.reconfigure(errors="backslashreplace")
    try:
        sys.exit(run(sys.argv[1:]))
    except KeyboardInterrupt:  # while modules are imported, which takes longest where people are impatient
        print("fargo: interrupted", file=sys.stderr)
        sys.exit(INTERRUPTED)


def run(arguments: list[str]) -> int:
    """Run one command.

    Args:
        arguments: without the program's name.

    Returns:
        The exit code of the table in `fargo --help`.
    """
    import click

    from fargo.cli.app import cli
    from fargo.cli.options import Everywhere
    from fargo.cli.output import ReaderGone
    from fargo.errors import FargoError, UsageError

    options = Everywhere()
    try:
        result = cli.main(arguments, prog_name="fargo", standalone_mode=False, obj=options)
        sys.stdout.flush()
    except FargoError as error:
        return _tell(error, options)
    except click.exceptions.NoArgsIsHelpError as error:
        click.echo(error.ctx.get_help())
        return UsageError.exit_code
    except (click.ClickException, click.Abort, KeyboardInterrupt) as error:
        # A line that cannot be parsed was not read to its end. What follows `--` is the job's.
        options.json |= "--json" in takewhile(lambda argument: argument != "--", arguments)
        return _tell(_translated(error), options)
    except ReaderGone:
        # Python flushes stdout once more at exit, and would complain then.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0
    except Exception as error:  # noqa: BLE001 # a traceback in front of a user is a defect
        return _confess(error, options)
    return result if isinstance(result, int) else 0


def _translated(error: BaseException) -> "FargoError":
    import click

    from fargo.errors import Interrupted, UsageError

    if not isinstance(error, click.ClickException):
        return Interrupted("interrupted")
    ctx = getattr(error, "ctx", None)
    return UsageError(error.format_message(), f"{ctx.command_path if ctx else 'fargo'} --help")


def _tell(error: "FargoError", options: "Everywhere") -> int:
    """Say an error. The commands that it names get the options that were given: here, and nowhere else."""
    error.message, error.hint = options.completed(error.message), options.completed(error.hint)
    if options.json:
        from fargo.view import data

        print(json.dumps(data.error(error)), file=sys.stderr)
        return error.exit_code
    _say(f"fargo: {error.message}")
    if error.hint:
        _say(f"  → {error.hint}")
    return error.exit_code


def _confess(error: Exception, options: "Everywhere") -> int:
    _say(f"fargo: this is a defect of fargo: {type(error).__name__}: {error}")
    if options.verbose:
        _say("".join(traceback.format_exception(error)).rstrip())
    else:
        _say("  → run it again with -v and report what it prints")
    return DEFECT


def _say(words: str) -> None:
    """Errors repeat what AWS, builds and files say: none of it may drive the user's terminal."""
    from fargo.view.text import safe_lines

    print(safe_lines(words), file=sys.stderr)


if __name__ == "__main__":
    main()
