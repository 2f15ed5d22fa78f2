"""The scripts of hack/e2e, in a cluster of their own, as far as they go where no pod runs.

The service is a local process there, which the controllers call.
"""

import re
import shutil
from collections.abc import Iterator
from functools import partial
from pathlib import Path

import pytest
import yaml

from tests.cluster.api import Api, Obj, wait_for
from tests.cluster.cases import resource
from tests.cluster.scripts import LONG, NAMESPACE, Cluster, cluster_of_its_own, needs_programs, oks
from tests.support.helm import CHART
from tests.support.resources import merged

OLDER = "0.0.1"
STEPS = ("create", "update", "tenant", "delete", "upgrade", "delete")
"""All but the takeover, for which pods have to become ready: tests/pods has it."""

DEFINITION: Obj = yaml.safe_load(Path("crd/agents.instana.io.yaml").read_text())
CONTROLLER: Obj = yaml.safe_load(Path("metacontroller/instana-agent.yaml").read_text())
IN_THE_WAY: dict[str, list[Obj]] = {
    "namespace": [{"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": NAMESPACE}}],
    "controller": [CONTROLLER],
    "agents": [DEFINITION, merged(resource("minimal"), {"metadata": {"namespace": "default"}})],
}

pytestmark = [*needs_programs, pytest.mark.timeout(600)]


@pytest.fixture(scope="module", name="cluster")
def _cluster(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Cluster]:
    with cluster_of_its_own(tmp_path_factory.mktemp("e2e")) as cluster:
        yield cluster


@pytest.mark.loop
def test_whole_life_of_the_chart(cluster: Cluster, tmp_path: Path) -> None:
    before = cluster.what_is_there()

    log = tmp_path / "metacontroller.log"
    with cluster.metacontroller(log):
        done = cluster.run(*STEPS, SECONDS_TO_WAIT=LONG, PREVIOUS_CHART=str(older_chart(tmp_path)))

    assert done.returncode == 0, done.stdout + done.stderr
    assert set(oks(done)) >= {
        "the API server takes its children",
        "cluster-wide read rights of the agents",
        "agents have the new variable",
        "there are two k8sensors",
        "the same values again changed nothing",
        "the resource and its children are the same objects as before",
        "nothing is left",
    }
    (not_shown,) = re.findall(r"^NOT SHOWN: (.*)$", done.stdout, re.MULTILINE)
    assert not_shown.startswith("agents that report to Instana; no tenant is given")
    assert cluster.what_is_there() == before


def older_chart(place: Path) -> Path:
    """Return the chart as if it were an older one."""
    chart = place / "older"
    shutil.copytree(CHART, chart)
    about: Obj = yaml.safe_load((chart / "Chart.yaml").read_text())
    (chart / "Chart.yaml").write_text(yaml.safe_dump(about | {"version": OLDER}))
    return chart


def test_what_does_not_come_in_time_is_explained_and_cleared_up(cluster: Cluster) -> None:
    before = cluster.what_is_there()

    done = cluster.run("create")

    assert done.returncode == 1
    assert "not within 5 s: the resource's last change is handled; the last look:" in done.stderr
    assert "what there is to see" in done.stderr
    assert "kind: InstanaAgent" in done.stderr
    assert "passed" not in done.stdout
    assert cluster.what_is_there() == before


def test_help_names_each_step_that_there_is(cluster: Cluster) -> None:
    defined = re.findall(r"^step_(\w+)\(\)", Path("hack/e2e/steps.bash").read_text(), re.MULTILINE)

    told = re.findall(r"^  ([a-z]+)  ", cluster.run("--help").stdout, re.MULTILINE)

    assert told == defined


def test_what_is_not_shown_is_in_the_summary(cluster: Cluster, tmp_path: Path) -> None:
    summary = tmp_path / "summary.md"

    done = cluster.run("tenant", "upgrade", "delete", GITHUB_STEP_SUMMARY=str(summary))

    assert done.returncode == 0, done.stderr
    assert len(summary.read_text().splitlines()) == 2
    assert done.stdout.count("NOT SHOWN: ") == 2
    assert "nothing is installed" in done.stdout


def test_step_that_is_not_there_is_refused(cluster: Cluster) -> None:
    before = cluster.what_is_there()

    done = cluster.run("create", "destroy")

    assert done.returncode == 1
    assert "no step destroy" in done.stderr
    assert cluster.what_is_there() == before


@pytest.mark.parametrize("in_the_way", IN_THE_WAY)
def test_cluster_in_use_is_refused_and_left_alone(in_the_way: str, cluster: Cluster) -> None:
    objects = IN_THE_WAY[in_the_way]
    try:
        for obj in objects:
            wait_for(partial(is_taken, cluster.api, obj), "the API server takes it")
        done = cluster.run("create")
        assert all(map(cluster.api.get, objects))
    finally:
        for obj in reversed(objects):
            cluster.api.delete(obj)
            wait_for(partial(is_gone, cluster.api, obj), "it is gone")

    assert done.returncode == 1
    assert "already" in done.stderr
    assert "clearing up" not in done.stdout


def is_gone(api: Api, obj: Obj) -> bool:
    """Tell whether an object is there no more."""
    return api.get(obj) is None


def is_taken(api: Api, obj: Obj) -> bool:
    """Try to apply an object whose kind may not be known yet."""
    try:
        return bool(api.apply(obj))
    except AssertionError:
        return False
