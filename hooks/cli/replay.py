"""`python -m hooks replay`: the response to a recorded call, and where it differs."""

import sys
from typing import BinaryIO

import click

from hooks.cli.inputs.files import files_argument, name_of
from hooks.cli.inputs.recordings import DIFFERENT, exchange_in, response_to
from hooks.cli.output.printing import JSON, output_option, print_json
from hooks.cli.output.progress import waiting
from hooks.kube.objects import Obj
from hooks.recording.comparison import differences
from hooks.recording.recording import Exchange


@click.command("replay")
@files_argument
@output_option
def replay_command(files: tuple[BinaryIO, ...], output: str) -> None:
    """Repeat the calls in the FILEs ("-" is standard input), and compare the responses.

    A FILE is a recording of the service (setting RECORD_DIRECTORY), or the bare request of a hook
    as JSON. Secret values of a bare request are replaced by numbers first, as in recordings. Prints
    each difference between the recorded response and that of this version; -o json prints the
    response itself, as one document per FILE. Exit code 3: a response differs; 2: a FILE
    is not a call; 1: a FILE cannot be read, or the service fails.
    """
    results = [_replayed(file, output) for file in files]
    if not all(results):
        sys.exit(DIFFERENT)


def _replayed(file: BinaryIO, output: str) -> bool:
    """Print the result for one file; return whether the response is the recorded one."""
    exchange = exchange_in(file)
    with waiting(f"repeating {name_of(file)}"):
        response = response_to(exchange, name_of(file))
    if output == JSON:
        print_json(response)
        return not exchange.response or response == exchange.response
    return _compared(exchange, response, name_of(file))


def _compared(exchange: Exchange, response: Obj, name: str) -> bool:
    if not exchange.response:
        what = f"failed with {exchange.failure}" if exchange.failure else "has no response"
        click.echo(f"{name}: the recorded call {what}; this version responds: see -o json")
        return True
    found = differences(exchange.response, response)
    for difference in found:
        click.echo(f"{name}: {difference}")
    if not found:
        click.echo(f"{name}: the response is the recorded one")
    return not found
