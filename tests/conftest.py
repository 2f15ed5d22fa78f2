"""Skipped tests are told in a line for each missing tool; in CI one that is not expected fails."""

import importlib
import os
import pkgutil
import signal

import pytest

import hooks
from tests.support import tools
from tests.support.profiles import PROFILE

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


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Print what was skipped, and in CI what of it should not have been."""
    reasons = _reasons(terminalreporter)
    for line in tools.summary(reasons):
        terminalreporter.write_line(line, yellow=True)
    if _fails(reasons):
        names = ", ".join(sorted(tools.unexpected(reasons)))
        terminalreporter.write_line(f"not in EXPECT_MISSING: {names}", red=True)


def pytest_sessionfinish(session: pytest.Session) -> None:
    """Fail a run in CI that skipped what it should not have."""
    reporter = session.config.pluginmanager.get_plugin("terminalreporter")
    if reporter is not None and session.exitstatus == pytest.ExitCode.OK:  # None: a worker of xdist
        session.exitstatus = int(_fails(_reasons(reporter)))


def _fails(reasons: list[str]) -> bool:
    return bool(os.environ.get("CI") and tools.unexpected(reasons))


def _reasons(reporter: pytest.TerminalReporter) -> list[str]:
    return [report.longrepr[2] for report in reporter.stats.get("skipped", [])]
