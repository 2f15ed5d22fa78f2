"""What messages of Kubernetes say, in our own words: a message may contain anything, even secrets.

The status shows only which of the known messages it is.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

LONGEST_MESSAGE: Final = 4096
"""How much of a message is searched: what is known is at its beginning, and anybody may have
written the rest."""


@dataclass(frozen=True, slots=True)
class Word:
    """A known message: how to recognize it, what to report, and what to do about it.

    `says` refers to groups of the pattern by `{0}`, `{1}`; they match names of objects only.
    """

    pattern: re.Pattern[str]
    says: str
    remedy: str


@dataclass(frozen=True, slots=True)
class Saying:
    """What to report for a message, and what to do about it; both are empty for an unknown one."""

    says: str = ""
    remedy: str = ""


def word(pattern: str, says: str, remedy: str) -> Word:
    """Return a known message with its pattern, which ignores case."""
    return Word(re.compile(pattern, re.IGNORECASE), says, remedy)


def saying_of(message: object, words: Iterable[Word]) -> Saying:
    """Return what the first known message says that matches."""
    text = message[:LONGEST_MESSAGE] if isinstance(message, str) else ""
    for known in words:
        if found := known.pattern.search(text):
            return Saying(known.says.format(*found.groups()), known.remedy)
    return Saying()
