"""Which recordings in a folder go: the last calls of each resource stay, within bounds."""

import re
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from hashlib import sha256
from typing import Final

NAME: Final = re.compile(
    r"[0-9]{8}T[0-9]{6}Z-[0-9]{6}-(?P<hook>[a-z-]{1,40})-(?P<resource>[0-9a-f]{16})-[0-9a-f]{8}\.json"
)
"""A name begins with the time, and has a digest of the resource's name: no text of a user."""
DIGITS: Final = 16
TIME_MARKS: Final = str.maketrans("", "", "-:")


@dataclass(frozen=True, slots=True)
class Limits:
    """How much a folder holds: calls of each hook per resource, resources, and bytes."""

    last: int
    resources: int
    most_bytes: int


def file_name(at: str, number: int, hook: str, resource: str, process: str) -> str:
    """Return the name of the file for a recording."""
    digest = sha256(resource.encode("utf-8", "surrogatepass")).hexdigest()[:DIGITS]
    return f"{at.translate(TIME_MARKS)}-{number:06d}-{hook}-{digest}-{process}.json"


def superfluous(files: Mapping[str, int], limits: Limits) -> list[str]:
    """Return the names of files that go, given the sizes of all; no other files than recordings."""
    newest_first = sorted(filter(NAME.fullmatch, files), reverse=True)
    kept = list(_kept(newest_first, files, limits))
    return sorted(set(newest_first) - set(kept))


def _kept(newest_first: list[str], files: Mapping[str, int], limits: Limits) -> Iterator[str]:
    calls: Counter[tuple[str, str]] = Counter()
    resources: dict[str, None] = {}
    size = 0
    for name in newest_first:
        hook, resource = _key(name)
        calls[hook, resource] += 1
        resources.setdefault(resource)
        size += files[name]
        is_known = resource in [*resources][: limits.resources]
        if is_known and calls[hook, resource] <= limits.last and size <= limits.most_bytes:
            yield name


def _key(name: str) -> tuple[str, str]:
    found = NAME.fullmatch(name)
    return (found["hook"], found["resource"]) if found else ("", "")
