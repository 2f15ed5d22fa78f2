"""`python -m hooks diff --with`: what another version of the service would change."""

import sys
from collections.abc import Iterable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import BinaryIO, Final

import click

from hooks import __version__
from hooks.cli.diff.other_version import OtherVersion, other_version
from hooks.cli.inputs.files import name_of
from hooks.cli.inputs.recordings import DIFFERENT, exchange_in, response_to
from hooks.kube.objects import Obj
from hooks.recording.comparison import ResponseDifference, differences, in_groups
from hooks.recording.recording import Exchange, as_recording
from hooks.recording.responses import of_this_version, without_version

with_option: Final = click.option(
    "--with",
    "other",
    type=click.Path(exists=True, path_type=Path),
    metavar="WHEEL|VENV|FOLDER",
    help="Compare the responses of this version to recordings in the FILEs with those of the "
    "version in a wheel, a virtual environment or a folder.",
)


@dataclass(frozen=True, slots=True)
class _Compared:
    name: str
    found: list[ResponseDifference]


def diff_with_version(files: Iterable[BinaryIO], place: Path) -> None:
    """Print how the responses of another version differ; exit code 3 if one does."""
    with other_version(place) as other:
        click.echo(f"instana-agent-hooks {__version__} → {other.version()}", err=True)
        results = [_compared(file, other) for file in files]
    for result in results:
        for difference in in_groups(result.found):
            click.echo(f"{result.name}: {difference}")
        if not result.found:
            click.echo(f"{result.name}: nothing changes")
    if any(result.found for result in results):
        sys.exit(DIFFERENT)


def _compared(file: BinaryIO, other: OtherVersion) -> _Compared:
    name = name_of(file)
    exchange = exchange_in(file)
    own = replace(exchange, facts=of_this_version(exchange.facts, exchange.version))
    theirs = other.respond(_for_other(exchange), name)
    return _Compared(name, differences(response_to(own, name), theirs))


def _for_other(exchange: Exchange) -> Obj:
    """Return the recording without the version that it was made with: each has its own."""
    recording = as_recording(replace(exchange, response={}, failure=""), {})
    if exchange.facts.operator_version != exchange.version:
        return recording
    return recording | {"facts": without_version(recording["facts"])}
