"""`python -m hooks schema`: the JSON schema of the resource, or of the chart's values."""

import sys

import click

from hooks.cli.output.printing import json_option
from hooks.generate.chart.schema import values_schema
from hooks.generate.resource_schema import resource_schema_text


@click.command("schema")
@click.option("--chart", is_flag=True, help="Print the schema of the chart's values instead.")
@json_option
def schema_command(*, chart: bool) -> None:
    """Print the JSON schema of the InstanaAgent, for editors and other programs that check files.

    The dialect is draft 7. Editors with yaml-language-server read the schema that the first line of
    a file names: `# yaml-language-server: $schema=FILE`. A schema cannot express all rules:
    `validate` checks the rest. Exit code 0.
    """
    sys.stdout.write(values_schema() if chart else resource_schema_text())
