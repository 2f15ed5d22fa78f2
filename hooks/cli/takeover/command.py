"""`python -m hooks takeover`, with all its subcommands."""

from hooks.cli.takeover.group import takeover_command
from hooks.cli.takeover.release import release_command
from hooks.cli.takeover.rollback import rollback_command

__all__ = ["takeover_command"]

for command in (rollback_command, release_command):
    takeover_command.add_command(command)
