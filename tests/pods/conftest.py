"""The cluster that KUBECONFIG names, with nodes on which pods become ready."""

from pathlib import Path

import pytest

from tests.cluster.api import Api
from tests.cluster.conftest import prepared_api
from tests.pods.telling import TOLD, Told


@pytest.fixture(scope="session", name="api")
def _api() -> Api:
    return prepared_api()


@pytest.fixture(scope="session", name="logs")
def _logs(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("logs")


@pytest.fixture(scope="session", name="told")
def _told(request: pytest.FixtureRequest) -> Told:
    """What the report at the end shows of the statuses that were seen, by the test's words."""
    return request.config.stash.setdefault(TOLD, {})


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Print what the status said on the way, line by line."""
    for title, lines in terminalreporter.config.stash.get(TOLD, {}).items():
        terminalreporter.section(title)
        for line in lines:
            terminalreporter.write_line(line)
