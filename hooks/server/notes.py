"""Whether calls are recorded: what does that is loaded only if a setting asks for it."""

from collections.abc import Callable
from typing import TypeAlias

from flask import Flask

from hooks.server.settings import Settings

Note: TypeAlias = Callable[[str, bytes, str], None]
"""Is given the hook, the body and the time of each call that is about to be answered."""


def no_note(_hook: str, _body: bytes, _at: str) -> None:
    """Take no note of a call."""


def notes_for(app: Flask, settings: Settings) -> Note:
    """Return what notes calls to be recorded: nothing, unless the settings name a directory."""
    if not settings.record_directory:
        return no_note
    from hooks.server.recorder import note, record_calls  # noqa: PLC0415  seldom needed

    record_calls(app, settings)
    return note
