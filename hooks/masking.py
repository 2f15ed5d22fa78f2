"""Hiding credentials in parts of objects that people compare.

Hidden are the values of Secrets, the credentials in the resource and wherever children repeat them,
variables and arguments with names of credentials, logins in URLs, and the values of the agent's
configuration.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Final, TypeAlias

from hooks.kube.objects import Obj, as_object
from hooks.models.instana_agent import KIND
from hooks.rules.connection import CREDENTIALS
from hooks.rules.walking import ITEMS, steps_of

Steps: TypeAlias = tuple[str | int, ...]
"""The fields and items that lead to a part."""

OF_SERVICE: Final = "instana.io/"
"""What the names of annotations begin with that the service writes: they hold no value."""
HIDDEN, HIDDEN_AFTER = "(hidden)", "(hidden, another value)"
CREDENTIAL: Final = re.compile(
    r"key|pass|pwd|pw$|secret|token|credential|auth|login|cookie|private", re.IGNORECASE
)
"""In the names of variables and fields."""

PLACES: Final = tuple(tuple(steps_of(place)) for place in (*CREDENTIALS, "spec.agent.tls.key"))
"""The credentials that a resource may have."""

WHOLE: Final = (
    ("spec", "agent", "configuration"),
    ("spec", "agent", "configuration_yaml"),
)
"""Parts of a resource of which no value is shown."""

OF_SECRETS: Final = ("data", "stringData")
ARGUMENT: Final = re.compile(rf"(-[\w.-]*(?:{CREDENTIAL.pattern})[\w.-]*[= ]\s*)\S+", re.IGNORECASE)
"""An option of a program with its value, also within a line of a shell."""
OF_PROGRAM: Final = ("args", "command")
LOGIN: Final = re.compile(r"(?<=://)[^/\s@]+@")
SHORTEST: Final = 4
"""A shorter text may be part of any other."""


@dataclass(frozen=True, slots=True)
class Mask:
    """Hides what is secret in objects of a kind; `credentials` are texts to hide anywhere."""

    kind: str
    credentials: frozenset[str] = frozenset()

    def hidden(self, steps: Steps, value: Any) -> Any:
        """Return the part at the steps without credentials; lists of it may be by name."""
        if self._is_hidden(steps, value):
            return _all_hidden(value)
        if isinstance(value, dict):
            return {name: self.hidden((*steps, name), part) for name, part in value.items()}
        if isinstance(value, list):
            named = enumerate(value) if steps[-1:] != ("env",) else _by_name(value)
            return [self.hidden((*steps, name), part) for name, part in named]
        if not isinstance(value, str):
            return value
        is_argument = any(part in steps for part in OF_PROGRAM)
        return self._text(ARGUMENT.sub(rf"\1{HIDDEN}", value) if is_argument else value)

    def _is_hidden(self, steps: Steps, value: Any) -> bool:
        if self.kind == "Secret":
            return bool(steps) and steps[0] in OF_SECRETS and not isinstance(value, dict)
        if self.kind == KIND and (_is_at(steps, WHOLE) or _is_at(steps, PLACES)):
            return True
        if isinstance(value, dict | list):
            return False
        return _is_variable(steps) or _is_credential_annotation(steps)

    def _text(self, text: str) -> str:
        if any(credential in text for credential in self.credentials):
            return HIDDEN
        return LOGIN.sub(f"{HIDDEN}@", text)


class _NoMask(Mask):
    def hidden(self, steps: Steps, value: Any) -> Any:  # noqa: ARG002  as of any mask
        return value


NO_MASK: Final = _NoMask("")
"""Hides nothing: for what has stand-ins for secret values."""


def hidden_pair(mask: Mask, steps: Steps, before: Any, after: Any) -> tuple[Any, Any]:
    """Return two versions of a part; where both are hidden the second one says that it differs."""
    old, new = mask.hidden(steps, before), mask.hidden(steps, after)
    return old, HIDDEN_AFTER if old == new and before != after else new


def credentials_in(resource: Obj) -> frozenset[str]:
    """Return the credentials that a resource has in itself."""
    found = (text for place in PLACES for text in _texts_at(resource, place))
    return frozenset(text for text in found if len(text) >= SHORTEST)


def _texts_at(part: Any, steps: Steps) -> Iterator[str]:
    if not steps:
        if isinstance(part, str):
            yield part
    elif steps[0] == ITEMS:
        for item in part if isinstance(part, list) else ():
            yield from _texts_at(item, steps[1:])
    else:
        yield from _texts_at(as_object(part).get(str(steps[0])), steps[1:])


def _by_name(items: list[Any]) -> Iterator[tuple[str | int, Any]]:
    """Yield items with their names, with numbers where they have none."""
    for index, item in enumerate(items):
        name = as_object(item).get("name")
        yield name if isinstance(name, str) else index, item


def _is_at(steps: Steps, places: tuple[Steps, ...]) -> bool:
    """Return whether the steps lead to one of the places, or below it."""
    return any(
        len(steps) >= len(place)
        and all(step in (given, ITEMS) for step, given in zip(place, steps, strict=False))
        for place in places
    )


def _is_credential_annotation(steps: Steps) -> bool:
    """Return whether the steps lead to an annotation with the name of a credential."""
    if "annotations" not in steps[:-1]:
        return False
    name = steps[steps.index("annotations") + 1]
    return not str(name).startswith(OF_SERVICE) and _is_credential(name)


def _is_variable(steps: Steps) -> bool:
    """Return whether the steps lead to the value of a variable that may be a credential.

    Variables are the fields of an object `env` or the items of a list `env`, by name or by number.
    """
    if "env" not in steps:
        return False
    below = steps[steps.index("env") + 1 :]
    if not below or "valueFrom" in below or below[1:] == ("name",):
        return False
    return isinstance(below[0], int) or _is_credential(below[0])


def _is_credential(name: Any) -> bool:
    return isinstance(name, str) and CREDENTIAL.search(name) is not None


def _all_hidden(value: Any) -> Any:
    """Return a part with the names of its fields only."""
    if isinstance(value, dict):
        return {name: _all_hidden(part) for name, part in value.items()}
    return [*map(_all_hidden, value)] if isinstance(value, list) else HIDDEN
