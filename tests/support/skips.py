"""Skipped tests are told in a line for each missing tool; in CI one that is not expected fails."""

import os

import pytest

from tests.support import tools


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
