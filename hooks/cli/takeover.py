"""`python -m hooks takeover`, with all its subcommands."""

from hooks.cli.takeover_command import takeover_command
from hooks.cli.takeover_release import release_command
from hooks.cli.takeover_rollback import rollback_command

__all__ = ["takeover_command"]

for command in (rollback_command, release_command):
    takeover_command.add_command(command)
