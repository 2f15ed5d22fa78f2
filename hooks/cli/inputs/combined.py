"""The inputs of `render` and `diff`: files, a cluster, a recorded request, and changes of them."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from typing import Any, BinaryIO, Final

import click

from hooks.applied import applied
from hooks.cli.inputs.changed_documents import only_agent_in, with_agent, with_settings
from hooks.cli.inputs.facts import facts_of
from hooks.cli.inputs.files import (
    GivenDocument,
    GivenFile,
    documents_in,
    ending_on_unusable_input,
)
from hooks.cli.inputs.live import Live, with_live_objects
from hooks.cli.inputs.recorded_request import with_recorded_objects
from hooks.facts import Facts
from hooks.kube.objects import Obj
from hooks.lookups import of_rollouts

optional_files_argument: Final = click.argument(
    "files", nargs=-1, type=GivenFile(), metavar="FILE..."
)
"""Files that another input can replace; see `check_inputs`."""


def check_inputs(files: tuple[BinaryIO, ...], *others: Any) -> None:
    """End the command, as click does, if there is no input at all."""
    if not files and not any(others):
        ctx = click.get_current_context()
        param = next(parameter for parameter in ctx.command.params if parameter.name == "files")
        raise click.MissingParameter(ctx=ctx, param=param)


def facts_given(texts: tuple[str, ...]) -> Facts:
    """Return the facts that the options give; ends the command if there is no such fact."""
    with ending_on_unusable_input():
        return facts_of(texts)


@dataclass(frozen=True, slots=True)
class Inputs:
    """The documents of a command, and the resource as it was before changes, if that is known."""

    documents: list[GivenDocument]
    stored: Obj | None = None

    @property
    def values(self) -> list[Any]:
        """Return the values of the documents."""
        return [document.value for document in self.documents]


def inputs_of(  # noqa: PLR0913  each is an option
    files: Iterable[BinaryIO],
    live: Live,
    facts: Facts,
    settings: Collection[str],
    *,
    with_nodes: bool = False,
    recorded: BinaryIO | None = None,
) -> Inputs:
    """Return the documents of the files, with other objects and the options' changes.

    `with_nodes`: with --live also what the preview of rollouts needs.
    """
    documents, stored = documents_in(files), None
    if live.is_on:
        further = (of_rollouts,) if with_nodes else ()
        documents, stored = with_live_objects(documents, live, facts, *further)
    elif recorded:
        documents, stored = with_recorded_objects(documents, recorded)
    elif settings and (agent := only_agent_in(documents)):
        stored = agent.resource
    return Inputs(with_settings(documents, settings), stored)


def with_version_in(before: Inputs, file: BinaryIO, settings: Iterable[str]) -> Inputs:
    """Return the inputs with the resource in another file in the place of theirs."""
    agent = only_agent_in(before.documents)
    others = with_agent(before.documents, lambda _: None)
    stored = agent.resource if agent else None
    documents = with_agent(
        documents_in([file]), lambda given: applied(stored, given) if stored else given
    )
    return Inputs([*others, *with_settings(documents, settings)], stored)
