"""`python -m hooks record`: a recording of a request, without its secret values."""

from typing import BinaryIO, Final

import click

from hooks.cli.inputs.files import GivenFile, name_of
from hooks.cli.inputs.recordings import exchange_in, response_to
from hooks.cli.output.printing import json_option, print_json
from hooks.recording.recording import as_recording

FILE: Final = click.argument("file", type=GivenFile(), metavar="FILE")


@click.command("record")
@FILE
@json_option
def record_command(file: BinaryIO) -> None:
    """Print a recording of the request in FILE ("-" is standard input), with its response.

    Numbers stand for secret values, so that you can pass the recording on. The service makes such
    recordings by itself with the setting RECORD_DIRECTORY. Exit code 2: FILE is not a request of a
    hook; 1: it cannot be read, or the service fails.
    """
    exchange = exchange_in(file)
    print_json(as_recording(exchange, response_to(exchange, name_of(file))))
