"""What a support bundle holds: objects and texts with one numbering of all secret values."""

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Final

from hooks.facts import Facts
from hooks.kube.objects import Obj
from hooks.models.instana_agent import API_VERSION, KIND
from hooks.recording.digests import digests_in, numbered
from hooks.recording.known import known_values
from hooks.recording.objects import Objects
from hooks.recording.public import Public
from hooks.recording.recording import Exchange, public_of
from hooks.recording.responses import SYNC
from hooks.recording.stand_ins import Numbers
from hooks.recording.words import Words

SERVICE: Final = "service/"
"""Begins the names of files with the objects of the service itself."""
AT: Final = "2026-01-01T00:00:00Z"
PART_OF_NAME: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,252}")


@dataclass(slots=True)
class Collected:
    """What was read: objects and texts by the name of their file, and what was not read."""

    objects: dict[str, list[Obj]] = field(default_factory=dict)
    texts: dict[str, str] = field(default_factory=dict)
    recordings: dict[str, str] = field(default_factory=dict)
    """They have a numbering of their own already."""
    not_read: list[str] = field(default_factory=list)


def masked(
    collected: Collected, settings: frozenset[str]
) -> tuple[dict[str, list[Obj]], dict[str, str]]:
    """Return objects and texts by file, without secret values.

    `settings`: the variables of the service, which hold no secret.
    """
    found = [obj for objects in collected.objects.values() for obj in objects]
    public = _public(found)
    digests = numbered((digest for _, digest in digests_in(found)), {})
    words = Words(Numbers(), known_values(found, public), digests)
    of_users, of_service = (
        Objects(words, known) for known in (public, replace(public, settings=settings))
    )
    return (
        {
            name: [*map((of_service if name.startswith(SERVICE) else of_users).masked, some)]
            for name, some in collected.objects.items()
        },
        {name: words.text(text) for name, text in collected.texts.items()},
    )


def _public(objects: Iterable[Obj]) -> Public:
    """Return what the service would write for all resources; what they say is theirs."""
    of_all = [public_of(_exchange(obj)) for obj in objects if _is_served(obj)]
    children = (child for public in of_all for child in public.children)
    requests = (request for public in of_all for request in public.requests)
    return Public(tuple(children), tuple(requests))


def _is_served(obj: Obj) -> bool:
    return (obj.get("apiVersion"), obj.get("kind")) == (API_VERSION, KIND)


def _exchange(agent: Obj) -> Exchange:
    request = {"parent": agent, "children": {}, "related": {}}
    return Exchange(SYNC, request, Facts(), AT, {})


def recordings_in(text: str) -> Iterator[tuple[str, str]]:
    """Yield name and content of each recording that the command `recordings` printed."""
    for line in text.splitlines():
        name, tab, content = line.partition("\t")
        if tab and PART_OF_NAME.fullmatch(name):
            yield name, content


def part_of_name(name: str, others: Mapping[str, object]) -> str:
    """Return a name as part of a file's name; a number if it cannot be one."""
    return name if PART_OF_NAME.fullmatch(name) else f"pod-{len(others) + 1}"
