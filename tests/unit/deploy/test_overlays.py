"""The overlays and components build, and say what they are there for."""

from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import pytest

from hooks.server.settings import from_environ
from tests.support.kustomize import COMPONENTS, OVERLAYS, Obj, build, find, installation
from tests.support.tools import needs

HOOKS = "instana-agent-hooks"
PLACE = "instana-agent"
ALWAYS = {
    ("ClusterRole", "instana-io-agent"),
    ("ClusterRole", "instana-io-k8sensor"),
    ("ClusterRole", "instana-metacontroller"),
    ("ClusterRole", "instana-metacontroller-children"),
    ("ClusterRoleBinding", "instana-metacontroller"),
    ("CompositeController", "instana-agent"),
    ("CustomResourceDefinition", "agents.instana.io"),
    ("DecoratorController", "instana-cluster-rbac"),
    ("Deployment", HOOKS),
    ("Namespace", PLACE),
    ("NetworkPolicy", HOOKS),
    ("RoleBinding", "instana-metacontroller-children"),
    ("Service", HOOKS),
    ("ServiceAccount", HOOKS),
}

pytestmark = [
    needs("kubectl"),
    needs("openssl"),
]


@pytest.fixture(scope="module", name="built")
def _built(place: Path) -> dict[str, list[Obj]]:
    return {overlay: build(place / "deploy/overlays" / overlay) for overlay in OVERLAYS}


def test_there_is_a_test_for_each_overlay_and_component(place: Path) -> None:
    overlays = {path.parent.name for path in place.glob("deploy/overlays/*/kustomization.yaml")}
    components = {
        str(path.parent.relative_to(place)) for path in place.glob("*/components/*/*ation.yaml")
    }

    assert overlays == set(OVERLAYS)
    assert components == set(COMPONENTS)


@pytest.mark.parametrize("overlay", OVERLAYS)
def test_overlay_installs_everything(overlay: str, built: dict[str, list[Obj]]) -> None:
    found = {(each["kind"], each["metadata"]["name"]) for each in built[overlay]}

    assert found >= ALWAYS


@pytest.mark.parametrize("overlay", OVERLAYS)
def test_controller_and_service_name_one_release(overlay: str, built: dict[str, list[Obj]]) -> None:
    controller = find(built[overlay], "CompositeController", "instana-agent")
    address = urlsplit(controller["spec"]["hooks"]["sync"]["webhook"]["url"])

    assert parse_qs(address.query) == {"release": [_env(built[overlay])["RELEASE"]]}


@pytest.mark.parametrize("overlay", OVERLAYS)
def test_overlay_brings_what_its_pods_mount_and_its_controllers_name(
    overlay: str, built: dict[str, list[Obj]]
) -> None:
    objects = built[overlay]
    made_later = {
        ("Secret", each["spec"]["secretName"]) for each in objects if each["kind"] == "Certificate"
    }
    annotations = find(objects, "Service", HOOKS)["metadata"].get("annotations", {})
    made_later |= {("Secret", name) for name in annotations.values()}
    present = {
        (each["kind"], each["metadata"]["name"])
        for each in objects
        if each["metadata"].get("namespace") == PLACE
    }

    assert {*_mounted(objects), *_named(objects)} <= present | made_later


def _mounted(objects: list[Obj]) -> set[tuple[str, str]]:
    volumes = find(objects, "Deployment", HOOKS)["spec"]["template"]["spec"]["volumes"]
    return {("Secret", each["secret"]["secretName"]) for each in volumes if "secret" in each}


def _named(objects: list[Obj]) -> set[tuple[str, str]]:
    kinds = {"secretRef": "Secret", "configMapRef": "ConfigMap"}
    return {
        (kinds[kind], reference["name"])
        for each in objects
        for endpoint in each.get("spec", {}).get("endpointConfigs", [])
        for source in (endpoint["caBundle"], endpoint["authorization"])
        for kind, reference in source.items()
        if kind in kinds
    }


def test_openshift_says_so_and_names_the_constraints(built: dict[str, list[Obj]]) -> None:
    objects = built["openshift"]
    constraints = {
        name: [
            used
            for rule in find(objects, "ClusterRole", name)["rules"]
            if rule.get("resources") == ["securitycontextconstraints"]
            for used in rule["resourceNames"]
        ]
        for name in ("instana-io-agent", "instana-io-k8sensor")
    }

    assert constraints == {"instana-io-agent": ["privileged"], "instana-io-k8sensor": ["anyuid"]}
    assert _env(objects)["OPENSHIFT"] == "true"


@pytest.mark.parametrize("overlay", sorted({*OVERLAYS} - {"openshift"}))
def test_other_clusters_get_no_rights_of_openshift(
    overlay: str, built: dict[str, list[Obj]]
) -> None:
    groups = {
        group
        for each in built[overlay]
        for rule in each.get("rules") or []
        for group in rule.get("apiGroups", [])
    }

    assert not {group for group in groups if group.endswith("openshift.io")}


def test_openshift_chooses_the_user(built: dict[str, list[Obj]]) -> None:
    pod = find(built["openshift"], "Deployment", HOOKS)["spec"]["template"]["spec"]

    assert not {"runAsUser", "runAsGroup", "fsGroup"} & set(pod["securityContext"])
    assert pod["securityContext"]["runAsNonRoot"] is True


def test_dev_has_neither_certificate_nor_token(built: dict[str, list[Obj]]) -> None:
    objects = built["dev"]
    urls = [
        hook["webhook"]["url"]
        for each in objects
        if each["apiVersion"].startswith("metacontroller.k8s.io/")
        for hook in each["spec"]["hooks"].values()
    ]

    assert {url.split("/")[2] for url in urls} == {f"{HOOKS}.{PLACE}.svc:8080"}
    assert {url.split(":")[0] for url in urls} == {"http"}
    assert not _named(objects)
    assert not _mounted(objects)
    assert (_env(objects)["PORT"], _env(objects)["INSECURE"]) == ("8080", "1")
    assert not {name for name in _env(objects) if name.endswith("_FILE")}
    assert find(objects, "Deployment", HOOKS)["spec"]["replicas"] == 1
    assert not [each for each in objects if each["kind"] in ("PodDisruptionBudget", "Secret")]


@pytest.mark.parametrize("overlay", sorted({*OVERLAYS} - {"dev"}))
def test_only_dev_is_insecure(overlay: str, built: dict[str, list[Obj]]) -> None:
    assert "INSECURE" not in _env(built[overlay])
    assert _named(built[overlay])


def _env(objects: list[Obj]) -> dict[str, str]:
    pod = find(objects, "Deployment", HOOKS)["spec"]["template"]["spec"]
    return {each["name"]: each.get("value", "") for each in pod["containers"][0]["env"]}


def test_component_etag_switches_both_sides_on(place: Path) -> None:
    objects = build(installation(place, "self-signed", "metacontroller/components/etag"))
    settings = [
        hook["webhook"]["etag"]
        for each in objects
        if each["apiVersion"].startswith("metacontroller.k8s.io/")
        for hook in each["spec"]["hooks"].values()
    ]

    # With one cache field alone Metacontroller ends with a nil dereference.
    assert settings == 4 * [
        {"enabled": True, "cacheTimeoutSeconds": 3600, "cacheCleanupSeconds": 600}
    ]
    assert _env(objects)["ETAG"] == "true"


def test_component_certificates_brings_the_rule_and_the_rights(place: Path) -> None:
    objects = build(installation(place, "self-signed", "metacontroller/components/certificates"))
    rules = find(objects, "CompositeController", "instana-agent")["spec"]["childResources"]
    verbs = {
        verb
        for name in ("instana-metacontroller", "instana-metacontroller-children")
        for rule in find(objects, "ClusterRole", name)["rules"]
        if rule.get("resources") == ["certificates"]
        for verb in rule["verbs"]
    }

    assert rules[-1] == {
        "apiVersion": "cert-manager.io/v1",
        "resource": "certificates",
        "updateStrategy": {"method": "InPlace"},
    }
    assert verbs == {"create", "delete", "get", "list", "patch", "update", "watch"}


def test_component_node_zones_lets_metacontroller_read_nodes_and_tells_the_service(
    place: Path,
) -> None:
    objects = build(installation(place, "self-signed", "metacontroller/components/node-zones"))
    role = find(objects, "ClusterRole", "instana-metacontroller")
    added = [rule for rule in role["rules"] if "nodes" in rule.get("resources", [])]

    assert added == [{"apiGroups": [""], "resources": ["nodes"], "verbs": ["get", "list", "watch"]}]
    given = {"NODE_ZONES": _env(objects)["NODE_ZONES"]}
    assert from_environ({"INSECURE": "1", **given}).facts.node_zones


def test_component_pod_status_lets_metacontroller_read_pods_and_tells_the_service(
    place: Path,
) -> None:
    objects = build(installation(place, "self-signed", "metacontroller/components/pod-status"))
    role = find(objects, "ClusterRole", "instana-metacontroller")
    added = [rule for rule in role["rules"] if "pods" in rule.get("resources", [])]

    assert added == [{"apiGroups": [""], "resources": ["pods"], "verbs": ["get", "list", "watch"]}]
    given = {"POD_STATUS": _env(objects)["POD_STATUS"]}
    assert from_environ({"INSECURE": "1", **given}).facts.pod_status


def test_component_recordings_gives_the_service_a_volume_of_its_own(place: Path) -> None:
    objects = build(installation(place, "self-signed", "deploy/components/recordings"))
    pod = find(objects, "Deployment", HOOKS)["spec"]["template"]["spec"]
    folder = _env(objects)["RECORD_DIRECTORY"]
    (container,) = pod["containers"]

    assert from_environ({"INSECURE": "1", "RECORD_DIRECTORY": folder}).record_directory == folder
    assert {"name": "recordings", "mountPath": folder} in container["volumeMounts"]
    assert {"name": "recordings", "emptyDir": {"sizeLimit": "128Mi"}} in pod["volumes"]
    assert container["securityContext"]["readOnlyRootFilesystem"]


def test_component_nodes_proxy_is_for_agent_and_sensor_alone(place: Path) -> None:
    objects = build(installation(place, "self-signed", "deploy/components/nodes-proxy"))
    having = {
        each["metadata"]["name"]
        for each in objects
        for rule in each.get("rules") or []
        if "nodes/proxy" in rule.get("resources", []) and rule["verbs"] == ["get"]
    }

    assert having == {"instana-io-agent", "instana-io-k8sensor"}


def test_controllers_can_be_installed_without_the_service(place: Path) -> None:
    assert {each["kind"] for each in build(place / "metacontroller")} == {
        "CompositeController",
        "DecoratorController",
    }
