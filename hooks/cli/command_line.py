"""`python -m hooks`: the service, the pure functions applied to files, and a demonstration."""

from pkgutil import resolve_name
from typing import Final

import click

from hooks import __version__

COMMANDS: Final = {
    "apply-definition": "hooks.cli.apply_crd_command:apply_crd_command",
    "check-service": "hooks.cli.service_check:service_check",
    "demo": "hooks.cli.demo:demo_command",
    "diff": "hooks.cli.diff_command:diff_command",
    "generate": "hooks.cli.generate_command:generate_command",
    "render": "hooks.cli.render_command:render_command",
    "serve": "hooks.cli.serve_command:serve_command",
    "takeover": "hooks.cli.takeover_release:takeover_command",
    "validate": "hooks.cli.validate_command:validate_command",
}
"""Where each command is; that module also defines its subcommands."""


class Commands(click.Group):
    """The commands, each loaded when it is called: what the service loads stays in its memory."""

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002  click's signature
        """Return the names of the commands."""
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:  # noqa: ARG002
        """Return the command of that name, or None."""
        place = COMMANDS.get(cmd_name)
        command: click.Command | None = resolve_name(place) if place else None
        return command


@click.group(cls=Commands, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, prog_name="instana-agent-hooks")
def main() -> None:
    """Turn an InstanaAgent into the objects that run Instana's agents."""
