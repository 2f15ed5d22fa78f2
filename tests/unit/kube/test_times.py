import pytest

from hooks.kube.times import seconds_between

NOON = "2026-01-01T12:00:00Z"


@pytest.mark.parametrize(
    ("earlier", "later", "seconds"),
    [
        (NOON, NOON, 0),
        (NOON, "2026-01-01T12:01:30Z", 90),
        ("2026-01-01T12:01:30Z", NOON, -90),
        ("2026-01-01T12:00:00.250000Z", "2026-01-01T12:00:01Z", 0.75),
        ("2026-01-01T13:00:00+01:00", NOON, 0),
        ("", NOON, 0),
        ("yesterday", NOON, 0),
        ("2026-01-01T12:00:00", NOON, 0),
    ],
)
def test_seconds_between_two_times(earlier: str, later: str, seconds: float) -> None:
    assert seconds_between(earlier, later) == seconds
