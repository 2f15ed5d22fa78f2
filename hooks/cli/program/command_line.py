"""The command line: the service, the pure functions applied to files, and a demonstration."""

from difflib import get_close_matches
from functools import partial
from pkgutil import resolve_name
from typing import Final

import click
from click.shell_completion import CompletionItem

from hooks import __version__
from hooks.cli.program.catalogue import CATALOGUE, ENTRIES, WIDTH
from hooks.cli.program.documentation import link

COMMANDS: Final = {
    "apply-definition": "hooks.cli.apply_definition:apply_crd_command",
    "check-service": "hooks.cli.check_service:service_check",
    "completion": "hooks.cli.program.completion:completion_command",
    "demo": "hooks.cli.demo:demo_command",
    "diff": "hooks.cli.diff.command:diff_command",
    "explain": "hooks.cli.explain:explain_command",
    "generate": "hooks.cli.generate:generate_command",
    "images": "hooks.cli.images:images_command",
    "placement": "hooks.cli.placement.command:placement_command",
    "preview": "hooks.cli.preview.command:preview_command",
    "record": "hooks.cli.record:record_command",
    "recordings": "hooks.cli.recordings:recordings_command",
    "render": "hooks.cli.render.command:render_command",
    "replay": "hooks.cli.replay:replay_command",
    "rollout": "hooks.cli.rollout.command:rollout_command",
    "schema": "hooks.cli.schema:schema_command",
    "serve": "hooks.cli.serve:serve_command",
    "support-bundle": "hooks.cli.support_bundle.command:support_bundle_command",
    "takeover": "hooks.cli.takeover.command:takeover_command",
    "test": "hooks.cli.test:test_command",
    "validate": "hooks.cli.validate.command:validate_command",
}
"""Where each command is; that module also defines its subcommands."""

PAGE: Final = "cli.md"


class Commands(click.Group):
    """The commands, each loaded when it is called: what the service loads stays in its memory.

    `--help` and completion load none; they take the texts of the catalogue.
    """

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002  click's signature
        """Return the names of the commands that people use."""
        return list(ENTRIES)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:  # noqa: ARG002
        """Return the command of that name, which shows its example in its help, or None."""
        place = COMMANDS.get(cmd_name)
        command: click.Command | None = resolve_name(place) if place else None
        if command and cmd_name in ENTRIES:
            command.format_epilog = partial(_write_example, cmd_name)  # type: ignore[method-assign]
        return command

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """Return the command that the arguments begin with; an error has the one that is meant."""
        try:
            return super().resolve_command(ctx, args)
        except click.UsageError as error:
            if meant := get_close_matches(args[0], ENTRIES, n=1):
                msg = f"{error.message} Did you mean {meant[0]}?"
                raise click.UsageError(msg, ctx) from None
            raise

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Write the commands in groups, each with its example."""
        for title, entries in CATALOGUE.items():
            with formatter.section(title):
                for name, entry in entries.items():
                    _write_line(formatter, f"{name:<{WIDTH}}  {entry.about}")
                    _write_line(formatter, f"{'':<{WIDTH}}  {_example(ctx, name)}")

    def format_epilog(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:  # noqa: ARG002
        """Write where there is more to read."""
        _write_where_to_read_on(formatter)

    def shell_complete(self, ctx: click.Context, incomplete: str) -> list[CompletionItem]:
        """Return the commands and options that begin so."""
        commands = [
            CompletionItem(name, help=entry.about)
            for name, entry in ENTRIES.items()
            if name.startswith(incomplete)
        ]
        return [*commands, *click.Command.shell_complete(self, ctx, incomplete)]


def load_all_commands() -> None:
    """Load every command, as the build of the image does: so it sees that all packages work."""
    for place in COMMANDS.values():
        resolve_name(place)


def _example(ctx: click.Context, name: str) -> str:
    return f"{ctx.find_root().info_name} {name} {ENTRIES[name].example}".rstrip()


def _write_example(name: str, ctx: click.Context, formatter: click.HelpFormatter) -> None:
    """Write what comes last in the help of a command."""
    with formatter.section("Example"):
        _write_line(formatter, _example(ctx, name))
    _write_where_to_read_on(formatter)


def _write_line(formatter: click.HelpFormatter, text: str) -> None:
    """Write a line that is not broken: people copy it."""
    formatter.write(f"{'':>{formatter.current_indent}}{text}\n")


def _write_where_to_read_on(formatter: click.HelpFormatter) -> None:
    formatter.write_paragraph()
    formatter.write_text(f"More: {link(PAGE)}")


@click.group(
    "instana-hooks", cls=Commands, context_settings={"help_option_names": ["-h", "--help"]}
)
@click.version_option(__version__, prog_name="instana-agent-hooks")
def main() -> None:
    """Turn an InstanaAgent into the objects that run Instana's agents."""
