"""How commands print results: tables for people, JSON for programs."""

import json
import sys
from collections.abc import Sequence
from typing import Any, Final

import click

TEXT: Final = "text"
JSON: Final = "json"

output_option: Final = click.option(
    "-o",
    "--output",
    type=click.Choice([TEXT, JSON]),
    default=TEXT,
    show_default=True,
    help="Text for people, or JSON for programs.",
)

json_option: Final = click.option(
    "-o",
    "--output",
    type=click.Choice([JSON]),
    default=JSON,
    show_default=True,
    expose_value=False,
    help="It is JSON in any case.",
)


def table(
    titles: Sequence[str], rows: Sequence[Sequence[str]], widths: Sequence[int | None]
) -> str:
    """Return a table with a line of titles, and texts broken into lines where they are wider.

    `widths` are in characters, None for a column as wide as it needs.

    Loads what makes tables only when there is one to make.
    """
    from tabulate import tabulate  # noqa: PLC0415

    if not rows:
        return "  ".join(titles)
    return tabulate(
        rows,
        headers=titles,
        tablefmt="plain",
        maxcolwidths=list(widths),
        disable_numparse=True,
        break_long_words=False,
        break_on_hyphens=False,
    )


def as_json(value: Any) -> str:
    """Return JSON with sorted keys; numbers in YAML may be larger than orjson takes."""
    return json.dumps(value, indent=2, sort_keys=True, ensure_ascii=False) + "\n"


def print_json(value: Any) -> None:
    """Print a value as JSON."""
    sys.stdout.write(as_json(value))


def titled(text: str) -> str:
    """Return a title, in bold on a terminal; click leaves that out in a pipe."""
    return click.style(text, bold=True)
