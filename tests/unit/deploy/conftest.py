"""A copy of the manifests in which every overlay has its credentials."""

import shutil
from pathlib import Path

import pytest


@pytest.fixture(scope="module")
def place(with_credentials: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the folder of the copy, which is that of the tests of one file."""
    return Path(shutil.copytree(with_credentials, tmp_path_factory.mktemp("manifests") / "copy"))
