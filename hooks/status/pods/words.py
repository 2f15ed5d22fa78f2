"""What Kubernetes' own messages say, in words of ours: a message may hold anything, secrets too.

Of a message nothing is told but which of the known sayings is in it.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

LONGEST_MESSAGE: Final = 4096
"""Of a message so much is looked at: what is known stands at its beginning, and anybody may have
written the rest."""


@dataclass(frozen=True, slots=True)
class Word:
    """A saying: how it is known, what is told of it, and what to do about it.

    Groups of the pattern are named in `says` as `{0}`, `{1}`; they match names of objects only.
    """

    pattern: re.Pattern[str]
    says: str
    remedy: str


@dataclass(frozen=True, slots=True)
class Saying:
    """What is told of a message, and what to do about it; both are empty for what is not known."""

    says: str = ""
    remedy: str = ""


def word(pattern: str, says: str, remedy: str) -> Word:
    """Return a word that is known by a pattern, in capitals or not."""
    return Word(re.compile(pattern, re.IGNORECASE), says, remedy)


def saying_of(message: object, words: Iterable[Word]) -> Saying:
    """Return what the first of the words in the message says."""
    text = message[:LONGEST_MESSAGE] if isinstance(message, str) else ""
    for known in words:
        if found := known.pattern.search(text):
            return Saying(known.says.format(*found.groups()), known.remedy)
    return Saying()
