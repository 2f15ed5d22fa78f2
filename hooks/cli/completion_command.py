"""`instana-hooks completion`: commands, options and files by the Tab key, completed by click."""

from typing import Final

import click
from click.shell_completion import get_completion_class

from hooks.cli.program import COMPLETE, called_as

PROGRAM: Final = "instana-hooks"
PLUGIN: Final = "kubectl-instana"
SHELLS: Final = ("bash", "zsh", "fish")


@click.command("completion")
@click.argument("shell", type=click.Choice(SHELLS))
@click.pass_context
def completion_command(context: click.Context, shell: str) -> None:
    """Print the script with which a shell completes commands, options and files.

    It is for `instana-hooks`; or for `kubectl-instana`, where it is called by that name. The shell
    must find the program in its PATH.
    """
    kind = get_completion_class(shell)
    name = PLUGIN if called_as() == "kubectl instana" else PROGRAM
    if kind:
        click.echo(kind(context.find_root().command, {}, name, COMPLETE).source())
