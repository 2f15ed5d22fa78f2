"""Properties take the time that many examples take."""

import os

import pytest

from tests.support.profiles import PROFILE


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Let thorough runs take the time that they take."""
    if PROFILE == "quick":
        return
    for item in items:
        if item.path.is_relative_to(os.path.dirname(__file__)):  # noqa: PTH120
            item.add_marker(pytest.mark.timeout(0))
