"""Times as Kubernetes writes them: RFC 3339. Reading them needs no clock."""

from datetime import datetime


def seconds_between(earlier: str, later: str) -> float:
    """Return the number of seconds between two times, 0 if one of them cannot be read."""
    try:
        return (datetime.fromisoformat(later) - datetime.fromisoformat(earlier)).total_seconds()
    except (ValueError, TypeError):
        return 0.0
