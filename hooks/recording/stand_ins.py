"""What stands for a secret value: its number, in the order in which values appear.

A stand-in reveals nothing about the value, not even its length. It is only of the same kind as far
as the service distinguishes kinds, so that a recording gets the response of the original: a value
that is too long for a credential has a stand-in that is too long.
"""

from typing import Any, Final

from hooks.desired.inputs.key_store import LINE_BREAK
from hooks.models.references import NOT_LITERAL
from hooks.rules.bounds import LONGEST_CREDENTIAL
from hooks.rules.placeholders import is_placeholder

PREFIX: Final = "secret-"
NO_TEXT: Final = b"\xff"
"""Begins the stand-in of what is no text: UTF-8 has no such byte."""


class Numbers:
    """The numbers of values within one recording: equal values have equal numbers."""

    def __init__(self) -> None:
        """Begin without a value."""
        self._known: dict[str, int] = {}

    def of(self, value: str) -> int:
        """Return the number of a value; the next one if it is new."""
        return self._known.setdefault(value, len(self._known) + 1)

    def stand_in(self, value: str) -> str:
        """Return what stands for a text; white space at its ends stays, as pods read it."""
        core = value.strip()
        if not core:
            return value
        begin = value.index(core)
        return value[:begin] + _of_kind(core, self.of(core)) + value[begin + len(core) :]

    def plain(self, value: str) -> str:
        """Return the stand-in of a text that may be of any kind."""
        core = value.strip()
        return f"{PREFIX}{self.of(core)}" if core else ""

    def stand_in_for_bytes(self, value: bytes) -> bytes:
        """Return what stands for the content of an entry of a Secret."""
        try:
            return self.stand_in(value.decode()).encode()
        except UnicodeDecodeError:
            return NO_TEXT + f"{PREFIX}{self.of(value.decode('latin-1'))}".encode()

    def leaf(self, value: Any) -> Any:
        """Return what stands for any JSON value: its texts and numbers have stand-ins."""
        if isinstance(value, dict):
            return {name: self.leaf(part) for name, part in value.items()}
        if isinstance(value, list):
            return [*map(self.leaf, value)]
        if value is None or isinstance(value, bool):
            return value
        return self.stand_in(value) if isinstance(value, str) else self.of(str(value))


def _of_kind(value: str, number: int) -> str:
    """Return the stand-in of a value, which the service treats as it treats the value."""
    text = f"{PREFIX}{number}"
    if LINE_BREAK.search(value):
        text = f"{text}\n{text}"
    if NOT_LITERAL.search(value):
        text += "$["
    if len(value) > LONGEST_CREDENTIAL:
        text += "." * LONGEST_CREDENTIAL
    return f"<{text}>" if is_placeholder(value) else text
