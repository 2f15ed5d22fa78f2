"""The manifests say the same as the code."""

from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from hooks.contract import CHILD_KINDS, CHILD_SELECTOR, MATCHED_BY_PARENT
from hooks.desired.cluster_rbac import AGENT_ROLE, BIND_LABEL, BOUND, K8SENSOR_ROLE
from hooks.models.instana_agent import API_VERSION, KIND, PLURAL
from hooks.server.routes import create_app
from hooks.server.settings import Settings
from tests.recorded import recorded_requests
from tests.support.files import loaded

PLURALS = {
    "configmaps": "ConfigMap",
    "daemonsets": "DaemonSet",
    "deployments": "Deployment",
    "networkpolicies": "NetworkPolicy",
    "persistentvolumeclaims": "PersistentVolumeClaim",
    "poddisruptionbudgets": "PodDisruptionBudget",
    "secrets": "Secret",
    "serviceaccounts": "ServiceAccount",
    "services": "Service",
}


def documents(path: str) -> list[dict[str, Any]]:
    return loaded(Path(path).read_text())


def composite() -> dict[str, Any]:
    return documents("metacontroller/instana-agent.yaml")[0]


def decorator() -> dict[str, Any]:
    return documents("metacontroller/instana-cluster-rbac.yaml")[0]


def child_kinds() -> set[str]:
    rules = composite()["spec"]["childResources"]
    return {f"{PLURALS[rule['resource']]}.{rule['apiVersion']}" for rule in rules}


def test_definition_is_that_of_the_resource() -> None:
    spec = documents("crd/agents.instana.io.yaml")[0]["spec"]
    version = spec["versions"][0]["name"]

    assert f"{spec['group']}/{version}" == API_VERSION
    assert (spec["names"]["kind"], spec["names"]["plural"]) == (KIND, PLURAL)


def test_children_are_matched_by_the_default_selector() -> None:
    version = documents("crd/agents.instana.io.yaml")[0]["spec"]["versions"][0]
    spec = version["schema"]["openAPIV3Schema"]["properties"]["spec"]
    keys = {*CHILD_SELECTOR["matchLabels"], CHILD_SELECTOR["matchExpressions"][0]["key"]}

    assert spec["properties"]["selector"]["default"] == CHILD_SELECTOR
    assert {*keys, "app.kubernetes.io/instance"} == {*MATCHED_BY_PARENT}


def test_every_kind_of_child_has_its_rule() -> None:
    assert child_kinds() == set(CHILD_KINDS)


def test_no_other_kind_is_ever_answered() -> None:
    answered = {
        f"{child['kind']}.{child['apiVersion']}"
        for recorded in recorded_requests()
        if recorded.hook == "sync"
        for child in recorded.answer()["children"]
    }

    assert answered == child_kinds()


def test_children_are_updated_in_place() -> None:
    rules = composite()["spec"]["childResources"] + decorator()["spec"]["attachments"]

    assert {rule["updateStrategy"]["method"] for rule in rules} == {"InPlace"}


def test_every_hook_has_a_route_and_speaks_version_two() -> None:
    routes = {str(rule) for rule in create_app(Settings()).url_map.iter_rules()}
    hooks = [
        hook
        for controller in (composite(), decorator())
        for hook in controller["spec"]["hooks"].values()
    ]

    assert {hook["version"] for hook in hooks} == {"v2"}
    assert {urlsplit(hook["webhook"]["url"]).path for hook in hooks} <= routes


def test_cluster_roles_are_those_that_are_bound() -> None:
    roles = {
        role["metadata"]["name"]: role["metadata"]["labels"][BIND_LABEL]
        for role in documents("deploy/base/cluster-roles.yaml")
    }
    selector = decorator()["spec"]["resources"][0]["labelSelector"]["matchExpressions"][0]

    assert roles == {AGENT_ROLE: "agent", K8SENSOR_ROLE: "k8sensor"}
    assert (selector["key"], set(selector["values"])) == (BIND_LABEL, set(BOUND))
