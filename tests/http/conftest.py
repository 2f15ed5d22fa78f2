from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.http.service import Service, running


@pytest.fixture(name="service", scope="session")
def _service(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Service]:
    """Run one service for all tests that leave it as it is."""
    directory = tmp_path_factory.mktemp("service")
    bounds = {"MAX_CALLS": "8", "MAX_BODY_BYTES": "300000", "READ_SECONDS": "0.5"}
    with running(directory, THREADS="8", **bounds) as service:
        yield service


@pytest.fixture(name="directory")
def _directory(tmp_path: Path) -> Path:
    """Return where a service of one test runs."""
    return tmp_path
