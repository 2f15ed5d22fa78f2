"""The values of a call that are secret wherever they are: those in Secrets, and credentials."""

from base64 import b64decode
from collections.abc import Iterator
from typing import Any, Final

from hooks.errors import UnreadableRequest
from hooks.kube.objects import as_object
from hooks.recording.entries import values_of
from hooks.recording.places import inline_credentials, inline_files, is_agent
from hooks.recording.public import SECRET, Public
from hooks.recording.words import MOST_KNOWN, SHORTEST

FILE: Final = ""
"""Stands for the name of an entry that has no name."""


def known_values(value: Any, public: Public) -> frozenset[str]:
    """Return the values to look for in other texts: not what is a common word by chance.

    The password `instana` is a part of the name of every object. Raises UnreadableRequest for more
    values than there are in any request that is meant well.
    """
    found = {text for text in _values(value) if len(text) >= SHORTEST}
    if len(found) > MOST_KNOWN:
        msg = f"the call has more than {MOST_KNOWN} secret values"
        raise UnreadableRequest(msg)
    return frozenset(text for text in found if text not in public.structure)


def _values(value: Any) -> Iterator[str]:
    if isinstance(value, list):
        for item in value:
            yield from _values(item)
    elif isinstance(value, dict):
        if is_agent(value):
            yield from inline_credentials(value)
            for file in inline_files(value):
                yield from _of_entry(FILE, file)
        if value.get("kind") == SECRET:
            yield from _of_secret(value)
        for part in value.values():
            yield from _values(part)


def _of_secret(secret: dict[str, Any]) -> Iterator[str]:
    for name, text in as_object(secret.get("stringData")).items():
        yield from values_of(name, str(text))
    for name, encoded in as_object(secret.get("data")).items():
        yield from _of_entry(name, encoded)


def _of_entry(name: str, encoded: Any) -> Iterator[str]:
    try:
        text = b64decode("".join(str(encoded).split()), validate=True).decode()
    except ValueError:
        return
    yield from values_of(name, text)
