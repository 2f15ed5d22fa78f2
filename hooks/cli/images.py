"""`python -m hooks images`: every image of an installation, to mirror them."""

from typing import BinaryIO

import click

from hooks.cli.inputs.agents import end_if_invalid, end_if_none_is_served
from hooks.cli.inputs.facts import fact_option, facts_of
from hooks.cli.inputs.files import (
    documents_in,
    ending_on_unusable_input,
    files_argument,
)
from hooks.cli.output.printing import JSON, output_option, print_json
from hooks.images import images
from hooks.server.clock import now


@click.command("images")
@files_argument
@click.option(
    "--with-installation",
    is_flag=True,
    help="Also the images of the service and of Metacontroller.",
)
@output_option
@fact_option
def images_command(
    files: tuple[BinaryIO, ...], output: str, facts: tuple[str, ...], *, with_installation: bool
) -> None:
    """Print every image that the InstanaAgent in the FILEs needs ("-" is standard input).

    Prints one line per image, with its digest if the resource names one; -o json shows what uses
    it. With --with-installation, the images of the service and of Metacontroller are those of their
    manifests in the FILEs, otherwise those that this version installs. Exit code 2: the
    InstanaAgent is invalid (prints the problems that `validate` finds), or a file is not valid for
    kubectl; 1: a file cannot be used.
    """
    documents = documents_in(files)
    end_if_none_is_served(documents)
    values = [document.value for document in documents]
    with ending_on_unusable_input(documents):
        found = images(values, facts_of(facts), now(), with_installation=with_installation)
    end_if_invalid(documents, found.rendered.problems)
    if output == JSON:
        print_json({"images": [image.as_json() for image in found.images]})
        return
    for image in found.images:
        click.echo(image.reference)
