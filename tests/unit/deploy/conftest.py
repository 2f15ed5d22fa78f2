"""A copy of the manifests in which every overlay has its credentials."""

from pathlib import Path

import pytest

from tests.support.kustomize import OVERLAYS, checkout, make_credentials


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the folder of the copy, which is that of the tests of one file."""
    copy = checkout(tmp_path_factory.mktemp("manifests"))
    for overlay in OVERLAYS:
        make_credentials(copy, overlay)
    return copy
