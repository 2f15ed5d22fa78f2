"""Entries of Secrets with white space at their ends, as `echo key | base64` leaves it there.

What is copied of such an entry has none, but pods read the entry itself, with all of it.
"""

from dataclasses import dataclass

from hooks.desired.inputs.context import Context
from hooks.desired.inputs.read_entries import credentials_read, text_of, variables_read

LINE_BREAKS = ("\r", "\n")


@dataclass(frozen=True, slots=True)
class Untrimmed:
    """An entry of a Secret, and what is at its ends."""

    secret: str
    entry: str
    what: str


def untrimmed_entries(context: Context) -> list[Untrimmed]:
    """Return what pods read as one line with white space at its ends, by Secret and entry.

    Of a text with several lines, such as a certificate, the last line break belongs to it.
    """
    read = sorted(credentials_read(context) | variables_read(context))
    found = [Untrimmed(*entry, _ends_of(text_of(context, entry))) for entry in read]
    return [untrimmed for untrimmed in found if untrimmed.what]


def _ends_of(text: str) -> str:
    """Return what is wrong with the ends of a text; empty if nothing is."""
    line = text.strip()
    is_line = bool(line) and not any(end in line for end in LINE_BREAKS)
    return _said(text) if is_line and line != text else ""


def _said(text: str) -> str:
    if any(end in text[len(text.rstrip()) :] for end in LINE_BREAKS):
        return "ends in a line break"
    return "ends in white space" if text != text.rstrip() else "begins with white space"
