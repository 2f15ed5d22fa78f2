"""What concerns the answer as a whole: which children, which status, which rights."""

from copy import deepcopy

import pytest

from hooks import cluster_rbac
from hooks.customize import customize
from hooks.errors import InternalError
from hooks.facts import Facts
from hooks.kube.node_affinity import required_terms
from hooks.kube.objects import Obj
from hooks.rules import read_agent
from hooks.sync import sync
from hooks.wire import encode
from tests.support.hook import (
    FACTS,
    LATER,
    answer,
    child,
    children,
    conditions,
    env,
    request,
    stored,
    texts,
)
from tests.support.resources import agent, namespace, secret
from tests.unit.deploy.manifests import base

AGENT = "DaemonSet/instana-agent"
K8SENSOR = "Deployment/instana-agent-k8sensor"
NAMESPACES = "ConfigMap/instana-agent-namespaces"
SENTINEL = "s3ntinel"
EVERYWHERE = Facts(agent_namespaces=("*",))
BACKENDS = {"additionalBackends": [{"endpointHost": "b", "endpointPort": "1", "key": "k"}]}


def bindings(*agents: Obj, facts: Facts = EVERYWHERE, bound: str = "agent") -> dict[str, str]:
    """Return the name of each binding with its account."""
    role = {"kind": "ClusterRole", "metadata": {"name": "r", "labels": {"instana.io/bind": bound}}}
    generation = agent()["metadata"].get("generation")
    valid = {"type": "Valid", "status": "True", "observedGeneration": generation}
    status = {"status": {"conditions": [valid]}}
    related = {
        cluster_rbac.AGENTS: {str(place): each | status for place, each in enumerate(agents)}
    }
    attached = cluster_rbac.sync({"object": role, "related": related}, facts)["attachments"]
    return {each["metadata"]["name"]: each["subjects"][0]["name"] for each in attached}


def test_b04_a_k8sensor_that_is_switched_off_is_no_failure() -> None:
    parent = agent({"k8s_sensor": {"deployment": {"enabled": False}}})
    before = conditions(answer(parent))["AllK8sSensorsAvailable"] | {"status": "False"}
    result = answer(agent(parent["spec"], status={"conditions": [before]}))

    assert conditions(result)["AllK8sSensorsAvailable"]["reason"] == "K8sensorDisabled"
    assert conditions(result)["AllK8sSensorsAvailable"]["status"] == "True"
    assert result["status"]["status"] == "Running"


def test_b07_every_child_lies_in_the_namespace_of_the_resource() -> None:
    result = answer(agent(namespace="elsewhere"))

    assert {each["metadata"]["namespace"] for each in result["children"]} == {"elsewhere"}
    assert not [name for name in children(result) if name.startswith(("Role/", "RoleBinding/"))]


def test_b10_a_mistake_of_the_service_is_no_success(monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: object) -> None:
        raise ZeroDivisionError

    monkeypatch.setattr("hooks.sync.desired_children", fail)

    with pytest.raises(InternalError):
        answer(agent())


def test_b23_a_resource_that_leads_to_nothing_is_not_ready() -> None:
    result = answer(agent({"cluster": None}))

    assert result["children"] == []
    assert {
        name: conditions(result)[name]["status"]
        for name in ("Ready", "Valid", "ReconcileSucceeded", "AllAgentsAvailable")
    } == dict.fromkeys(("Ready", "Valid", "ReconcileSucceeded", "AllAgentsAvailable"), "False")


def test_b25_namespaces_that_are_not_known_change_nothing() -> None:
    before = answer(agent(), namespace("shop", "true"))
    after = answer(agent(), observed=stored(before), unknown=["Namespace.v1"])

    assert child(after, NAMESPACES) == child(before, NAMESPACES)


def test_b26_a_new_labelled_namespace_is_listed_and_others_are_not_asked_for() -> None:
    result = answer(agent(), namespace("shop", "true"), observed=stored(answer(agent())))
    rules = customize({"parent": agent()}, FACTS)["relatedResources"]

    assert "shop:" in child(result, NAMESPACES)["data"]["namespaces.yaml"]
    assert [
        each.get("labelSelector", each.get("names"))
        for each in rules
        if each["resource"] == "namespaces"
    ] == [
        {"matchExpressions": [{"key": "instana-workload-monitoring", "operator": "Exists"}]},
        ["instana-agent"],
    ]


def test_b27_what_the_resource_names_is_watched() -> None:
    spec = {
        "agent": {"key": None, "keysSecret": "keys", "tls": {"secretName": "tls"}},
        "k8s_sensor": {
            "etcd": {"ca": {"secretName": "etcd"}, "targets": ["https://etcd:2379/metrics"]},
            "restClient": {"ca": {"secretName": "control-plane"}},
        },
    }
    rules = customize({"parent": agent(spec)}, FACTS)["relatedResources"]

    assert [each["names"] for each in rules if each["resource"] == "secrets"] == [
        ["control-plane", "etcd", "keys", "tls"]
    ]


def test_b28_a_deleted_binding_comes_back() -> None:
    """Bindings are attachments: their deletion is a call of the hook with no attachments."""
    assert bindings(agent()) == {"r:instana-agent:instana-agent": "instana-agent"}


def test_b30_equal_names_in_two_namespaces_do_not_meet() -> None:
    assert sorted(bindings(agent(namespace="a"), agent(namespace="b"))) == [
        "r:a:instana-agent",
        "r:b:instana-agent",
    ]


def test_b31_the_default_account_of_a_namespace_gets_no_rights() -> None:
    parent = agent({"serviceAccount": {"create": False}})

    assert bindings(parent) == {}
    assert conditions(answer(parent))["Authorized"]["reason"] == "DefaultServiceAccount"


def test_b32_rbac_that_is_not_wanted_is_not_made() -> None:
    parent = agent({"rbac": {"create": False}})

    assert bindings(parent) == {}
    assert conditions(answer(parent))["Authorized"]["reason"] == "BindingsNotWanted"


def test_b33_a_service_is_made_while_opentelemetry_is_on() -> None:
    """Kept, as running installations rely on it; the field's description says so."""
    on = answer(agent({"service": {"create": False}}))
    off = answer(agent({"service": {"create": False}, "opentelemetry": {"enabled": False}}))

    assert "Service/instana-agent" in children(on)
    assert "Service/instana-agent" not in children(off)


def test_b38_no_child_says_who_owns_it() -> None:
    """Metacontroller adds the owner reference and keeps those of others."""
    assert not [
        each for each in answer(agent())["children"] if "ownerReferences" in each["metadata"]
    ]


def test_b39_the_k8sensors_of_every_backend_count() -> None:
    parent = agent({"agent": BACKENDS})
    observed = stored(answer(parent))
    first = next(each for each in observed if each["metadata"]["name"] == f"{K8SENSOR[11:]}")
    first["status"]["availableReplicas"] = 1
    condition = conditions(answer(parent, observed=observed))["AllK8sSensorsAvailable"]

    assert condition["status"] == "False"
    assert condition["message"] == (
        f"{K8SENSOR} has 1 of 3 pods available; set spec.podStatus: Enabled to see why"
    )


def test_b40_there_is_no_bookkeeping() -> None:
    assert "ConfigMap/instana-agent-dependents" not in children(answer(agent()))


def test_b41_the_version_is_that_of_the_installation() -> None:
    result = answer(agent())
    versions = {
        each["metadata"]["labels"]["app.kubernetes.io/version"] for each in result["children"]
    }

    assert versions == {FACTS.operator_version}
    assert result["status"]["operatorVersion"] == FACTS.operator_version


def test_b46_children_that_are_not_there_yet_are_no_failure() -> None:
    result = answer(agent())

    assert conditions(result)["ReconcileSucceeded"]["status"] == "True"
    assert conditions(result)["AllAgentsAvailable"]["message"] == f"{AGENT} does not exist yet"


def test_s02_secrets_are_asked_for_by_name_in_the_namespace_of_the_resource() -> None:
    rules = customize({"parent": agent({"agent": {"keysSecret": "keys"}})}, FACTS)
    places = {
        (each.get("namespace"), "names" in each)
        for each in rules["relatedResources"]
        if each["resource"] in ("secrets", "configmaps")
    }

    assert places == {("instana-agent", True)}


def test_s11_the_status_says_what_is_wrong_in_bounds_and_without_values() -> None:
    env_of_user = {f"{'A' * 2000}{number}": 1 for number in range(20)}
    result = answer(agent({"agent": {"key": f"{SENTINEL}\n", "env": env_of_user}}))

    assert SENTINEL not in encode(result).decode()
    assert max(len(each["message"]) for each in conditions(result).values()) <= 1024
    assert len(result["status"]["reason"]) <= 1024


def test_s11_an_error_says_no_value_and_shows_no_stack(monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: object) -> None:
        raise KeyError(SENTINEL)

    monkeypatch.setattr("hooks.sync.build_context", fail)

    with pytest.raises(InternalError) as caught:
        answer(agent())

    assert str(caught.value) == "instana-agent/instana-agent: a KeyError"


def test_s12_only_children_can_change_by_an_invalid_resource() -> None:
    """What other objects of these names hold does not get into the answer."""
    foreign = secret("instana-agent", key=SENTINEL)
    result = answer(agent(), foreign)

    assert "Secret/instana-agent" not in children(result)
    assert texts(result, "Secret/instana-agent-credentials") == {
        "INSTANA_AGENT_KEY": "agent-key",
        "key": "agent-key",
    }


def test_s12_a_keys_secret_of_the_name_of_ours_is_not_written_over() -> None:
    parent = agent({"agent": {"key": None, "keysSecret": "instana-agent"}})
    result = answer(parent, secret("instana-agent", key=SENTINEL))

    assert "Secret/instana-agent" not in children(result)


@pytest.mark.parametrize(
    ("spec", "path"),
    [
        ({"agent": {"key": None}}, "spec.agent"),
        ({"agent": {"endpointHost": None, "minReadySeconds": -1}}, "spec.agent.minReadySeconds"),
        ({"agent": {"tls": {"certificate": "eA=="}}}, "spec.agent.tls.key"),
        ({"k8s_sensor": {"pollrate": "often"}}, "spec.k8s_sensor.pollrate"),
        ({"cluster": None}, "spec.cluster.name"),
    ],
)
def test_r03_what_cannot_work_is_said(spec: Obj, path: str) -> None:
    condition = conditions(answer(agent(spec)))["Valid"]

    assert condition["status"] == "False"
    assert condition["message"].startswith(f"{path}: ")


def test_b45_operating_system_and_architecture_are_both_required() -> None:
    (term,) = required_terms(base("Deployment")["spec"]["template"]["spec"]["affinity"])

    assert {each["key"]: each["values"] for each in term["matchExpressions"]} == {
        "kubernetes.io/os": ["linux"],
        "kubernetes.io/arch": ["amd64", "arm64", "ppc64le", "s390x"],
    }


def test_r12_one_missing_object_does_not_hold_up_the_rest() -> None:
    before = answer(agent())
    changed = agent({"agent": {"tls": {"secretName": "missing"}, "proxyHost": "proxy"}})
    after = answer(changed, observed=stored(before))

    assert conditions(after)["ReferencesResolved"]["status"] == "False"
    assert env(after, AGENT)["INSTANA_AGENT_PROXY_HOST"] == "proxy"


def test_r13_the_request_is_not_changed() -> None:
    parent = agent({"agent": {"pod": {"labels": {"a": "b"}, "requests": {"cpu": "1"}}}})
    asked = request(parent, observed=stored(answer(parent)))
    before = deepcopy(asked)
    sync(asked, FACTS, LATER)

    assert asked == before


def test_r14_fields_without_effect_lead_to_the_same_children() -> None:
    without_effect = {
        "podSecurityPolicy": {"enabled": True, "name": "p"},
        "kubernetes": {"deployment": {"enabled": True}},
        "pinnedChartVersion": "1.2.3",
        "serviceMesh": {"enabled": True},
        "k8s_sensor": {"featureFlags": {"crdMonitoring": True}},
    }

    assert answer(agent(without_effect))["children"] == answer(agent())["children"]
    assert read_agent(agent(without_effect)).spec.pinned_chart_version == "1.2.3"


def test_r17_a_settled_resource_gets_the_same_answer_at_any_time() -> None:
    observed = stored(answer(agent()))
    before = answer(agent(), observed=observed)
    after = answer(agent(status=before["status"]), observed=observed, now=LATER)

    assert encode(after) == encode(before)
