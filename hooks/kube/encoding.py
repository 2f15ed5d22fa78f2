"""The `data` of a Secret, base64-encoded as the API server stores it."""

from base64 import b64decode, b64encode

from hooks.kube.objects import Obj


def encoded(entries: dict[str, str]) -> dict[str, str]:
    """Return the entries of a Secret's `data` from their texts."""
    return {name: b64encode(text.encode()).decode("ascii") for name, text in entries.items()}


def decoded(secret: Obj, name: str) -> str:
    """Return the text of an entry of a Secret, without leading and trailing whitespace.

    A trailing line break is a common mistake (`echo key | base64`) and never part of a credential.
    Empty if the entry is missing or is not text.
    """
    return as_pods_read_it(secret, name).strip()


def as_pods_read_it(secret: Obj, name: str) -> str:
    """Return the text of an entry of a Secret; empty if it is missing or is not text."""
    value = (secret.get("data") or {}).get(name)
    if not isinstance(value, str):
        return ""
    try:
        return b64decode(value, validate=True).decode()
    except ValueError:  # Neither base64 nor UTF-8.
        return ""


def canonical_base64(text: str) -> str:
    """Return base64 on one line, as the API server stores it; raises ValueError if invalid."""
    return b64encode(b64decode("".join(text.split()), validate=True)).decode("ascii")
