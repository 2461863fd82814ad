"""`fargo completion`: the script with which a shell completes fargo's command lines, and what it asks for."""

import tomllib
from collections.abc import Callable, Iterable
from functools import wraps

import click
from click.shell_completion import CompletionItem, get_completion_class

from fargo.cli.context import Context, pass_context
from fargo.cli.options import Everywhere, FargoCommand
from fargo.model import naming

VARIABLE = "_FARGO_COMPLETE"
"""With it in the environment, fargo answers a shell instead of running a command. click's own name for it."""

INSTALL = {
    "bash": "For every new bash: echo 'eval \"$(fargo completion bash)\"' >> ~/.bashrc",
    "zsh": "For every new zsh, below compinit: echo 'eval \"$(fargo completion zsh)\"' >> ~/.zshrc",
    "fish": "For every new fish: fargo completion fish > ~/.config/fish/completions/fargo.fish",
}

Completer = Callable[[click.Context, click.Parameter, str], list[CompletionItem[str]]]


@click.command(
    cls=FargoCommand,
    short_help="Print the completion script of a shell.",
    examples={
        'eval "$(fargo completion bash)"': "in this bash",
        'eval "$(fargo completion zsh)"': "in this zsh, after compinit",
        "fargo completion fish | source": "in this fish",
    },
)
@click.argument("shell", type=click.Choice(list(INSTALL)), help="Whose script.")
@pass_context
def completion(context: Context, shell: str) -> None:
    """Print the script with which a shell completes fargo's commands, options, choices, jobs and examples.

    Its last line says how to have it in every new shell.
    """
    from fargo.cli.app import cli

    kind = get_completion_class(shell)
    assert kind  # noqa: S101 # click has all three
    context.out.line(f"{kind(cli, {}, 'fargo', VARIABLE).source().rstrip()}\n\n# {INSTALL[shell]}")


def completer(words: Callable[[click.Context], Iterable[str]]) -> Completer:
    """Make words that depend on the machine a `shell_complete`.

    What cannot be found out completes nothing: a shell shows what is written, in the middle of a line.
    """

    @wraps(words)
    def complete(ctx: click.Context, _param: click.Parameter, incomplete: str) -> list[CompletionItem[str]]:
        try:
            return [CompletionItem(word) for word in words(ctx) if word.startswith(incomplete)]
        except Exception:  # noqa: BLE001 # see above
            return []

    return complete


def files(_ctx: click.Context, _param: click.Parameter, incomplete: str) -> list[CompletionItem[str]]:
    """Have the shell complete a file's name."""
    return [CompletionItem(incomplete, type="file")]


@completer
def jobs(ctx: click.Context) -> Iterable[str]:
    """The jobs of the project file, whatever else is wrong in it."""
    from fargo import config

    options = ctx.find_object(Everywhere) or Everywhere()
    file = options.project or config.find()
    names = tomllib.loads(file.read_text(encoding="utf-8"))["jobs"]
    return filter(naming.JOB_NAME.fullmatch, names)  # a shell would run what others may hold
