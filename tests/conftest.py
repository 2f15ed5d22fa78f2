"""What holds for all tests: imports, searches, and what is said of skipped ones."""

import importlib
import pkgutil
import signal

import pytest

import hooks
from tests.support.profiles import PROFILE
from tests.support.skips import pytest_sessionfinish as pytest_sessionfinish
from tests.support.skips import pytest_terminal_summary as pytest_terminal_summary

SEARCH = "hypothesis"
"""The mark that Hypothesis gives to its tests."""
OF_A_SERVER = {"hooks.server.gunicorn_conf", "hooks.server.wsgi"}
"""What reads the settings of a service when it is imported."""


# A shell starts what it runs in the background with interrupts ignored, and programs inherit that.
signal.signal(signal.SIGINT, signal.default_int_handler)


@pytest.hookimpl
def pytest_collection_finish() -> None:
    """Import every module, so that neither coverage nor a search depends on which test comes first.

    The search counts no lines and takes examples from what is imported; commands import late.
    """
    for module in pkgutil.walk_packages(hooks.__path__, f"{hooks.__name__}."):
        if module.name not in OF_A_SERVER:
            importlib.import_module(module.name)


@pytest.hookimpl(trylast=True)  # Hypothesis gives its mark in the same hook.
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Let searches count no lines, and thorough ones take the time that they take.

    Counting the lines that examples run takes longer than the examples, and a line that only they
    run still has no test that says what it is for.
    """
    for item in items:
        if item.get_closest_marker(SEARCH):
            item.add_marker(pytest.mark.no_cover)
            if PROFILE != "quick":
                item.add_marker(pytest.mark.timeout(0))
