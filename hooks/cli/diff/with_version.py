"""`python -m hooks diff --with`: what another version of the service would change."""

import sys
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import BinaryIO, Final

import click

from hooks import __version__
from hooks.cli.diff.other_version import OtherVersion, other_version
from hooks.cli.inputs.files import name_of
from hooks.cli.inputs.recordings import DIFFERENT, exchange_in, response_to
from hooks.cli.output.printing import JSON, print_json
from hooks.cli.output.progress import waiting
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

    def lines(self) -> Iterator[str]:
        """Yield the lines about it."""
        for difference in in_groups(self.found):
            yield f"{self.name}: {difference}"
        if not self.found:
            yield f"{self.name}: nothing changes"

    def as_json(self) -> Obj:
        """Return it for programs."""
        return {
            "recording": self.name,
            "differences": [difference.as_json for difference in self.found],
        }


def diff_with_version(files: Iterable[BinaryIO], place: Path, output: str) -> None:
    """Print how the responses of another version differ; exit code 3 if one does."""
    with waiting("comparing the versions"), other_version(place) as other:
        versions = {"from": __version__, "to": other.version()}
        results = [_compared(file, other) for file in files]
    if output == JSON:
        print_json(versions | {"recordings": [result.as_json() for result in results]})
    else:
        click.echo("instana-agent-hooks {from} → {to}".format(**versions), err=True)
        for line in (line for result in results for line in result.lines()):
            click.echo(line)
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
