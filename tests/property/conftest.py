"""How many examples of each property: 40, or more by HYPOTHESIS_PROFILE=ci or =thorough."""

import os

import pytest
from hypothesis import HealthCheck, settings

IN_CI = bool(os.environ.get("CI"))
SLOW_TO_DRAW = (HealthCheck.too_slow, HealthCheck.data_too_large, HealthCheck.large_base_example)
PROFILE = os.environ.get("HYPOTHESIS_PROFILE", "quick")

for name, examples in (("quick", 40), ("ci", 200), ("thorough", 10_000)):
    settings.register_profile(
        name,
        max_examples=examples,
        deadline=None,
        derandomize=IN_CI,
        print_blob=True,
        suppress_health_check=SLOW_TO_DRAW,
    )
settings.load_profile(PROFILE)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Let thorough runs take the time that they take."""
    if PROFILE == "quick":
        return
    for item in items:
        if item.path.is_relative_to(os.path.dirname(__file__)):  # noqa: PTH120
            item.add_marker(pytest.mark.timeout(0))
