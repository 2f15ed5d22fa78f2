"""The limit for a status: it is written with every change, and read with every request."""

from typing import Any

from hooks.kube.objects import Obj
from hooks.wire import encode

MOST_BYTES = 16 * 1024
MOST_PARTS = 16
"""How many zones, backends, images and workloads are listed at most, of each."""

HISTORY = ("conditions", "held", "last")
"""Lists that the next status is computed from: none of their items is left out."""

STEPS = ((16, 1024), (8, 1024), (8, 512), (4, 512), (4, 256), (2, 128))
"""The most items of a list and the longest text, step by step, for a status that is too large."""


def bounded(status: Obj) -> Obj:
    """Return the status, with shorter lists and texts if it would be too large."""
    for most, longest in STEPS:
        if len(encode(status)) <= MOST_BYTES:
            break
        status = {name: _shorter(name, part, most, longest) for name, part in status.items()}
    return status


def _shorter(name: str, part: Any, most: int, longest: int) -> Any:
    if isinstance(part, dict):
        return {field: _shorter(field, value, most, longest) for field, value in part.items()}
    if isinstance(part, list):
        items = part if name in HISTORY else part[:most]
        return [_shorter(name, item, most, longest) for item in items]
    return part[:longest] if isinstance(part, str) else part
