"""The clock; the pure part gets the time as a text."""

from datetime import UTC, datetime


def now() -> str:
    """Return the time as Kubernetes writes it: RFC 3339, UTC, in seconds."""
    return datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
