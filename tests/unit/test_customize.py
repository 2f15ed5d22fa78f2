from dataclasses import replace

import pytest

from hooks.customize import customize
from hooks.errors import UnreadableRequest
from hooks.facts import Facts
from hooks.kube.objects import Obj
from tests.support.hook import FACTS, related_rules
from tests.support.resources import agent

NAMESPACES = {
    "apiVersion": "v1",
    "resource": "namespaces",
    "labelSelector": {
        "matchExpressions": [{"key": "instana-workload-monitoring", "operator": "Exists"}]
    },
}
OWN_NAMESPACE = {"apiVersion": "v1", "resource": "namespaces", "names": ["instana-agent"]}
ETCD = ["secrets", "services", "endpointslices"]


def rules(spec: Obj | None = None, facts: Facts = FACTS, **metadata: str) -> list[Obj]:
    """Return the rules for a controller that has no children."""
    found: list[Obj] = customize({"parent": agent(spec, **metadata)}, facts)["relatedResources"]
    return found


def at_places(
    spec: Obj | None = None, facts: Facts = FACTS, **metadata: str
) -> dict[str, list[str]]:
    """Return the names that are asked for in the resource's namespace, by resource."""
    parent = agent(spec, **metadata)
    place = parent["metadata"]["namespace"]
    found = related_rules(parent, facts)
    return {rule["resource"]: rule["names"] for rule in found if rule.get("namespace") == place}


def resources(spec: Obj, facts: Facts = FACTS) -> list[str]:
    return [rule["resource"] for rule in rules(spec, facts)]


def test_labelled_namespaces_are_asked_for_where_agents_may_know_them() -> None:
    without_sensor: Obj = {"k8s_sensor": {"deployment": {"enabled": False}}}

    assert rules(without_sensor) == [NAMESPACES, OWN_NAMESPACE]
    facts = replace(FACTS, namespace_details=("elsewhere",))
    assert rules(without_sensor, facts) == [OWN_NAMESPACE]


def test_what_may_stand_at_the_places_of_children_is_asked_for() -> None:
    spec = {
        "openshift": True,
        "agent": {"additionalBackends": [{"endpointHost": "b", "endpointPort": "1", "key": "k"}]},
        "zones": [{"name": "east"}],
        "serviceAccount": {"name": "mine"},
    }

    assert at_places(spec) == {
        "configmaps": [
            "instana-agent-etcd-ca-bundle",
            "instana-agent-k8sensor",
            "instana-agent-namespaces",
        ],
        "daemonsets": ["instana-agent", "instana-agent-east"],
        "deployments": ["instana-agent-k8sensor", "instana-agent-k8sensor-1"],
        "networkpolicies": ["instana-agent", "instana-agent-k8sensor"],
        "persistentvolumeclaims": ["instana-agent-package-cache"],
        "poddisruptionbudgets": ["instana-agent-k8sensor", "instana-agent-k8sensor-1"],
        "secrets": [
            "instana-agent",
            "instana-agent-config",
            "instana-agent-containers-instana-io",
            "instana-agent-credentials",
            "instana-agent-etcd-client",
            "instana-agent-tls",
        ],
        "serviceaccounts": ["instana-agent-k8sensor", "mine"],
        "services": ["instana-agent", "instana-agent-headless"],
    }


def test_names_of_an_object_and_of_a_child_are_asked_for_together() -> None:
    assert "keys" in at_places({"agent": {"keysSecret": "keys"}})["secrets"]


def test_an_account_of_the_user_is_not_at_the_place_of_a_child() -> None:
    spec = {"serviceAccount": {"create": False, "name": "mine"}}

    assert at_places(spec)["serviceaccounts"] == ["instana-agent-k8sensor"]


def test_certificates_and_what_is_issued_are_asked_for_where_the_controller_has_them() -> None:
    issued = agent({"agent": {"tls": {"certManager": {"issuerRef": {"name": "ca"}}}}})
    rule = {"apiVersion": "cert-manager.io/v1", "resource": "certificates"}
    controller = {"spec": {"childResources": [rule]}}
    asked = customize({"controller": controller, "parent": issued}, FACTS)["relatedResources"]

    assert rule | {"namespace": "instana-agent", "names": ["instana-agent-certificate"]} in asked
    assert "certificates" not in at_places(issued["spec"])
    assert "instana-agent-certificate" in at_places(issued["spec"])["secrets"]


def test_node_zones_select_daemonsets_by_label() -> None:
    by_node = related_rules(agent({"zone": {"automatic": "NodeLabel"}}), Facts(node_zones=True))
    selectors = [
        rule["labelSelector"]["matchExpressions"]
        for rule in by_node
        if rule["resource"] == "daemonsets" and "labelSelector" in rule
    ]

    assert selectors == [
        [{"key": f"app.kubernetes.io/{label}", "operator": "NotIn", "values": [value]}]
        for label, value in (
            ("managed-by", "instana-agent-operator"),
            ("instance", "instana-agent"),
        )
    ]


@pytest.mark.parametrize(
    "given",
    [
        {},
        {"spec": {}},
        {"spec": {"childResources": "all"}},
        {"spec": {"childResources": [{"apiVersion": ["v1"], "resource": {}}]}},
    ],
)
def test_without_kinds_of_children_nothing_stands_at_their_places(given: Obj) -> None:
    asked = customize({"controller": given, "parent": agent()}, FACTS)["relatedResources"]

    assert asked == rules()


def test_etcd_is_looked_for_in_kube_system() -> None:
    assert rules()[3:] == [
        {
            "apiVersion": "v1",
            "resource": "services",
            "namespace": "kube-system",
            "names": ["etcd", "etcd-k8s", "etcd-metrics"],
        },
        {
            "apiVersion": "discovery.k8s.io/v1",
            "resource": "endpointslices",
            "namespace": "kube-system",
            "labelSelector": {
                "matchExpressions": [
                    {
                        "key": "kubernetes.io/service-name",
                        "operator": "In",
                        "values": ["etcd", "etcd-k8s", "etcd-metrics"],
                    }
                ]
            },
        },
    ]


@pytest.mark.parametrize(
    "spec",
    [
        {"openshift": True},
        {"k8s_sensor": {"deployment": {"enabled": False}}},
        {"k8s_sensor": {"etcd": {"targets": ["https://etcd:2379/metrics"]}}},
    ],
)
def test_etcd_is_not_looked_for_where_it_is_of_no_use(spec: Obj) -> None:
    assert resources(spec) == ["namespaces", "namespaces"]


def test_openshift_is_a_fact_that_the_resource_overrides() -> None:
    openshift = Facts(openshift=True)

    assert resources({}, openshift) == ["namespaces", "namespaces"]
    assert resources({"openshift": False}, openshift) == resources({})


def test_objects_that_the_resource_names_are_asked_for_by_name() -> None:
    spec = {
        "openshift": True,
        "agent": {
            "keysSecret": "keys",
            "image": {"pullSecrets": [{"name": "pull"}, {"name": "keys"}]},
            "pod": {"volumes": [{"name": "v", "configMap": {"name": "settings"}}]},
        },
    }

    assert rules(spec, namespace="apm") == [
        {"apiVersion": "v1", "resource": "configmaps", "namespace": "apm", "names": ["settings"]},
        {
            "apiVersion": "v1",
            "resource": "secrets",
            "namespace": "apm",
            "names": ["keys", "pull"],
        },
        NAMESPACES,
        OWN_NAMESPACE | {"names": ["apm"]},
    ]


def test_the_ca_of_a_discovered_etcd_is_asked_for() -> None:
    assert rules()[0]["names"] == ["etcd-ca"]


def test_what_breaks_a_rule_relates_the_same_objects() -> None:
    """A mistake elsewhere in the spec must not take away what is known of related objects."""
    assert rules({"agent": {"keysSecret": "keys"}, "k8s_sensor": {"pollrate": "often"}}) == rules(
        {"agent": {"keysSecret": "keys"}}
    )


def test_a_resource_that_cannot_be_read_relates_its_namespace_alone() -> None:
    assert rules({"agent": {"minReadySeconds": "soon"}}) == [OWN_NAMESPACE]


def test_a_request_without_a_parent_is_unreadable() -> None:
    with pytest.raises(UnreadableRequest):
        customize({}, FACTS)
