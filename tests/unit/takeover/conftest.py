"""What the tests of the command share."""

from pathlib import Path

import pytest

from tests.unit.takeover.fake_cluster import FILES, LEFT_BY_OPERATOR, FakeCluster, run_here


@pytest.fixture(name="cluster")
def _cluster(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> FakeCluster:
    monkeypatch.setattr("hooks.cli.cluster.kubectl.subprocess.run", run_here)
    for name, file in FILES.items():
        monkeypatch.setenv(name, str(tmp_path / file))
    cluster = FakeCluster(tmp_path)
    cluster.hold(*LEFT_BY_OPERATOR)
    (tmp_path / "failures.json").write_text("{}")
    monkeypatch.setattr("hooks.cli.takeover.run.POLL_SECONDS", 0.0)
    monkeypatch.setattr("hooks.cli.output.progress.SILENT_SECONDS", 3600.0)
    return cluster
