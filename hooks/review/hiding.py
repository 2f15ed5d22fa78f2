"""Hides credentials in the values of objects: a comment on a proposal is read by many."""

import re
from collections.abc import Iterator
from typing import Any, Final, TypeAlias

from hooks.kube.objects import Obj, as_object
from hooks.rules.connection import CREDENTIALS
from hooks.rules.walking import ITEMS, steps_of

Steps: TypeAlias = tuple[str, ...]
"""The names of the fields and items that lead to a part."""

HIDDEN: Final = "(hidden)"
WHOLE: Final = {"Secret": ("data", "stringData"), "ConfigMap": ("data", "binaryData")}
"""Parts by kind of which no value is shown; ConfigMaps may have the agent's configuration."""

CREDENTIAL: Final = re.compile(
    r"key|pass|pwd|secret|token|credential|auth|login|cookie|private", re.IGNORECASE
)
"""In the names of variables and annotations."""

LOGIN: Final = re.compile(r"(?<=://)[^/\s@]+@")
PLACES: Final = tuple(tuple(steps_of(place)) for place in (*CREDENTIALS, "spec.agent.tls.key"))
NAMED: Final = ("env", "annotations")
"""Parts that have values by names that users choose."""

SHORTEST: Final = 4
"""A shorter text may be a part of any other."""


def credentials_in(resource: Obj) -> frozenset[str]:
    """Return the credentials that a resource has in itself."""
    found = (text for place in PLACES for text in _texts_at(resource, place))
    return frozenset(text for text in found if len(text) >= SHORTEST)


def shown(steps: Steps, kind: str, value: Any, credentials: frozenset[str]) -> str | None:
    """Return the text of a value at the end of the steps, None if it may be a credential.

    An object or a list has no text: its parts are shown one by one, or it is only named.
    """
    if isinstance(value, dict | list) or steps[0] in WHOLE.get(kind, ()):
        return None
    text = str(value).lower() if isinstance(value, bool) else str(value)
    if _is_named_so(steps) or any(credential in text for credential in credentials):
        return None
    return LOGIN.sub(f"{HIDDEN}@", text)


def _is_named_so(steps: Steps) -> bool:
    """Return whether a variable or an annotation is named like a credential, or has a checksum.

    Other fields with such names, such as `secretName`, hold names and not values.
    """
    for part in NAMED:
        if part in steps[:-1]:
            return bool(CREDENTIAL.search(steps[steps.index(part) + 1]))
    return False


def _texts_at(part: Any, steps: Steps) -> Iterator[str]:
    if not steps:
        if isinstance(part, str):
            yield part
    elif steps[0] == ITEMS:
        for item in part if isinstance(part, list) else ():
            yield from _texts_at(item, steps[1:])
    else:
        yield from _texts_at(as_object(part).get(str(steps[0])), steps[1:])
