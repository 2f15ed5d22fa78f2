from collections.abc import Collection
from typing import Any

import pytest

from hooks import cluster_rbac
from hooks.desired.cluster_rbac import Bound
from hooks.errors import UnreadableRequest
from hooks.facts import Facts
from hooks.kube.objects import Obj
from hooks.wire import decode, encode
from tests.support.resources import agent as smallest
from tests.support.resources import obj

ANYWHERE = Facts(agent_namespaces=("*",))
HERE = Facts(agent_namespaces=("instana-agent",))
CUSTOMIZED = {"object": obj("ClusterRole", "r", "")}
UNREADABLE: Obj = {"rbac": {"create": "maybe"}}


def agent(spec: Obj | None = None, said: str = "True", of: int = 2, **metadata: str) -> Obj:
    """Return a resource in its second generation, with what the status says of one."""
    resource = smallest(spec, **metadata)
    valid = {"type": "Valid", "status": said, "observedGeneration": of}
    resource["metadata"]["generation"] = 2
    return resource | {"status": {"conditions": [valid]}}


def role(bound: str = "agent") -> Obj:
    return obj("ClusterRole", "r", "", metadata={"labels": {"instana.io/bind": bound}})


def attachments(
    *agents: Obj, bound: str = "agent", facts: Facts = HERE, observed: Collection[Obj] = ()
) -> list[Obj]:
    """Return the attachments of a ClusterRole for those agents."""
    request = _request(*agents, bound=bound, observed=observed)
    found: list[Obj] = cluster_rbac.sync(request, facts)["attachments"]
    return found


def _request(*agents: Obj, bound: str = "agent", observed: Collection[Obj] = ()) -> Obj:
    return {
        "object": role(bound),
        "attachments": {
            cluster_rbac.CLUSTER_ROLE_BINDING: {
                binding["metadata"]["name"]: binding for binding in observed
            }
        },
        "related": {
            cluster_rbac.AGENTS: {
                f"{agent['metadata'].get('namespace')}/{agent['metadata']['name']}": agent
                for agent in agents
            }
        },
    }


def bound_accounts(*agents: Obj, bound: str = "agent", facts: Facts = HERE) -> dict[str, str]:
    found = attachments(*agents, bound=bound, facts=facts)
    return {binding["metadata"]["name"]: binding["subjects"][0]["name"] for binding in found}


def observed_binding(name: str) -> Obj:
    fields = [{"manager": "metacontroller", "operation": "Apply", "fieldsV1": {"f:roleRef": {}}}]
    return {
        "apiVersion": "rbac.authorization.k8s.io/v1",
        "kind": "ClusterRoleBinding",
        "metadata": {"name": name, "managedFields": fields, "resourceVersion": "7"},
        "roleRef": {"name": "r"},
    }


AGENTS: Obj = {"apiVersion": "instana.io/v1", "resource": "agents"}
ACCOUNTS: Obj = {
    "apiVersion": "v1",
    "resource": "serviceaccounts",
    "labelSelector": {
        "matchLabels": {"app.kubernetes.io/managed-by": "instana-agent-operator"},
        "matchExpressions": [
            {
                "key": "app.kubernetes.io/component",
                "operator": "In",
                "values": ["instana-agent", "k8sensor"],
            }
        ],
    },
}


@pytest.mark.parametrize(
    ("facts", "places"),
    [
        (ANYWHERE, [{}]),
        (HERE, [{"namespace": "instana-agent"}]),
        (Facts(agent_namespaces=("a", "b")), [{"namespace": "a"}, {"namespace": "b"}]),
        (Facts(agent_namespaces=("*", "a")), [{}]),
    ],
)
def test_agents_that_may_be_bound_and_their_accounts_are_asked_for(
    facts: Facts, places: list[Obj]
) -> None:
    asked = cluster_rbac.customize(CUSTOMIZED | {"parent": role()}, facts)["relatedResources"]

    assert asked == [rule | place for place in places for rule in (AGENTS, ACCOUNTS)]


def test_a_customize_request_needs_a_parent() -> None:
    with pytest.raises(UnreadableRequest):
        cluster_rbac.customize({}, HERE)


def test_an_agent_is_bound_to_the_role() -> None:
    assert attachments(agent()) == [
        {
            "apiVersion": "rbac.authorization.k8s.io/v1",
            "kind": "ClusterRoleBinding",
            "metadata": {
                "name": "r:instana-agent:instana-agent",
                "labels": {
                    "app.kubernetes.io/name": "instana-agent",
                    "app.kubernetes.io/instance": "instana-agent",
                    "app.kubernetes.io/component": "instana-agent",
                    "app.kubernetes.io/part-of": "instana",
                    "app.kubernetes.io/managed-by": "instana-agent-cluster-rbac",
                },
            },
            "roleRef": {
                "apiGroup": "rbac.authorization.k8s.io",
                "kind": "ClusterRole",
                "name": "r",
            },
            "subjects": [
                {"kind": "ServiceAccount", "name": "instana-agent", "namespace": "instana-agent"}
            ],
        }
    ]


@pytest.mark.parametrize(
    ("spec", "bound", "account"),
    [
        ({}, "agent", "instana-agent"),
        ({}, "k8sensor", "instana-agent-k8sensor"),
        ({"serviceAccount": {"name": "mine"}}, "agent", "mine"),
        ({"serviceAccount": {"name": "mine", "create": False}}, "agent", "mine"),
        ({"serviceAccount": {"name": "default", "create": False}}, "agent", "default"),
        ({"serviceAccount": {"create": False}}, "k8sensor", "instana-agent-k8sensor"),
        ({"k8s_sensor": {"deployment": {"enabled": False}}}, "agent", "instana-agent"),
    ],
)
def test_the_account_of_the_pods_is_bound(spec: Obj, bound: str, account: str) -> None:
    accounts = bound_accounts(agent(spec), bound=bound)

    assert accounts == {"r:instana-agent:instana-agent": account}


@pytest.mark.parametrize(
    ("spec", "bound"),
    [
        ({"rbac": {"create": False}}, "agent"),
        ({"rbac": {"create": False}}, "k8sensor"),
        ({"serviceAccount": {"create": False}}, "agent"),
        ({"k8s_sensor": {"deployment": {"enabled": False}}}, "k8sensor"),
    ],
)
def test_what_is_not_wanted_is_not_bound(spec: Obj, bound: str) -> None:
    assert bound_accounts(agent(spec), bound=bound) == {}


@pytest.mark.parametrize(
    ("facts", "bound"),
    [
        (HERE, ["r:instana-agent:instana-agent"]),
        (ANYWHERE, ["r:elsewhere:instana-agent", "r:instana-agent:instana-agent"]),
        (Facts(agent_namespaces=("third",)), []),
    ],
)
def test_the_installation_says_where_rights_are_given(facts: Facts, bound: list[str]) -> None:
    assert sorted(bound_accounts(agent(), agent(namespace="elsewhere"), facts=facts)) == bound


def test_the_order_of_bindings_is_that_of_names() -> None:
    assert list(bound_accounts(agent(name="b"), agent(name="a"))) == [
        "r:instana-agent:a",
        "r:instana-agent:b",
    ]


def test_an_agent_that_cannot_be_read_keeps_its_binding() -> None:
    observed = observed_binding("r:instana-agent:instana-agent"), observed_binding("r:gone:gone")

    assert attachments(agent(UNREADABLE), observed=observed) == [
        {
            "apiVersion": "rbac.authorization.k8s.io/v1",
            "kind": "ClusterRoleBinding",
            "metadata": {"name": "r:instana-agent:instana-agent"},
            "roleRef": {"name": "r"},
        }
    ]


NOT_CARRIED_OUT = {"invalid": ("False", 2), "not looked at yet": ("True", 1)}


@pytest.mark.parametrize(("said", "of"), NOT_CARRIED_OUT.values(), ids=NOT_CARRIED_OUT)
def test_the_binding_stays_while_the_pods_do(said: str, of: int) -> None:
    other = {"rbac": {"create": False}, "serviceAccount": {"name": "other"}}
    observed = observed_binding("r:instana-agent:instana-agent")
    resource = agent(other, said, of)

    (kept,) = attachments(resource, observed=[observed])
    assert kept["metadata"]["name"] == "r:instana-agent:instana-agent"
    assert "subjects" not in kept
    assert attachments(resource) == []


def test_it_is_not_made_before_the_status_is_there() -> None:
    resource = smallest()
    resource["metadata"]["generation"] = 1
    assert attachments(resource) == []


def test_a_too_deep_agent_affects_only_itself() -> None:
    deep = agent({"agent": {"configuration": {"a": "DEEP"}}}, "False", name="deep")
    text = encode(_request(agent(name="other"), deep)).replace(b'"DEEP"', b"[" * 1200 + b"]" * 1200)

    found = cluster_rbac.sync(decode(text), HERE)["attachments"]

    assert [binding["metadata"]["name"] for binding in found] == ["r:instana-agent:other"]


@pytest.mark.parametrize("spec", [{}, UNREADABLE], ids=["valid", "invalid"])
def test_a_namespace_that_is_named_no_more_loses_its_bindings(spec: Obj) -> None:
    observed = [observed_binding("r:instana-agent:instana-agent")]

    assert attachments(agent(spec), observed=observed, facts=HERE)
    assert not attachments(agent(spec), observed=observed, facts=Facts(agent_namespaces=("b",)))


def test_an_agent_that_cannot_be_read_gets_no_new_binding() -> None:
    assert attachments(agent(UNREADABLE), agent(name="other"), facts=HERE) == attachments(
        agent(name="other")
    )


@pytest.mark.parametrize("bound", ["", "somebody"])
def test_a_role_for_nobody_known_keeps_its_bindings(bound: str) -> None:
    found = attachments(agent(), bound=bound, observed=[observed_binding("any")])

    assert [binding["metadata"]["name"] for binding in found] == ["any"]


def test_bindings_stay_while_the_agents_are_not_known() -> None:
    request = {
        "object": role(),
        "attachments": {cluster_rbac.CLUSTER_ROLE_BINDING: {"any": observed_binding("any")}},
        "related": {},
    }

    assert [
        binding["metadata"]["name"] for binding in cluster_rbac.sync(request, HERE)["attachments"]
    ] == ["any"]


def test_no_agents_means_no_bindings() -> None:
    assert attachments(observed=[observed_binding("any")]) == []


def test_a_sync_request_needs_an_object() -> None:
    with pytest.raises(UnreadableRequest):
        cluster_rbac.sync({"parent": role()}, HERE)


def test_of_an_agent_no_more_is_read_than_its_bindings_depend_on() -> None:
    hostile = agent({"zones": [1] * 500, "agent": {"pod": {"env": "none"}}, "k8s_sensor": {}})
    hostile["metadata"]["annotations"] = {"a": "x"}
    hostile["spec"]["serviceAccount"] = {"name": "mine", "create": False, "annotations": [1] * 500}

    assert cluster_rbac.read_needed(hostile) == Bound(
        namespace="instana-agent",
        name="instana-agent",
        uid="uid-instana-agent",
        gets_rights=True,
        chosen_account="mine",
        makes_account=False,
        has_sensor=True,
    )


def test_of_a_usual_agent_the_models_read_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    """A fleet has a thousand agents, and the models take ten times as long."""
    monkeypatch.delattr(cluster_rbac, "read_given")

    assert cluster_rbac.read_needed(agent({"rbac": {"create": False}})).gets_rights is False


@pytest.mark.parametrize("spec", [None, [], {"agent": 1}, {"serviceAccount": []}], ids=str)
def test_a_malformed_agent_keeps_its_binding(spec: Any) -> None:
    resource = agent() | {"spec": spec}
    observed = [observed_binding("r:instana-agent:instana-agent")]

    found = attachments(resource, observed=observed)

    assert [binding["metadata"]["name"] for binding in found] == ["r:instana-agent:instana-agent"]
    assert "subjects" not in found[0]
