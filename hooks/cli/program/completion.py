"""`instana-hooks completion`: commands, options and files by the Tab key."""

from typing import Final

import click

from hooks.cli.program.shells import KubectlComplete, script
from hooks.cli.program.start import COMPLETE, called_as

PROGRAM: Final = "instana-hooks"
PLUGIN: Final = "kubectl-instana"
SHELLS: Final = ("bash", "zsh", "fish")


@click.command("completion")
@click.argument("shell", type=click.Choice((*SHELLS, KubectlComplete.name)))
@click.pass_context
def completion_command(context: click.Context, shell: str) -> None:
    """Print the script with which a shell completes commands, options and files.

    It is for `instana-hooks`; or for `kubectl-instana`, where it is called by that name. The shell
    must find the program in its PATH.

    The script for `kubectl` completes what follows `kubectl instana`: save it in your PATH as
    `kubectl_complete-instana`, and make it executable. pip, pipx and uv have installed it.
    """
    is_plugin = shell == KubectlComplete.name or called_as() == "kubectl instana"
    name = PLUGIN if is_plugin else PROGRAM
    click.echo(script(context.find_root().command, name, COMPLETE, shell))
