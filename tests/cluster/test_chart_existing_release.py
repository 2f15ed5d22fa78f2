"""A release of the chart that was there before, upgraded in place with a real Helm.

An imitation of that chart is installed, and what its operator made laid out as it was recorded. No
kubelet runs here: what the chart's Job would do is done by a process with its account's token.
"""

import json
import subprocess
import sys
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
import requests
import yaml
from click.testing import CliRunner, Result

from hooks.app.command_line import main
from hooks.desired.labels import OPERATOR
from hooks.kube.objects import Identity, identity
from tests.cluster import devcluster
from tests.cluster.api import CLUSTER_SCOPED, Api, Obj, wait_for
from tests.cluster.charts import NAMESPACE, RELEASE, Cluster
from tests.cluster.former import FINALIZERS, SYSTEM, owned, recorded
from tests.cluster.many import children, sync_errors, wait_until_settled
from tests.cluster.metacontroller import STRATEGIES, binary
from tests.support.helm import CHART, DEFINITION, Refused, needs_helm

pytestmark = [
    needs_helm,
    pytest.mark.skipif(binary() is None, reason="no Metacontroller: see METACONTROLLER"),
    pytest.mark.skipif(not devcluster.present(), reason=f"no {devcluster.SCRIPTS}/up"),
    pytest.mark.timeout(400),
]

FORMER_CHART = Path("tests/fixtures/former-chart")
CASE = "minimal"
VALUES: Obj = {
    "agent": {
        "key": "agent-key-minimal",
        "endpointHost": "ingress-red-saas.instana.io",
        "endpointPort": 443,
    },
    "cluster": {"name": "my-cluster"},
}
NAME = "instana-agent"
HAND_OVER = "instana-agent-hand-over"
BRING_DEFINITION = "instana-agent-definition"
RBAC = "rbac.authorization.k8s.io/v1"
NEWS = {"x-kubernetes-validations", "default", "selector", "rollout", "overrides", "networkPolicy"}
STRANGER = "stranger"
SERVER_CHAIN = "pki/apiserver.crt"
"""The certificates that the API server made for itself, beside its kubeconfig."""


def obj(kind: str, name: str, version: str = "v1", namespace: str = NAMESPACE) -> Obj:
    """Return what an object is known by."""
    place = {} if kind in CLUSTER_SCOPED else {"namespace": namespace}
    return {"apiVersion": version, "kind": kind, "metadata": {"name": name, **place}}


AGENT = obj("InstanaAgent", NAME, "instana.io/v1")
JOB = obj("Job", HAND_OVER, "batch/v1")
FORMER_INSTALLATION = (
    obj("Deployment", "instana-agent-controller-manager", "apps/v1"),
    obj("ServiceAccount", "instana-agent-operator"),
    obj("ConfigMap", "manager-config"),
    obj("Role", "leader-election-role", RBAC),
    obj("RoleBinding", "leader-election-rolebinding", RBAC),
    obj("ClusterRole", "instana-agent-clusterrole", RBAC),
    obj("ClusterRoleBinding", "instana-agent-clusterrolebinding", RBAC),
)
RIGHTS = tuple(
    obj(kind, HAND_OVER, version)
    for kind, version in (("ServiceAccount", "v1"), ("Role", RBAC), ("RoleBinding", RBAC))
)


@dataclass
class Account:
    """The account of the Job: what it may, and what it does."""

    cluster: Cluster
    job: str

    @property
    def api(self) -> Api:
        return self.cluster.api

    @property
    def token(self) -> str:
        """Return a token, as the kubelet mounts one."""
        asked = {"apiVersion": "authentication.k8s.io/v1", "kind": "TokenRequest", "spec": {}}
        account = obj("ServiceAccount", self.job)
        answer = self.api.session.post(f"{self.api.url(account)}/token", json=asked)
        assert answer.ok, answer.text
        token: str = answer.json()["status"]["token"]
        return token

    def run(self) -> subprocess.CompletedProcess[str]:
        """Do what the container of the Job does."""
        job = self.api.get(obj("Job", self.job, "batch/v1"))
        assert job
        (container,) = job["spec"]["template"]["spec"]["containers"]
        assert container["command"][0] == "python"
        token = self.cluster.place / "token"
        token.write_text(self.token)
        authority = self.cluster.kubeconfig.parent / SERVER_CHAIN
        options = ["--url", self.api.server, "--ca-file", authority, "--token-file", token]
        arguments = [*container["command"][1:], *container.get("args", []), *options]
        command = [sys.executable, *map(str, arguments)]
        return subprocess.run(command, capture_output=True, text=True, check=False)

    def end(self) -> None:
        """Say of the pod of the Job that it has ended well."""
        pods = self.api.list("Pod", "v1", NAMESPACE, labelSelector=f"job-name={self.job}")
        assert pods
        for pod in pods:
            self.api.merge(pod, {"status": {"phase": "Succeeded"}}, "status")

    def is_allowed(self, method: str, thing: Obj, *, named: bool = True) -> bool:
        """Tell whether a request that changes nothing is let through."""
        url = self.api.url(thing, named=named)
        headers = {
            "Authorization": f"Bearer {self.token}",
            "Content-Type": "application/merge-patch+json",
        }
        answer = self.api.session.request(
            method, url, params={"dryRun": "All"}, data="{}", headers=headers
        )
        return bool(answer.status_code != requests.codes.forbidden)


@dataclass
class Upgraded:
    """What was seen on the way."""

    cluster: Cluster
    agent: Obj
    before: dict[Identity, Obj]
    during: list[Obj] = field(default_factory=list)
    rules: list[Obj] = field(default_factory=list)
    allowed: dict[str, bool] = field(default_factory=dict)
    result: subprocess.CompletedProcess[str] | None = None
    handed_over: dict[Identity, Obj] = field(default_factory=dict)
    gone: list[Obj] = field(default_factory=list)
    upgraded: Obj = field(default_factory=dict)
    led: dict[Identity, Obj] = field(default_factory=dict)
    results: list[Result] = field(default_factory=list)
    errors: list[str] = field(default_factory=list)
    versions: list[dict[Identity, str]] = field(default_factory=list)


@pytest.fixture(scope="module", name="server")
def _server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    with devcluster.started(tmp_path_factory.mktemp("release") / "state", "") as kubeconfig:
        yield Path(kubeconfig)


@pytest.fixture(scope="module", params=STRATEGIES, name="strategy")
def _strategy(request: pytest.FixtureRequest) -> str:
    strategy: str = request.param
    return strategy


def own_definition() -> Obj:
    definition: Obj = yaml.safe_load(DEFINITION.read_text())
    return definition


def former_definition() -> Obj:
    """Return a definition without what is new: rules, defaults, and some of the fields."""
    definition: Obj = _without_news(own_definition())
    return definition


def _without_news(value: Any) -> Any:
    if isinstance(value, list):
        return [_without_news(each) for each in value]
    if not isinstance(value, dict):
        return value
    return {name: _without_news(part) for name, part in value.items() if name not in NEWS}


@contextmanager
def former_release(server: Path, place: Path, definition: Obj) -> Iterator[Cluster]:
    """Install the former chart, with all that its operator made."""
    cluster = Cluster(Api.from_kubeconfig(str(server)), server, place)
    cluster.make_namespace()
    cluster.know_metacontroller()
    cluster.api.apply(definition)
    wait_for(lambda: _is_served(cluster), "the resource is known")
    cluster.helm("install", RELEASE, str(FORMER_CHART), "--values", "-", stdin=json.dumps(VALUES))
    agent = cluster.api.merge(AGENT, {"metadata": {"finalizers": FINALIZERS}})
    for child in recorded(CASE):
        cluster.api.apply(owned(child, agent), manager=OPERATOR)
    yield cluster
    cluster.api.merge(AGENT, {"metadata": {"finalizers": None}})
    cluster.helm("uninstall", RELEASE)
    for child in recorded(CASE):
        if child["kind"] in CLUSTER_SCOPED or child["metadata"]["namespace"] == SYSTEM:
            cluster.api.delete(child)
    wait_for(lambda: not children(cluster.api, [NAMESPACE]), "the children are gone", 90)
    cluster.api.delete(definition)
    wait_for(lambda: not _is_served(cluster), "the definition is gone")


def _is_served(cluster: Cluster) -> bool:
    return cluster.api.session.get(f"{cluster.api.server}/apis/instana.io/v1/agents").ok


@pytest.fixture(scope="module", name="seen")
def _seen(
    server: Path, strategy: str, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Upgraded]:
    place = tmp_path_factory.mktemp("upgrade")
    with former_release(server, place, former_definition()) as cluster:
        agent = cluster.api.get(AGENT)
        assert agent
        seen = Upgraded(cluster, agent, children(cluster.api, [NAMESPACE]))
        values = VALUES | {"controller": {"handOver": {"applyStrategy": strategy}}}
        with ThreadPoolExecutor(1) as pool:
            running = pool.submit(cluster.upgrade, values)
            _do_the_jobs(seen, running)
            running.result(timeout=60)
        _look_at_the_release(seen)
        _lead(seen, strategy, values)
        yield seen


def _do_the_jobs(seen: Upgraded, running: "Future[str]") -> None:
    """Be the kubelet: run what the pods of the Jobs would run, and say that they have ended."""
    api = seen.cluster.api
    hand_over = _account_of(seen.cluster, HAND_OVER, running)
    role = api.get(RIGHTS[1])
    assert role
    seen.rules = role["rules"]
    _ask_for_more(seen, hand_over)
    seen.result = hand_over.run()
    seen.handed_over = children(api, [NAMESPACE])
    seen.during = [each for each in FORMER_INSTALLATION if api.get(each)]
    assert not running.done()
    hand_over.end()
    bring_definition = _account_of(seen.cluster, BRING_DEFINITION, running)
    assert bring_definition.run().returncode == 0
    bring_definition.end()


def _account_of(cluster: Cluster, job: str, running: "Future[str]") -> Account:
    """Wait for the pod of a Job; ends with what Helm says if there comes none."""

    def has_come() -> bool:
        found = cluster.api.list("Pod", "v1", NAMESPACE, labelSelector=f"job-name={job}")
        return bool(running.done() or found)

    wait_for(has_come, f"the pod of the Job {job} is there")
    if running.done():
        running.result()
    return Account(cluster, job)


def _ask_for_more(seen: Upgraded, account: Account) -> None:
    """Try what the Job needs, and what it does not."""
    child = obj("Secret", "instana-agent-config")
    other = obj("Secret", STRANGER)
    seen.cluster.api.apply(other)
    seen.allowed = {
        "get a child": account.is_allowed("GET", child),
        "patch a child": account.is_allowed("PATCH", child),
        "delete a child": account.is_allowed("DELETE", child),
        "get another Secret": account.is_allowed("GET", other),
        "patch another Secret": account.is_allowed("PATCH", other),
        "list Secrets": account.is_allowed("GET", other, named=False),
        "delete the resource": account.is_allowed("DELETE", AGENT),
        "patch a ClusterRole": account.is_allowed("PATCH", FORMER_INSTALLATION[5]),
    }


def _look_at_the_release(seen: Upgraded) -> None:
    api = seen.cluster.api
    seen.gone = [each for each in (*FORMER_INSTALLATION, *RIGHTS, JOB) if api.get(each) is None]
    seen.upgraded = api.get(AGENT) or {}


def _lead(seen: Upgraded, strategy: str, values: Obj) -> None:
    """Let Metacontroller lead the release, clear up, and upgrade once more."""
    cluster = seen.cluster
    with cluster.loop(strategy):
        wait_until_settled(cluster.api, [AGENT])
        seen.led = children(cluster.api, [NAMESPACE])
        seen.results = [_takeover(cluster, each, strategy) for each in ("apply", "plan")]
        wait_until_settled(cluster.api, [AGENT])
        seen.versions = [_versions(cluster.api)]
        cluster.upgrade(values)
        wait_until_settled(cluster.api, [AGENT])
        seen.versions += [_versions(cluster.api)]
        seen.errors = sync_errors(cluster.api, [AGENT])


def _takeover(cluster: Cluster, command: str, strategy: str = STRATEGIES[1]) -> Result:
    options = ["--kubeconfig", str(cluster.kubeconfig), "--timeout", "20"]
    options += ["--apply-strategy", strategy]
    return CliRunner().invoke(main, ["takeover", command, *options])


def _versions(api: Api) -> dict[Identity, str]:
    found = [*children(api, [NAMESPACE]).values(), api.get(AGENT) or AGENT]
    return {identity(each): each["metadata"]["resourceVersion"] for each in found}


def template(found: dict[Identity, Obj], kind: str, name: str) -> Any:
    (workload,) = [each for place, each in found.items() if (place[1], place[3]) == (kind, name)]
    return workload["spec"]["template"]


def uids(found: dict[Identity, Obj]) -> dict[Identity, str]:
    return {place: each["metadata"]["uid"] for place, each in found.items()}


def test_helm_waits_for_the_job(seen: Upgraded) -> None:
    assert seen.result is not None
    assert seen.result.returncode == 0, seen.result.stderr
    assert seen.during == list(FORMER_INSTALLATION)


def test_job_stops_the_operator_then_hands_over_what_it_made(seen: Upgraded) -> None:
    assert seen.result is not None
    done = [line for line in seen.result.stdout.splitlines() if line.endswith(": done")]

    assert done[0].startswith("Deployment instana-agent/instana-agent-controller-manager: scale")
    assert done[-1].startswith("InstanaAgent instana-agent/instana-agent: remove the operator's")
    managers = {
        entry["manager"]
        for each in seen.handed_over.values()
        if not each["metadata"]["name"].endswith("-dependents")
        for entry in each["metadata"].get("managedFields", [])
    }
    assert OPERATOR not in managers


def test_job_has_rights_on_what_it_hands_over_by_name_and_no_others(seen: Upgraded) -> None:
    needed = {"get a child", "patch a child"}

    assert {what for what, is_allowed in seen.allowed.items() if is_allowed} == needed
    for rule in seen.rules:
        assert rule.get("resourceNames") or (rule["resources"], rule["verbs"]) == (
            ["pods"],
            ["list"],
        )
        assert set(rule["verbs"]) <= {"get", "patch", "list"}


def test_what_the_operator_had_goes_and_so_do_the_rights_of_the_job(seen: Upgraded) -> None:
    assert seen.gone == [*FORMER_INSTALLATION, *RIGHTS, JOB]


def test_resource_stays_and_nobody_holds_it(seen: Upgraded) -> None:
    metadata = seen.upgraded["metadata"]

    assert metadata["uid"] == seen.agent["metadata"]["uid"]
    assert "finalizers" not in metadata
    assert metadata["generation"] > seen.agent["metadata"]["generation"]
    assert "configuration_yaml" not in seen.upgraded["spec"]["agent"]


def test_agents_stay_as_they_are(seen: Upgraded) -> None:
    before = json.dumps(template(seen.before, "DaemonSet", NAME))

    assert json.dumps(template(seen.handed_over, "DaemonSet", NAME)) == before
    assert json.dumps(template(seen.led, "DaemonSet", NAME)) == before


def test_children_are_led_by_metacontroller(seen: Upgraded) -> None:
    before, led = uids(seen.before), uids(seen.led)

    assert {place[3] for place in before.keys() - led.keys()} == {f"{NAME}-dependents"}
    assert {place: led[place] for place in before.keys() & led.keys()}.items() <= before.items()
    assert seen.errors == []


def test_then_the_cluster_roles_of_the_operator_go(seen: Upgraded) -> None:
    first, second = seen.results

    assert first.exit_code == 0, first.output
    assert second.output.splitlines()[-1] == "nothing to do"


def test_next_upgrade_has_no_job_and_changes_nothing(seen: Upgraded) -> None:
    before, after = seen.versions

    assert seen.cluster.api.get(JOB) is None
    assert after == before


@pytest.fixture(scope="module", name="former")
def _former(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Cluster]:
    """A server for what is refused."""
    place = tmp_path_factory.mktemp("refused")
    with (
        devcluster.started(place / "state", "") as kubeconfig,
        former_release(Path(kubeconfig), place, own_definition()) as cluster,
    ):
        yield cluster


def refused(cluster: Cluster, controller: Obj) -> str:
    """Return why an upgrade is refused; all is as it was before."""
    with pytest.raises(Refused) as error:
        cluster.upgrade(VALUES | {"controller": controller})
    assert all(map(cluster.api.get, FORMER_INSTALLATION))
    assert cluster.api.get(AGENT)
    return str(error.value)


@pytest.mark.parametrize(
    ("controller", "remedy"),
    [
        ({"handOver": {"job": False}}, "python -m hooks takeover apply"),
        ({"agent": {"create": False}}, "controller.agent.create has to be true"),
        ({"agent": {"name": "another"}}, "set controller.agent.name to instana-agent"),
    ],
)
def test_upgrade_that_would_end_agents_is_refused(
    controller: Obj, remedy: str, former: Cluster
) -> None:
    assert remedy in refused(former, controller)


def test_upgrade_is_refused_while_the_operator_leads_further_resources(former: Cluster) -> None:
    other = obj("InstanaAgent", "other", "instana.io/v1", "elsewhere")
    former.api.apply(obj("Namespace", "elsewhere"))
    former.api.apply(other | {"spec": (former.api.get(AGENT) or {})["spec"]})
    former.api.merge(other, {"metadata": {"finalizers": FINALIZERS}})
    try:
        assert "leads InstanaAgent elsewhere/other too" in refused(former, {})
    finally:
        former.api.merge(other, {"metadata": {"finalizers": None}})
        former.api.delete(other)


def test_release_of_the_first_generation_is_refused(former: Cluster) -> None:
    labels = {"app.kubernetes.io/name": "old", "helm.sh/chart": "instana-agent-1.2.74"}
    pods = {"metadata": {"labels": labels}, "spec": {"containers": [{"name": "a", "image": "a"}]}}
    daemonset = obj("DaemonSet", "old", "apps/v1") | {
        "spec": {"selector": {"matchLabels": labels}, "template": pods}
    }
    daemonset["metadata"] |= {
        "labels": labels,
        "annotations": {"meta.helm.sh/release-name": RELEASE},
    }
    former.api.apply(daemonset)
    try:
        assert "release instana-agent is one of the chart 1.x" in refused(former, {})
    finally:
        former.api.delete(daemonset)


def test_all_values_of_the_former_release_are_not_taken_over(former: Cluster) -> None:
    with pytest.raises(Refused, match="--reset-then-reuse-values"):
        former.helm("upgrade", RELEASE, str(CHART), "--reuse-values")


def test_release_that_was_handed_over_by_hand_is_upgraded_without_a_job(former: Cluster) -> None:
    assert _takeover(former, "apply").exit_code == 3

    former.upgrade(VALUES | {"controller": {"handOver": {"job": False}}})

    assert not any(map(former.api.get, FORMER_INSTALLATION))
    assert former.api.get(AGENT)
    assert former.api.get(JOB) is None
