"""`python -m hooks recordings`: what a running service recorded, for `support-bundle`."""

import os
import sys
from pathlib import Path

import click

from hooks.cli.inputs.files import give_up
from hooks.recording.retention import NAME


@click.command("recordings", hidden=True)
@click.option("--directory", default=lambda: os.environ.get("RECORD_DIRECTORY", ""))
def recordings_command(directory: str) -> None:
    """Print the recordings in the directory that the setting RECORD_DIRECTORY names, one per line.

    A line has the name of the file, a tab, and the recording as JSON. For `support-bundle`, which
    starts this in the pods of the service.
    """
    if not directory:
        give_up("the service records nothing: RECORD_DIRECTORY is not set")
    try:
        for file in sorted(Path(directory).iterdir()):
            if NAME.fullmatch(file.name):
                text = file.read_text(encoding="utf-8")
                sys.stdout.write(f"{file.name}\t{' '.join(text.splitlines())}\n")
    except OSError as error:
        give_up(f"{directory} cannot be read: {error.strerror}")
