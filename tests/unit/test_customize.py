import pytest

from hooks.customize import customize
from hooks.errors import UnreadableRequest
from hooks.facts import Facts
from hooks.kube.objects import Obj
from tests.support.hook import FACTS
from tests.support.resources import agent

NAMESPACES = {
    "apiVersion": "v1",
    "resource": "namespaces",
    "labelSelector": {
        "matchExpressions": [{"key": "instana-workload-monitoring", "operator": "Exists"}]
    },
}
DAEMON_SETS = {
    "apiVersion": "apps/v1",
    "resource": "daemonsets",
    "namespace": "instana-agent",
    "labelSelector": {
        "matchExpressions": [
            {
                "key": "app.kubernetes.io/managed-by",
                "operator": "NotIn",
                "values": ["instana-agent-operator"],
            }
        ]
    },
}
ETCD = ["secrets", "services", "endpointslices"]


def rules(spec: Obj | None = None, facts: Facts = FACTS, **metadata: str) -> list[Obj]:
    found: list[Obj] = customize({"parent": agent(spec, **metadata)}, facts)["relatedResources"]
    return found


def resources(spec: Obj, facts: Facts = FACTS) -> list[str]:
    return [rule["resource"] for rule in rules(spec, facts)]


def test_labelled_namespaces_and_daemonsets_of_others_are_always_asked_for() -> None:
    assert rules({"k8s_sensor": {"deployment": {"enabled": False}}}) == [NAMESPACES, DAEMON_SETS]


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
    assert resources(spec) == ["namespaces", "daemonsets"]


def test_openshift_is_a_fact_that_the_resource_overrides() -> None:
    openshift = Facts(openshift=True)

    assert resources({}, openshift) == ["namespaces", "daemonsets"]
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
        {
            "apiVersion": "v1",
            "resource": "secrets",
            "namespace": "apm",
            "names": ["keys", "pull"],
        },
        {"apiVersion": "v1", "resource": "configmaps", "namespace": "apm", "names": ["settings"]},
        NAMESPACES,
        DAEMON_SETS | {"namespace": "apm"},
    ]


def test_the_ca_of_a_discovered_etcd_is_asked_for() -> None:
    assert rules()[0]["names"] == ["etcd-ca"]


def test_what_breaks_a_rule_relates_the_same_objects() -> None:
    """A mistake elsewhere in the spec must not take away what is known of related objects."""
    assert rules({"agent": {"keysSecret": "keys"}, "k8s_sensor": {"pollrate": "often"}}) == rules(
        {"agent": {"keysSecret": "keys"}}
    )


def test_a_resource_that_cannot_be_read_relates_nothing() -> None:
    assert rules({"agent": {"minReadySeconds": "soon"}}) == []


def test_a_request_without_a_parent_is_unreadable() -> None:
    with pytest.raises(UnreadableRequest):
        customize({}, FACTS)
