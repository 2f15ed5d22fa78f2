"""How the API server stores null in an object of a kind whose fields it knows."""

from typing import Any, Final

MAPS_OF_TEXTS: Final = frozenset(
    ("annotations", "binaryData", "data", "labels", "matchLabels", "nodeSelector", "stringData")
)
"""Fields whose entries are texts, in any kind of Kubernetes."""


def nulls_as_stored(value: Any) -> Any:
    """Return an object as stored, without null fields; in a map of texts null becomes empty."""
    if isinstance(value, list):
        return [nulls_as_stored(item) for item in value]
    if not isinstance(value, dict):
        return value
    return {name: _field(name, part) for name, part in value.items() if part is not None}


def _field(name: str, value: Any) -> Any:
    if name in MAPS_OF_TEXTS and isinstance(value, dict):
        return {key: "" if text is None else text for key, text in value.items()}
    return nulls_as_stored(value)
