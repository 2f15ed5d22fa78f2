"""What several directories share: credentials, as keys take most of the time of an installation."""

from pathlib import Path

import pytest

from tests.support.kustomize import OVERLAYS, checkout, make_credentials


@pytest.fixture(scope="session")
def with_credentials(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a copy of the manifests with all overlays' credentials, which no test changes."""
    made = checkout(tmp_path_factory.mktemp("with-credentials"))
    for overlay in OVERLAYS:
        make_credentials(made, overlay)
    return made
