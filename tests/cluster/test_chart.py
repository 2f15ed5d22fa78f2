"""The chart on a real API server: installed, upgraded, removed."""

import copy
import json
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
import requests
import yaml

from tests.cluster import local_cluster
from tests.cluster.api import Api, LoopbackSession, Obj, wait_for
from tests.cluster.charts import KEY_SECRET, NAMESPACE, RELEASE, VALUES, Cluster
from tests.cluster.loop import BINDINGS, COLLECTION_SECONDS, MANAGED, settled
from tests.cluster.metacontroller import definition
from tests.support.helm import CHART, DEFINITION, Refused, needs_helm, rendered

pytestmark = [
    needs_helm,
    local_cluster.needs_cluster,
    pytest.mark.timeout(400),
]

MAXIMAL = Path("tests/fixtures/helm/maximal/values.yaml")
ADMISSION = "admissionregistration.k8s.io/v1"
RBAC = "rbac.authorization.k8s.io/v1"
OURS = "app.kubernetes.io/part-of=instana"
TLS, TOKEN = "instana-agent-hooks-tls", "instana-agent-hooks-token"
AUTHORITY = "instana-agent-hooks-authority"
GOES_SECONDS = 2 * COLLECTION_SECONDS
CHILDREN = 2
"""Of the workloads: a DaemonSet and a Deployment."""

BOUND = 2
"""The accounts of agent and k8sensor."""

CONTROLLERS = (
    ("CompositeController", "metacontroller.k8s.io/v1alpha1"),
    ("DecoratorController", "metacontroller.k8s.io/v1alpha1"),
)
PLACES = (
    ("ConfigMap", "v1"),
    ("DaemonSet", "apps/v1"),
    ("Deployment", "apps/v1"),
    ("NetworkPolicy", "networking.k8s.io/v1"),
    ("PodDisruptionBudget", "policy/v1"),
    ("RoleBinding", RBAC),
    ("Secret", "v1"),
    ("Service", "v1"),
    ("ServiceAccount", "v1"),
)
EVERYWHERE = (
    ("ClusterRole", RBAC),
    ("ClusterRoleBinding", RBAC),
    ("MutatingWebhookConfiguration", ADMISSION),
    ("ValidatingAdmissionPolicy", ADMISSION),
    ("ValidatingAdmissionPolicyBinding", ADMISSION),
    ("ValidatingWebhookConfiguration", ADMISSION),
    *CONTROLLERS,
)
LABEL = "kubectl label namespace {} pod-security.kubernetes.io/enforce=privileged"
AGENT: Obj = {
    "apiVersion": "instana.io/v1",
    "kind": "InstanaAgent",
    "metadata": {"name": RELEASE, "namespace": NAMESPACE},
}


@pytest.fixture(scope="module", name="server")
def _server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """An API server that knows nothing of ours."""
    with local_cluster.started(tmp_path_factory.mktemp("chart") / "state") as kubeconfig:
        yield Path(kubeconfig)


@pytest.fixture(name="cluster")
def _cluster(server: Path, tmp_path: Path) -> Iterator[Cluster]:
    """A cluster with Metacontroller's kinds and a namespace; emptied afterwards."""
    cluster = Cluster(Api.from_kubeconfig(str(server)), server, tmp_path)
    cluster.make_namespace()
    cluster.know_metacontroller()
    yield cluster
    if RELEASE in cluster.helm("list", "--short", "--all"):
        cluster.helm("uninstall", RELEASE)
    # While its kind is there, the collector knows at once that an owner is gone.
    wait_for(lambda: not objects(cluster), "nothing is left", GOES_SECONDS)
    cluster.api.delete(yaml.safe_load(DEFINITION.read_text()))
    cluster.api.delete(_named("Secret", "v1", KEY_SECRET))
    wait_for(lambda: not cluster.serves("instana.io/v1"), "the definition is gone")


def objects(cluster: Cluster) -> dict[str, str]:
    """Return the resource versions of all that is ours, but for the definition."""
    found = [
        each
        for kind, version in PLACES
        for each in cluster.api.list(kind, version, NAMESPACE, labelSelector=OURS)
    ]
    found += [
        each
        for kind, version in EVERYWHERE
        for each in cluster.api.list(kind, version, labelSelector=OURS)
    ]
    if cluster.serves("instana.io/v1"):
        found += cluster.api.list("InstanaAgent", "instana.io/v1", NAMESPACE)
    return {
        f"{each['kind']}/{each['metadata']['name']}": each["metadata"]["resourceVersion"]
        for each in found
    }


def _are_checked(cluster: Cluster) -> bool:
    """Tell whether the API server, which does so in its own time, has no more to write of them."""
    kind, version = "ValidatingAdmissionPolicy", "admissionregistration.k8s.io/v1"
    policies = cluster.api.list(kind, version, labelSelector=OURS)
    return all(each.get("status", {}).get("observedGeneration") for each in policies)


def test_second_upgrade_changes_nothing(cluster: Cluster) -> None:
    cluster.make_key()
    cluster.install()
    wait_for(lambda: _are_checked(cluster), "the API server has checked the types of policies")
    installed = objects(cluster)

    cluster.upgrade()
    cluster.upgrade()

    assert {"InstanaAgent/instana-agent", "CompositeController/instana-agent"} <= set(installed)
    assert objects(cluster) == installed


def test_uninstalling_leaves_the_definition_alone(cluster: Cluster) -> None:
    cluster.install()

    cluster.helm("uninstall", RELEASE)

    wait_for(lambda: not objects(cluster), "nothing is left", GOES_SECONDS)
    assert cluster.serves("instana.io/v1")


def test_notes_say_what_is_missing(cluster: Cluster) -> None:
    without_key = cluster.install({})
    assert cluster.api.get(AGENT) is None
    without_secret = cluster.upgrade()
    cluster.make_key()
    complete = cluster.upgrade(VALUES | {"controller": {"image": {"repository": "reg.example/a"}}})

    assert "There is no InstanaAgent yet" in without_key
    assert "The Secret instana-keys with the agent key is missing." in without_secret
    assert cluster.api.get(AGENT)
    assert "WHAT IS MISSING" not in complete
    assert "POD SECURITY" not in complete
    assert "helm test instana-agent" in complete


def test_resource_is_not_deleted_for_a_lost_value(cluster: Cluster) -> None:
    cluster.install()

    with pytest.raises(Refused, match="an agent needs an agent key"):
        cluster.upgrade({"cluster": {"name": "production"}})

    assert cluster.api.get(AGENT)
    assert "STATUS: deployed" in cluster.helm("status", RELEASE)


def test_cluster_without_metacontroller_gets_the_controllers_later(cluster: Cluster) -> None:
    for kind in ("compositecontrollers", "decoratorcontrollers", "controllerrevisions"):
        metadata = {"name": f"{kind}.metacontroller.k8s.io"}
        cluster.api.delete(
            {
                "apiVersion": "apiextensions.k8s.io/v1",
                "kind": "CustomResourceDefinition",
                "metadata": metadata,
            }
        )
    wait_for(lambda: not cluster.serves("metacontroller.k8s.io/v1alpha1"), "no Metacontroller")
    try:
        notes = cluster.install()
    finally:
        cluster.know_metacontroller()

    assert "This cluster has no Metacontroller" in notes
    assert not any(each.startswith("CompositeController") for each in objects(cluster))
    assert "no Metacontroller" not in cluster.upgrade()
    assert "CompositeController/instana-agent" in objects(cluster)


def urls(cluster: Cluster) -> set[str]:
    return {
        hook["webhook"]["url"]
        for kind, version in CONTROLLERS
        for each in cluster.api.list(kind, version, labelSelector=OURS)
        for hook in each["spec"]["hooks"].values()
    }


def test_rotation_makes_all_anew_and_trusts_the_last(cluster: Cluster) -> None:
    cluster.install()
    names = (TLS, TOKEN, AUTHORITY)
    before, asked = {name: cluster.data_of(name) for name in names}, urls(cluster)
    _let_a_second_pass(cluster)

    cluster.upgrade(VALUES | {"controller": {"rotation": 1}})

    after = {name: cluster.data_of(name) for name in names}
    token = after[TOKEN]["token"]
    assert after[TLS]["tls.key"] != before[TLS]["tls.key"]
    assert after[TLS]["ca.crt"] == after[AUTHORITY]["ca.crt"] + before[AUTHORITY]["ca.crt"]
    assert token != before[TOKEN]["token"]
    assert after[TOKEN]["tokens"].split() == [token, before[TOKEN]["token"]]
    assert not asked & urls(cluster)
    assert not cluster.upgrade(VALUES | {"controller": {"rotation": 1}}).count("Error")
    assert {name: cluster.data_of(name) for name in names} == after


def _let_a_second_pass(cluster: Cluster) -> None:
    """Set back the time at which the credentials were made."""
    for name in (TLS, TOKEN, AUTHORITY):
        _annotate(cluster, name, {"instana.io/made": "1700000000"})


def _annotate(cluster: Cluster, name: str, annotations: dict[str, str]) -> None:
    secret = {"apiVersion": "v1", "kind": "Secret"}
    secret["metadata"] = {"name": name, "namespace": NAMESPACE}  # type: ignore[assignment]
    cluster.api.merge(secret, {"metadata": {"annotations": annotations}})


def test_certificate_that_ends_soon_is_renewed_by_an_upgrade(cluster: Cluster) -> None:
    cluster.install()
    before, asked = cluster.data_of(TLS), urls(cluster)
    _annotate(cluster, TLS, {"instana.io/ends": "2001-01-01"})

    cluster.upgrade()

    after = cluster.data_of(TLS)
    assert after["tls.crt"] != before["tls.crt"]
    assert after["ca.crt"] == before["ca.crt"]
    assert urls(cluster) == asked


def test_lost_secret_is_made_anew_and_metacontroller_told(cluster: Cluster) -> None:
    cluster.install()
    asked = urls(cluster)
    _let_a_second_pass(cluster)
    metadata = {"name": AUTHORITY, "namespace": NAMESPACE}
    cluster.api.delete({"apiVersion": "v1", "kind": "Secret", "metadata": metadata})

    cluster.upgrade()

    assert cluster.data_of(TLS)["ca.crt"] == cluster.data_of(AUTHORITY)["ca.crt"]
    assert not asked & urls(cluster)


OTHERS = (
    ("monitoring.coreos.com", "ServiceMonitor", "servicemonitors"),
    ("monitoring.coreos.com", "PrometheusRule", "prometheusrules"),
    ("cert-manager.io", "Certificate", "certificates"),
    ("cert-manager.io", "Issuer", "issuers"),
)


@pytest.fixture(name="furnished")
def _furnished(cluster: Cluster) -> Cluster:
    """The cluster with the kinds and namespaces of others that all options need."""
    for group, kind, plural in OTHERS:
        cluster.api.apply(definition(group, "v1", kind, plural, "Namespaced"))
    for name in ("team-a", "controllers"):
        cluster.api.apply({"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": name}})
    wait_for(lambda: all(cluster.serves(f"{group}/v1") for group, _, _ in OTHERS), "their kinds")
    return cluster


@pytest.mark.parametrize("source", ["Generated", "CertManager", "OpenShift"])
def test_everything_can_be_switched_on(source: str, furnished: Cluster) -> None:
    values = yaml.safe_load(MAXIMAL.read_text())
    values["controller"]["tls"] = {"source": source}
    furnished.install()
    few = set(objects(furnished))

    furnished.upgrade(values)
    installed = objects(furnished)
    furnished.upgrade(values)

    assert objects(furnished) == installed
    assert "ValidatingWebhookConfiguration/instana-agent-hooks" in set(installed) - few
    furnished.upgrade()
    assert set(objects(furnished)) == few


def test_further_release_has_its_resource_alone(cluster: Cluster) -> None:
    cluster.install()
    team = {"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": "team-a"}}
    cluster.api.apply(team)
    values = json.dumps(VALUES | {"controller": {"enabled": False}})
    arguments = ("install", "agents", str(CHART), "--values", "-")

    notes = cluster.helm(*arguments, namespace="team-a", stdin=values)

    assert LABEL.format("team-a") in notes
    metadata = {"name": "agents", "namespace": "team-a"}
    assert cluster.api.get(AGENT | {"metadata": metadata})
    cluster.helm("uninstall", "agents", namespace="team-a")
    assert cluster.api.get(AGENT)


def test_notes_warn_of_a_key_in_the_values(cluster: Cluster) -> None:
    notes = cluster.install(VALUES | {"agent": {"key": "a-secret-key"}})

    assert "* agent.key: is a credential that everyone who may read the resource can read" in notes
    assert "a-secret-key" not in notes


@pytest.mark.parametrize(
    ("level", "told"), [("", "POD SECURITY"), ("baseline", "WHAT IS MISSING"), ("privileged", "")]
)
def test_notes_name_the_label_that_agents_need(cluster: Cluster, level: str, told: str) -> None:
    namespace = {"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": NAMESPACE}}
    labels = {"pod-security.kubernetes.io/enforce": level or None}
    cluster.make_key()
    cluster.api.merge(namespace, {"metadata": {"labels": labels}})
    try:
        notes = cluster.install(VALUES | {"controller": {"image": {"repository": "reg.example/a"}}})
    finally:
        cluster.make_namespace()

    assert (LABEL.format(NAMESPACE) in notes) is bool(told)
    assert [each for each in ("POD SECURITY", "WHAT IS MISSING") if each in notes] == (
        [told] if told else []
    )


def test_second_installation_in_the_cluster_is_refused(cluster: Cluster) -> None:
    cluster.install()
    arguments = ("install", "second", str(CHART), "--values", "-", "--create-namespace")

    with pytest.raises(Refused, match=r"set controller\.enabled to false, and add elsewhere to"):
        cluster.helm(*arguments, namespace="elsewhere", stdin=json.dumps(VALUES))
    assert "second" not in cluster.helm("list", "--all-namespaces", "--all", "--short")


@pytest.fixture(name="newer")
def _newer(tmp_path: Path) -> Path:
    """A later version of the chart, whose definition has a further field."""
    chart = tmp_path / "newer"
    shutil.copytree(CHART, chart)
    definition = yaml.safe_load(DEFINITION.read_text())
    _spec_schema(definition)["furtherField"] = {"type": "string"}
    (chart / "crds" / DEFINITION.name).write_text(yaml.safe_dump(definition))
    return chart


def _spec_schema(definition: Obj) -> Obj:
    version = definition["spec"]["versions"][0]
    properties: Obj = version["schema"]["openAPIV3Schema"]["properties"]["spec"]["properties"]
    return properties


def test_notes_have_the_command_for_another_definition(cluster: Cluster, newer: Path) -> None:
    values = VALUES | {"controller": {"crds": {"upgrade": False}}}
    cluster.install(values)

    assert "kubectl replace" not in cluster.upgrade(values)
    assert "helm show crds CHART | kubectl replace -f -" in cluster.upgrade(values, chart=newer)


@pytest.fixture(name="authority")
def _authority(server: Path) -> Path:
    """The authority of the API server's certificate."""
    return server.parent / "pki/ca.crt"


def test_job_brings_another_definition_with_rights_on_that_alone(
    cluster: Cluster, authority: Path
) -> None:
    cluster.install()
    whole = yaml.safe_load(DEFINITION.read_text())
    _make_older(cluster, whole)
    with ThreadPoolExecutor() as executor:
        upgrade = executor.submit(cluster.upgrade)
        wait_for(lambda: bool(_pods_of_job(cluster)), "the Job's Pod")
        (pod,) = _pods_of_job(cluster)
        try:
            token = cluster.place / "token"
            token.write_text(_token_of_job(cluster))
            said = _apply_definition(cluster, authority, token)
            own = _status_of_update(cluster, token, "agents.instana.io")
            other = _status_of_update(cluster, token, "compositecontrollers.metacontroller.k8s.io")
            _assert_admitted_where_restricted(cluster, pod)
        finally:
            cluster.api.merge(pod, {"status": {"phase": "Succeeded"}}, "status")
        notes = upgrade.result(timeout=120)

    found = cluster.api.get(whole)
    assert found
    assert found["spec"]["versions"][0]["schema"] == whole["spec"]["versions"][0]["schema"]
    assert said == "agents.instana.io is now of this version\n"
    assert (own, other) == (requests.codes.ok, requests.codes.forbidden)
    assert "another version" not in notes
    assert not [each for each in objects(cluster) if "instana-agent-definition" in each]


def _assert_admitted_where_restricted(cluster: Cluster, pod: Obj) -> None:
    """Create the Pod in a namespace that keeps to `restricted`, as a trial; fails if refused."""
    name = "agents-restricted"
    labels = {"pod-security.kubernetes.io/enforce": "restricted"}
    metadata = {"name": name, "labels": labels}
    cluster.api.apply({"apiVersion": "v1", "kind": "Namespace", "metadata": metadata})
    account = {"name": "default", "namespace": name}
    account_object = {"apiVersion": "v1", "kind": "ServiceAccount", "metadata": account}
    wait_for(lambda: cluster.api.get(account_object) is not None, "an account there")
    tried = {
        "apiVersion": "v1",
        "kind": "Pod",
        "metadata": {"name": "tried", "namespace": name},
        "spec": pod["spec"] | {"serviceAccountName": "default", "serviceAccount": "default"},
    }
    cluster.api.apply(tried, dryRun="All")


def test_pods_need_no_privileges(cluster: Cluster) -> None:
    objects_of_chart = rendered(VALUES)
    (test,) = [each for each in objects_of_chart if each["kind"] == "Pod"]
    (deployment,) = [each for each in objects_of_chart if each["kind"] == "Deployment"]

    for pod in (test, deployment["spec"]["template"]):
        _assert_admitted_where_restricted(cluster, pod)
        on_host = pod | {"spec": pod["spec"] | {"hostNetwork": True}}
        with pytest.raises(AssertionError, match="violates PodSecurity"):
            _assert_admitted_where_restricted(cluster, on_host)


def _make_older(cluster: Cluster, whole: Obj) -> None:
    """Take a field out of the definition in the cluster, and give it one that is gone since."""
    older = copy.deepcopy(whole)
    del _spec_schema(older)["podStatus"]
    _spec_schema(older)["formerField"] = {"type": "string"}
    found = cluster.api.get(whole)
    assert found
    response = cluster.api.session.put(cluster.api.url(whole), json=found | {"spec": older["spec"]})
    assert response.ok, response.text


def _pods_of_job(cluster: Cluster) -> list[Obj]:
    label = "app.kubernetes.io/name=instana-agent-definition"
    return cluster.api.list("Pod", "v1", NAMESPACE, labelSelector=label)


def _token_of_job(cluster: Cluster) -> str:
    account = {"name": "instana-agent-definition", "namespace": NAMESPACE}
    url = cluster.api.url({"apiVersion": "v1", "kind": "ServiceAccount", "metadata": account})
    asked = {"apiVersion": "authentication.k8s.io/v1", "kind": "TokenRequest", "spec": {}}
    response = cluster.api.session.post(f"{url}/token", json=asked)
    assert response.ok, response.text
    token: str = response.json()["status"]["token"]
    return token


def _apply_definition(cluster: Cluster, authority: Path, token: Path) -> str:
    options = ["--url", cluster.api.server, "--ca-file", str(authority), "--token-file", str(token)]
    command = [sys.executable, "-m", "hooks", "apply-definition", *options]
    done = subprocess.run(command, check=False, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    return done.stdout


def _status_of_update(cluster: Cluster, token: Path, name: str) -> int:
    """Return how an update of a definition is answered that changes nothing."""
    path = f"{cluster.api.server}/apis/apiextensions.k8s.io/v1/customresourcedefinitions/{name}"
    present = cluster.api.session.get(path).json()
    headers = {"Authorization": f"Bearer {token.read_text()}"}
    put = LoopbackSession().put(path, json=present, headers=headers, verify=False, timeout=10)
    return put.status_code


@pytest.mark.loop
def test_one_command_leads_from_nothing_to_the_children(cluster: Cluster) -> None:
    cluster.make_key()

    cluster.install()

    with cluster.loop():
        wait_for(lambda: len(_children(cluster)) >= CHILDREN, "the children")
        wait_for(lambda: len(_bindings(cluster)) == BOUND, "the bindings")
        before = settled(cluster.api, AGENT)
        cluster.upgrade()
        after = settled(cluster.api, AGENT)
        log = (cluster.place / "metacontroller.log").read_text()
        cluster.helm("uninstall", RELEASE)
        wait_for(lambda: not objects(cluster), "nothing is left", GOES_SECONDS)

    assert after == before
    assert "forbidden" not in log


def _bindings(cluster: Cluster) -> list[Obj]:
    return cluster.api.list("ClusterRoleBinding", RBAC, labelSelector=BINDINGS)


def _children(cluster: Cluster) -> list[str]:
    return [
        each["metadata"]["name"]
        for kind in ("DaemonSet", "Deployment")
        for each in cluster.api.list(kind, "apps/v1", NAMESPACE, labelSelector=MANAGED)
    ]


@pytest.mark.loop
def test_rotation_reaches_metacontroller(cluster: Cluster) -> None:
    cluster.make_key()
    cluster.install()
    with cluster.loop():
        wait_for(lambda: len(_children(cluster)) >= CHILDREN, "the children")
        _let_a_second_pass(cluster)
        cluster.upgrade(VALUES | {"controller": {"rotation": 1}})
        cluster.credentials()
        cluster.upgrade(VALUES | {"controller": {"rotation": 1}, "cluster": {"name": "renamed"}})
        wait_for(lambda: "renamed" in json.dumps(_workloads(cluster)), "a call with new ones")


def _workloads(cluster: Cluster) -> list[Obj]:
    return [
        each
        for kind, version in PLACES
        for each in cluster.api.list(kind, version, NAMESPACE, labelSelector=MANAGED)
    ]


def service_first(cluster: Cluster) -> None:
    """Delete what answers before the rest."""
    cluster.api.delete(_named("Deployment", "apps/v1", "instana-agent-hooks"))
    cluster.api.delete(_named("Secret", "v1", TLS))


def roles_first(cluster: Cluster) -> None:
    for kind in ("ClusterRoleBinding", "ClusterRole"):
        for each in cluster.api.list(kind, RBAC, labelSelector=OURS):
            cluster.api.delete(each)


def controllers_first(cluster: Cluster) -> None:
    for kind, version in CONTROLLERS:
        for each in cluster.api.list(kind, version, labelSelector=OURS):
            cluster.api.delete(each)


def _named(kind: str, version: str, name: str) -> Obj:
    return {
        "apiVersion": version,
        "kind": kind,
        "metadata": {"name": name, "namespace": NAMESPACE},
    }


@pytest.mark.loop
@pytest.mark.parametrize(
    "first", [service_first, roles_first, controllers_first], ids=lambda each: each.__name__
)
def test_nothing_hangs_whatever_goes_first(
    first: Callable[[Cluster], None], cluster: Cluster
) -> None:
    cluster.make_key()
    cluster.install()
    with cluster.loop():
        wait_for(lambda: len(_children(cluster)) >= CHILDREN, "the children")
        first(cluster)
        cluster.helm("uninstall", RELEASE)
        wait_for(lambda: not objects(cluster), "nothing is left", GOES_SECONDS)


def test_nothing_hangs_where_metacontroller_never_was(cluster: Cluster) -> None:
    cluster.make_key()
    cluster.install()

    cluster.helm("uninstall", RELEASE)

    wait_for(lambda: not objects(cluster), "nothing is left", GOES_SECONDS)


@pytest.mark.loop
def test_nothing_hangs_where_metacontroller_is_gone(cluster: Cluster) -> None:
    cluster.make_key()
    cluster.install()
    with cluster.loop():
        wait_for(lambda: len(_children(cluster)) >= CHILDREN, "the children")

    cluster.helm("uninstall", RELEASE)

    wait_for(lambda: not objects(cluster), "nothing is left", GOES_SECONDS)
