"""Every sample passes the definition, its rules and strict validation on a real API server."""

import shutil
from pathlib import Path

import pytest

from tests.support.kustomize import kubectl

pytestmark = pytest.mark.skipif(not shutil.which("kubectl"), reason="no kubectl in the PATH")

SAMPLES = sorted(Path("deploy/samples").glob("*.yaml"))


@pytest.mark.usefixtures("api")
@pytest.mark.parametrize("sample", SAMPLES, ids=[each.stem for each in SAMPLES])
def test_a_sample_is_taken(sample: Path) -> None:
    options = ("--server-side", "--force-conflicts", "--dry-run=server", "--validate=strict")

    assert kubectl("apply", *options, "-f", str(sample)).strip()
