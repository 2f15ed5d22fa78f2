"""Known secret values inside other texts: as they are, quoted, escaped, or in base64."""

import json
import re
from base64 import b64decode, b64encode
from collections.abc import Callable, Iterable, Mapping
from functools import cached_property
from typing import Final
from urllib.parse import quote, unquote

from hooks.desired.inputs.resolved_credentials import USER_INFO_SAFE
from hooks.recording.stand_ins import Numbers

MOST_KNOWN: Final = 2000
"""More values are in no request that is meant well, and looking for them takes long."""
SHORTEST: Final = 6
"""A shorter value would be found in texts that have nothing to do with it."""
LOGIN: Final = re.compile(r"(?<=://)([^\s/?#\"'<>]+)@")
BASE64: Final = re.compile(r"[A-Za-z0-9+/]{8,}={0,2}")
DEEPEST: Final = 3
"""Layers of base64 inside one another, as in a Secret for a registry."""


def in_user_info(text: str) -> str:
    """Return a text as the service writes it before the @ of a URL."""
    return quote(text, safe=USER_INFO_SAFE)


FORMS: Final[tuple[Callable[[str], str], ...]] = (
    str,
    in_user_info,
    lambda text: quote(text, safe=""),
    lambda text: json.dumps(text)[1:-1],
    lambda text: json.dumps(text, ensure_ascii=False)[1:-1],
    lambda text: text.replace("\\", "\\\\"),
    lambda text: b64encode(text.encode()).decode("ascii"),
)
"""How a value may be written within a text."""


class Words:
    """Replaces known values and digests in texts, and numbers whole values."""

    def __init__(
        self, numbers: Numbers, known: Iterable[str] = (), digests: Mapping[str, str] | None = None
    ) -> None:
        """Take the numbers, the values to look for, and what stands for each digest."""
        self.numbers = numbers
        self.digests = digests or {}
        self._known = sorted(
            {text for text in known if len(text) >= SHORTEST}, key=len, reverse=True
        )

    def value(self, text: str) -> str:
        """Return what stands for a whole value."""
        return self.numbers.stand_in(text)

    def text(self, text: str, depth: int = 0) -> str:
        """Return a text without logins in URLs, known values and digests, also in its base64."""
        if "@" in text:
            text = LOGIN.sub(self._login, text)
        text = self._replaced(text)
        if depth < DEEPEST and self._known:
            text = BASE64.sub(lambda found: self._decoded(found[0], depth), text)
        return text

    def login(self, text: str) -> str:
        """Return `user:password` with a stand-in for each, as written in a URL."""
        parts = map(unquote, text.split(":", 1))
        return ":".join(in_user_info(self.value(part)) for part in parts)

    def _login(self, found: re.Match[str]) -> str:
        return f"{self.login(found[1])}@"

    def _decoded(self, text: str, depth: int) -> str:
        try:
            inner = b64decode(text, validate=True).decode()
        except ValueError:
            return text
        replaced = self.text(inner, depth + 1)
        return text if replaced == inner else b64encode(replaced.encode()).decode("ascii")

    @cached_property
    def _written(self) -> dict[str, tuple[str, Callable[[str], str]]]:
        """By how a value may be written: the value, and what writes its stand-in."""
        found: dict[str, tuple[str, Callable[[str], str]]] = {}
        for value in self._known:
            for form in FORMS:
                found.setdefault(form(value), (value, form))
        return found

    @cached_property
    def _texts(self) -> list[str]:
        return sorted({*self._written, *self.digests}, key=len, reverse=True)

    def _replaced(self, text: str) -> str:
        """Return a text with what stands for each known value in it, the longest first.

        Most texts have none: to look for each alone is faster than a pattern of all.
        """
        there = [known for known in self._texts if known in text]
        return re.sub("|".join(map(re.escape, there)), self._word, text) if there else text

    def _word(self, found: re.Match[str]) -> str:
        if (digest := self.digests.get(found[0])) is not None:
            return digest
        value, form = self._written[found[0]]
        return form(self.value(value))
