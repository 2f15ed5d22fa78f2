from typing import Any

import pytest

from hooks.errors import UnreadableRequest
from hooks.facts import Facts
from hooks.kube.objects import Obj, describe
from hooks.rendering import Rendered, render
from tests.support.hook import NOW, answer, stored, texts
from tests.support.resources import agent, namespace, obj, secret

FACTS = Facts(agent_namespaces=("*",))
AGENT = "DaemonSet/instana-agent"
NAMESPACES = "ConfigMap/instana-agent-namespaces"
RBAC = {"apiVersion": "rbac.authorization.k8s.io/v1"}
FROM_STORE = {"agent": {"key": None, "keysSecret": "keys"}}


def rendered(*documents: Any, facts: Facts = FACTS) -> Rendered:
    return render(documents, facts, NOW)


def children(result: Rendered) -> dict[str, Obj]:
    return {describe(each): each for each in result.children}


def config(result: Rendered) -> str:
    files = texts({"children": result.children}, "Secret/instana-agent-config")
    return files.get("com.instana.agent.main.sender.Backend-1.cfg", "")


def owned(child: Obj, kind: str, name: str) -> Obj:
    owner = {"kind": kind, "name": name, "controller": True}
    return child | {"metadata": child["metadata"] | {"ownerReferences": [owner]}}


def observed_agent() -> Obj:
    """Return the agent's DaemonSet with a selector of its own, by which it is recognised."""
    daemonset: Obj = next(each for each in stored(answer(agent())) if describe(each) == AGENT)
    daemonset["spec"]["selector"] = {"matchLabels": {"app": "old"}}
    return daemonset


def is_taken_over(result: Rendered) -> bool:
    selector: Obj = children(result)[AGENT]["spec"]["selector"]
    return selector == {"matchLabels": {"app": "old"}}


def test_the_children_are_those_of_the_hook() -> None:
    assert rendered(agent()).children == answer(agent(), facts=FACTS)["children"]


def test_a_resource_without_a_namespace_is_in_the_default_one() -> None:
    parent = agent()
    del parent["metadata"]["namespace"]

    assert {each["metadata"]["namespace"] for each in rendered(parent).children} == {"default"}


def test_objects_without_a_namespace_are_beside_the_resource() -> None:
    keys = secret("keys", key="stored")
    del keys["metadata"]["namespace"]

    assert "key=stored\n" in config(rendered(agent(FROM_STORE), keys))


def test_texts_of_a_secret_are_stored_as_data() -> None:
    keys = obj("Secret", "keys", stringData={"key": "stored"}, data={"key": "b2xk"})

    assert "key=stored\n" in config(rendered(agent(FROM_STORE), keys))


@pytest.mark.parametrize(
    "other",
    [
        secret("other", key="stored"),
        obj("Secret", "keys", "elsewhere", stringData={"key": "stored"}),
    ],
)
def test_objects_that_the_hook_would_not_get_have_no_effect(other: Obj) -> None:
    assert config(rendered(agent(FROM_STORE), other)) == ""


def test_labelled_namespaces_are_found() -> None:
    result = rendered(agent(), namespace("shop", "true"), namespace("other"))

    assert "shop" in children(result)[NAMESPACES]["data"]["namespaces.yaml"]


def test_the_items_of_a_list_are_objects() -> None:
    listed = {"kind": "List", "apiVersion": "v1", "items": [agent(), namespace("shop", "true")]}

    assert "shop" in children(rendered(listed))[NAMESPACES]["data"]["namespaces.yaml"]


def test_empty_documents_are_nothing() -> None:
    assert rendered(None, agent(), None).children == rendered(agent()).children


def test_an_observed_child_is_taken_over() -> None:
    assert is_taken_over(rendered(agent(), observed_agent()))
    assert is_taken_over(
        rendered(agent(), owned(observed_agent(), "InstanaAgent", "instana-agent"))
    )


@pytest.mark.parametrize(
    "stranger",
    [
        owned(observed_agent(), "InstanaAgent", "other"),
        owned(observed_agent(), "HelmRelease", "instana-agent"),
        observed_agent() | {"metadata": {"name": "instana-agent", "namespace": "instana-agent"}},
        observed_agent() | {"metadata": observed_agent()["metadata"] | {"namespace": "elsewhere"}},
    ],
)
def test_what_is_no_child_is_not(stranger: Obj) -> None:
    assert not is_taken_over(rendered(agent(), stranger))


def test_an_invalid_resource_has_problems_and_keeps_its_children() -> None:
    result = rendered(agent({"k8s_sensor": {"pollrate": "often"}}), observed_agent())

    assert [problem.path for problem in result.problems] == ["spec.k8s_sensor.pollrate"]
    assert [*children(result)] == [AGENT]
    assert result.status["status"] == "Failed"


def test_a_resource_that_cannot_be_read_has_problems() -> None:
    result = rendered(agent({"agent": {"minReadySeconds": "soon"}}))

    assert [problem.path for problem in result.problems] == ["spec.agent.minReadySeconds"]
    assert result.attachments == []


def test_bindings_to_the_roles_of_the_installation_are_attachments() -> None:
    assert [each["metadata"]["name"] for each in rendered(agent()).attachments] == [
        "instana-io-agent:instana-agent:instana-agent",
        "instana-io-k8sensor:instana-agent:instana-agent",
    ]


def test_given_roles_replace_them() -> None:
    bound = {"labels": {"instana.io/bind": "agent"}}
    role = obj("ClusterRole", "mine", "", metadata=bound) | RBAC
    other = obj("ClusterRole", "other", "") | RBAC
    namesake = obj("ClusterRole", "namesake", "", metadata=bound)
    result = rendered(agent(), role, other, namesake)

    assert [each["metadata"]["name"] for each in result.attachments] == [
        "mine:instana-agent:instana-agent"
    ]


def test_a_crd_of_openshift_makes_the_cluster_one() -> None:
    crd = obj("CustomResourceDefinition", "clusteroperators.config.openshift.io", "")
    other = obj("CustomResourceDefinition", "agents.instana.io", "")

    assert rendered(agent(), crd) == rendered(agent(), facts=Facts(True, ("*",)))  # noqa: FBT003
    assert rendered(agent(), other) == rendered(agent())


@pytest.mark.parametrize(
    ("documents", "message"),
    [
        ([], "pass exactly one InstanaAgent of instana.io/v1, not 0"),
        (
            [agent(), agent(name="b")],
            "pass exactly one InstanaAgent of instana.io/v1, not 2",
        ),
        (
            [agent() | {"apiVersion": "v2"}],
            "pass exactly one InstanaAgent of instana.io/v1, not 0",
        ),
        (["s3ntinel"], "a document is not a Kubernetes object: it must have a kind"),
        (
            [{"recording": 1}],
            "a recording is not a Kubernetes object: replay, test and diff --recorded read it",
        ),
        ([{"kind": 1}], "a document is not a Kubernetes object: it must have a kind"),
        ([{"kind": "Secret"}], "a document of kind Secret must have a metadata.name"),
        (
            [{"kind": "Secret", "metadata": {"name": 1}}],
            "a document of kind Secret must have a metadata.name",
        ),
        (
            [{"kind": "Any", "apiVersion": ["v1"], "metadata": {"name": "a"}}],
            "Any/a: apiVersion and metadata.namespace must be strings",
        ),
        (
            [{"kind": "Any", "metadata": {"name": "a", "namespace": {"b": 1}}}],
            "Any/a: apiVersion and metadata.namespace must be strings",
        ),
    ],
)
def test_documents_that_are_no_objects_or_no_resource_are_refused(
    documents: list[Any], message: str
) -> None:
    with pytest.raises(UnreadableRequest) as caught:
        rendered(*documents)

    assert str(caught.value) == message


def test_a_resource_that_names_itself_in_its_selector_has_its_own_children_only() -> None:
    own = {"matchLabels": {"app.kubernetes.io/instance": "bb"}}
    orphans = render([agent(name="aa")], FACTS, NOW).children
    wide = render([agent(name="bb"), *orphans], FACTS, NOW)
    narrow = render([agent({"selector": own}, name="bb"), *orphans], FACTS, NOW)

    assert {each["metadata"]["name"][:2] for each in wide.children} == {"aa", "bb"}
    assert {each["metadata"]["name"][:2] for each in narrow.children} == {"bb"}
