"""`fargo`: the only place that exits, and that turns errors into sentences."""

import json
import os
import sys
import traceback

import click

from fargo.errors import FargoError, Interrupted, UsageError

DEFECT = 70
"""EX_SOFTWARE of sysexits.h: fargo itself is wrong."""


def main() -> None:
    """Run the command line and exit with its code."""
    sys.exit(run(sys.argv[1:]))


def run(arguments: list[str]) -> int:
    """Run one command.

    Args:
        arguments: without the program's name.

    Returns:
        The exit code of the table in `fargo --help`.
    """
    from fargo.cli.app import cli
    from fargo.cli.output import ReaderGone

    try:
        result = cli.main(arguments, prog_name="fargo", standalone_mode=False)
        sys.stdout.flush()
    except FargoError as error:
        return _tell(error, arguments)
    except click.exceptions.NoArgsIsHelpError as error:
        click.echo(error.ctx.get_help())
        return UsageError.exit_code
    except (click.ClickException, click.Abort, KeyboardInterrupt) as error:
        return _tell(_translated(error), arguments)
    except ReaderGone:
        # Python flushes stdout once more at exit, and would complain then.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0
    except Exception as error:  # noqa: BLE001 # a traceback in front of a user is a defect
        return _confess(error, arguments)
    return result if isinstance(result, int) else 0


def _translated(error: BaseException) -> FargoError:
    if not isinstance(error, click.ClickException):
        return Interrupted("interrupted")
    ctx = getattr(error, "ctx", None)
    return UsageError(error.format_message(), f"{ctx.command_path if ctx else 'fargo'} --help")


def _tell(error: FargoError, arguments: list[str]) -> int:
    if "--json" in arguments:
        from fargo.view import data

        print(json.dumps(data.error(error)), file=sys.stderr)
        return error.exit_code
    print(f"fargo: {error.message}", file=sys.stderr)
    if error.hint:
        print(f"  → {error.hint}", file=sys.stderr)
    return error.exit_code


def _confess(error: Exception, arguments: list[str]) -> int:
    print(f"fargo: this is a defect of fargo: {type(error).__name__}: {error}", file=sys.stderr)
    if {"-v", "--verbose"} & set(arguments):
        traceback.print_exception(error)
    else:
        print("  → run it again with -v and report what it prints", file=sys.stderr)
    return DEFECT


if __name__ == "__main__":
    main()
