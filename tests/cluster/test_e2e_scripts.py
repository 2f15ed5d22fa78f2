"""The scripts of hack/e2e, in a cluster of their own, as far as they go where no pod runs.

The service is a local process there, which the controllers call.
"""

import os
import re
import shutil
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path

import pytest
import yaml

from tests.cluster import local_cluster
from tests.cluster.api import Api, Obj, wait_for
from tests.cluster.cases import resource
from tests.cluster.metacontroller import (
    LOOPBACK,
    know_kinds,
    running_metacontroller,
    service,
)
from tests.support.helm import CHART, needs_helm
from tests.support.resources import merged
from tests.support.tools import needs

NAMESPACE = "instana-e2e"
OLDER = "0.0.1"
SHORT, LONG = "5", "90"
SECONDS_TO_END = 60.0
DEFINITION: Obj = yaml.safe_load(Path("crd/agents.instana.io.yaml").read_text())
CONTROLLER: Obj = yaml.safe_load(Path("metacontroller/instana-agent.yaml").read_text())
IN_THE_WAY: dict[str, list[Obj]] = {
    "namespace": [{"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": NAMESPACE}}],
    "controller": [CONTROLLER],
    "agents": [DEFINITION, merged(resource("minimal"), {"metadata": {"namespace": "default"}})],
}

pytestmark = [
    local_cluster.needs_cluster,
    needs_helm,
    needs("kubectl"),
    pytest.mark.timeout(600),
]


@dataclass
class Cluster:
    """An API server, and the scripts run against it."""

    kubeconfig: str
    hooks: str
    api: Api = field(init=False)

    def __post_init__(self) -> None:
        self.api = Api.from_kubeconfig(self.kubeconfig)

    def run(self, *steps: str, **environ: str) -> subprocess.CompletedProcess[str]:
        further = {"KUBECONFIG": self.kubeconfig, "HOOKS_URL": self.hooks, "SECONDS_TO_WAIT": SHORT}
        return subprocess.run(
            ["hack/e2e/run", *steps],
            env=os.environ | further | environ,
            check=False,
            capture_output=True,
            text=True,
        )

    def what_is_there(self) -> set[tuple[str, str]]:
        """Return what the scripts could have left; what is about to go counts as gone."""
        wait_for(lambda: not self._ending(), "namespaces that end are gone", SECONDS_TO_END)
        found = self.api.list("Namespace", "v1")
        found += self.api.list("CustomResourceDefinition", "apiextensions.k8s.io/v1")
        for kind in ("ClusterRole", "ClusterRoleBinding"):
            found += self.api.list(kind, "rbac.authorization.k8s.io/v1")
        for kind in ("CompositeController", "DecoratorController"):
            found += self.api.list(kind, "metacontroller.k8s.io/v1alpha1")
        return {(each["kind"], each["metadata"]["name"]) for each in found}

    def _ending(self) -> list[Obj]:
        namespaces = self.api.list("Namespace", "v1")
        return [each for each in namespaces if "deletionTimestamp" in each["metadata"]]


@pytest.fixture(scope="module", name="cluster")
def _cluster(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Cluster]:
    place = tmp_path_factory.mktemp("e2e")
    with (
        local_cluster.started(place / "cluster") as kubeconfig,
        service(place / "service.log", INSECURE="1", AGENT_NAMESPACES="*") as port,
    ):
        cluster = Cluster(kubeconfig, f"http://{LOOPBACK}:{port}")
        know_kinds(cluster.api)
        yield cluster


@pytest.mark.loop
def test_whole_life_of_the_chart(cluster: Cluster, tmp_path: Path) -> None:
    before = cluster.what_is_there()

    log = tmp_path / "metacontroller.log"
    with running_metacontroller(
        cluster.api, "server-side-apply", log, kubeconfig=Path(cluster.kubeconfig)
    ):
        done = cluster.run(SECONDS_TO_WAIT=LONG, PREVIOUS_CHART=str(older_chart(tmp_path)))

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


def oks(done: subprocess.CompletedProcess[str]) -> list[str]:
    """Return what was seen to hold."""
    return re.findall(r"^ok: (.*)$", done.stdout, re.MULTILINE)


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
