"""Recordings and bare requests in files, as commands read them."""

from dataclasses import replace
from pathlib import Path
from typing import Any, BinaryIO, Final

import orjson

from hooks.cli.inputs.files import INVALID, UNREADABLE, content_of, give_up, name_of
from hooks.errors import HookError, InternalError, UnreadableRequest
from hooks.facts import Facts, UnknownFact
from hooks.kube.objects import Obj
from hooks.recording.recording import Exchange, read_recording, recorded, repeated

NOW: Final = "2026-01-01T01:00:00Z"
"""The time of a call that does not say when it was: the same response each time."""
DIFFERENT: Final = 3


def read_file(path: Path) -> bytes:
    """Return the content of a file in a folder; ends the command where it cannot be read."""
    try:
        with path.open("rb") as file:
            return content_of(file)
    except OSError as error:
        give_up(f"{path} cannot be read: {error.strerror}")


def json_of(content: bytes, name: str) -> Any:
    """Return JSON; ends the command with line and column if it is not valid."""
    try:
        return orjson.loads(content)
    except orjson.JSONDecodeError as error:
        give_up(f"{name}:{error.lineno}:{error.colno}: this is not JSON: {error.msg}", INVALID)


def exchange_in(file: BinaryIO) -> Exchange:
    """Return the call in a file, without secret values also where it is a bare request."""
    document = json_of(content_of(file), name_of(file))
    exchange = exchange_of(document, name_of(file))
    return exchange if "recording" in document else numbered(exchange, name_of(file))


def exchange_of(document: Any, name: str, facts: Facts | None = None) -> Exchange:
    """Return the call in a document; ends the command if there is none."""
    try:
        found = read_recording(document)
    except (HookError, UnknownFact) as error:
        give_up(f"{name}: {error}", INVALID)
    is_bare = "recording" not in document
    known = facts if is_bare and facts else found.facts
    return replace(found, at=found.at or NOW, facts=known)


def numbered(exchange: Exchange, name: str) -> Exchange:
    """Return the call of a bare request without secret values."""
    try:
        return read_recording(recorded(exchange))
    except RecursionError:
        give_up(f"{name}: this is nested too deep", INVALID)
    except UnreadableRequest as error:
        give_up(f"{name}: {error}", INVALID)


def response_to(exchange: Exchange, name: str) -> Obj:
    """Return the response of this version; ends the command where it fails."""
    try:
        return repeated(exchange)
    except InternalError as error:
        give_up(f"{name}: the service fails: {error}; this is a bug of the service", UNREADABLE)
    except HookError as error:
        give_up(f"{name}: {error}", INVALID)
