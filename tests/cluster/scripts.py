"""The scripts of hack/e2e, run against a cluster of their own.

The service is a local process there, which the controllers call.
"""

import os
import re
import subprocess
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from tests.cluster import local_cluster
from tests.cluster.api import Api, Obj, wait_for
from tests.cluster.metacontroller import LOOPBACK, know_kinds, running_metacontroller, service
from tests.support.helm import needs_helm
from tests.support.tools import needs

NAMESPACE = "instana-e2e"
SHORT, LONG = "5", "90"
SECONDS_TO_END = 60.0

needs_programs = (local_cluster.needs_cluster, needs_helm, needs("kubectl"))


@dataclass
class Cluster:
    """An API server, and the scripts run against it."""

    kubeconfig: str
    hooks: str
    api: Api = field(init=False)

    def __post_init__(self) -> None:
        self.api = Api.from_kubeconfig(self.kubeconfig)

    def run(self, *steps: str, **environ: str) -> subprocess.CompletedProcess[str]:
        return self._call("hack/e2e/run", *steps, **environ)

    def bash(self, text: str, **environ: str) -> subprocess.CompletedProcess[str]:
        """Run commands that use functions of the scripts."""
        return self._call("bash", "-c", text, **environ)

    def _call(self, *command: str, **environ: str) -> subprocess.CompletedProcess[str]:
        further = {"KUBECONFIG": self.kubeconfig, "HOOKS_URL": self.hooks, "SECONDS_TO_WAIT": SHORT}
        return subprocess.run(
            command,
            env=os.environ | further | environ,
            check=False,
            capture_output=True,
            text=True,
        )

    def metacontroller(self, log: Path) -> AbstractContextManager[str]:
        """Run Metacontroller with the rights of who made the cluster."""
        kubeconfig = Path(self.kubeconfig)
        return running_metacontroller(self.api, "server-side-apply", log, kubeconfig=kubeconfig)

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


@contextmanager
def cluster_of_its_own(place: Path, **options: str) -> Iterator[Cluster]:
    """Run a cluster with options of `hack/cluster/up`, without nodes if there are none.

    It knows Metacontroller's kinds, and the service runs beside it.
    """
    with (
        local_cluster.started(place / "cluster", **options) as kubeconfig,
        service(place / "service.log", INSECURE="1", AGENT_NAMESPACES="*") as port,
    ):
        cluster = Cluster(kubeconfig, f"http://{LOOPBACK}:{port}")
        know_kinds(cluster.api)
        yield cluster


def oks(done: subprocess.CompletedProcess[str]) -> list[str]:
    """Return what was seen to hold."""
    return re.findall(r"^ok: (.*)$", done.stdout, re.MULTILINE)
