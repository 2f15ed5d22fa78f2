"""What has the name of a child and is none stays as it is, and the status says what to do."""

from typing import Any

import pytest

from hooks.kube.objects import Obj, describe
from tests.support.hook import answer, child, children, conditions, stored
from tests.support.resources import agent, merged, obj

NAMESPACE = "instana-agent"
UID = "uid-of-the-resource"
PARENT = merged(agent(), {"metadata": {"uid": UID}})
DAEMONSET, DEPLOYMENT = "DaemonSet/instana-agent", "Deployment/instana-agent-k8sensor"
LABELS = {
    "app.kubernetes.io/managed-by": "instana-agent-operator",
    "app.kubernetes.io/component": "instana-agent",
    "app.kubernetes.io/instance": "instana-agent",
}
EVERYTHING: Obj = {
    "agent": {
        "packageCache": {"type": "PersistentVolumeClaim", "size": "1Gi"},
        "tls": {"certificate": "Y2VydA==", "key": "a2V5"},
    },
    "networkPolicy": {"enabled": True},
}
ALL = answer(agent(EVERYTHING, name="prod"))["children"]


def foreign(kind: str, name: str, **metadata: Any) -> Obj:
    """Return an object of somebody else's."""
    api_version = next(each["apiVersion"] for each in ALL if each["kind"] == kind)
    found = obj(kind, name, NAMESPACE, metadata={"uid": "theirs", **metadata})
    return found | {"apiVersion": api_version}


def owned(answered: Obj) -> tuple[str, str, str]:
    found = conditions(answered)["ChildrenOwned"]
    return found["status"], found["reason"], found["message"]


OWN_SECRET = "Secret/prod"
"""It gets another name."""


@pytest.mark.parametrize("which", sorted(children({"children": ALL}).keys() - {OWN_SECRET}))
def test_no_child_is_written_over_what_has_its_name(which: str) -> None:
    kind, name = which.split("/")
    answered = answer(agent(EVERYTHING, name="prod"), foreign(kind, name))

    status, reason, message = owned(answered)
    assert which not in children(answered)
    assert (status, reason) == ("False", "ObjectInTheWay")
    assert f"is left unchanged: {which};" in message
    assert conditions(answered)["Ready"]["reason"] == "ObjectInTheWay"


def test_labels_hand_an_object_over_and_the_message_says_which() -> None:
    message = owned(answer(agent(), foreign("ConfigMap", "instana-agent-k8sensor")))[2]

    assert (
        "; to hand it over: kubectl label configmap/instana-agent-k8sensor --namespace "
        "instana-agent --overwrite "
        "app.kubernetes.io/managed-by=instana-agent-operator app.kubernetes.io/component=k8sensor "
        "app.kubernetes.io/instance=instana-agent"
    ) in message
    assert "takeover" not in message


def test_an_account_that_is_made_all_the_same_has_the_labels_of_its_own_component() -> None:
    message = owned(answer(agent(), foreign("ServiceAccount", "instana-agent-k8sensor")))[2]

    assert "app.kubernetes.io/component=k8sensor" in message


@pytest.mark.parametrize("kind", ["DaemonSet", "Service"])
def test_an_older_installation_is_taken_over_by_the_command(kind: str) -> None:
    message = owned(answer(agent(), foreign(kind, "instana-agent")))[2]

    assert "python -m hooks takeover apply --namespace instana-agent" in message
    assert "kubectl label" not in message


CONTROLLER = {"apiVersion": "apps/v1", "kind": "ReplicaSet", "name": "x", "controller": True}


@pytest.mark.parametrize(
    "metadata",
    [
        {"labels": LABELS},
        {"labels": LABELS, "ownerReferences": [{**CONTROLLER, "uid": UID}]},
        {"labels": LABELS, "ownerReferences": [{"kind": "Namespace", "uid": "n"}]},
    ],
)
def test_what_carries_our_labels_waits_for_metacontroller_to_adopt_it(metadata: Obj) -> None:
    answered = answer(PARENT, foreign("Secret", "instana-agent-config", **metadata))

    assert "Secret/instana-agent-config" not in children(answered)
    assert DAEMONSET not in children(answered)
    assert owned(answered)[:2] == ("False", "NotAdoptedYet")


@pytest.mark.parametrize(
    "metadata",
    [
        {"labels": LABELS | {"app.kubernetes.io/instance": "another"}},
        {"labels": LABELS | {"app.kubernetes.io/managed-by": "Helm"}},
        {"labels": LABELS | {"app.kubernetes.io/component": "operator"}},
        {"labels": LABELS, "ownerReferences": [{**CONTROLLER, "uid": "another"}]},
    ],
)
def test_what_belongs_to_another_is_in_the_way(metadata: Obj) -> None:
    answered = answer(PARENT, foreign("Secret", "instana-agent-config", **metadata))

    assert owned(answered)[:2] == ("False", "ObjectInTheWay")


def test_children_at_whose_places_nobody_looked_are_not_made() -> None:
    answered = answer(agent(), unknown=("ServiceAccount.v1",))

    assert answered["children"] == []
    status, reason, message = owned(answered)
    assert (status, reason) == ("Unknown", "NotLookedUpYet")
    assert "within 20 minutes" in message


def test_an_answer_of_an_older_customize_hook_says_nothing_of_names() -> None:
    """It asked for Secrets, too, but only for those that the resource names."""
    before = answer(agent())
    without = [each for each in stored(before) if each["kind"] != "Secret"]
    answered = answer(agent(), observed=without, unknown=("ServiceAccount.v1",))

    assert not [each for each in answered["children"] if each["kind"] == "Secret"]


def test_what_runs_keeps_its_form_while_what_it_would_need_is_withheld() -> None:
    before = stored(answer(agent()))
    changed = agent({"agent": {"mode": "AWS", "tls": {"certificate": "Yw==", "key": "aw=="}}})
    answered = answer(changed, foreign("Secret", "instana-agent-tls"), observed=before)

    assert child(answered, DAEMONSET) == child(answer(agent()), DAEMONSET)
    assert "Secret/instana-agent-config" in children(answered)
    assert conditions(answered)["ChildrenApplied"]["status"] == "True"


ZONES: Obj = {"zones": [{"name": "east"}, {"name": "west"}]}


@pytest.mark.parametrize(
    ("spec", "other"),
    [
        (ZONES, foreign("DaemonSet", "instana-agent-west")),
        (ZONES | {"serviceAccount": {"name": "mine"}}, foreign("ServiceAccount", "mine")),
        (
            ZONES | {"serviceAccount": {"name": "mine"}},
            foreign("ServiceAccount", "mine", labels=LABELS),
        ),
    ],
    ids=["DaemonSet", "what all need", "what is not adopted yet"],
)
def test_agents_stay_until_all_that_replaces_them_can_be_made(spec: Obj, other: Obj) -> None:
    before = stored(answer(agent()))
    answered = answer(agent(spec), other, observed=before)

    assert _daemonsets(answered) == ["instana-agent"]
    assert {describe(each) for each in before} <= children(answered).keys()
    assert child(answered, DAEMONSET) == child(answer(agent()), DAEMONSET)
    assert conditions(answered)["ChildrenApplied"]["status"] == "True"
    assert _daemonsets(answer(agent(spec), observed=before)) == [
        "instana-agent-east",
        "instana-agent-west",
    ]


@pytest.mark.parametrize(
    "agent_spec", [{"keysSecret": "mine"}, {"tls": {"secretName": "mine"}}], ids=str
)
def test_agents_stay_until_those_that_replace_them_could_start(agent_spec: Obj) -> None:
    before = stored(answer(agent()))
    parent = agent(ZONES | {"agent": agent_spec})
    mine = obj("Secret", "mine", data=dict.fromkeys(("key", "tls.crt", "tls.key"), "aw=="))

    waiting = answer(parent, observed=before)
    entries = {describe(each): (each.get("data") or {}).keys() for each in before}

    assert _daemonsets(waiting) == ["instana-agent"]
    assert {
        name: entries[name] <= (each.get("data") or {}).keys()
        for name, each in children(waiting).items()
        if name in entries
    } == dict.fromkeys(entries, True)
    assert _daemonsets(answer(parent, mine, observed=before)) == [
        "instana-agent-east",
        "instana-agent-west",
    ]


def test_zones_that_are_there_do_not_wait_for_a_new_one() -> None:
    before = stored(answer(agent({"zones": [{"name": "east"}]})))
    third: Obj = {"zones": [*ZONES["zones"], {"name": "north"}], "agent": {"mode": "AWS"}}
    answered = answer(agent(third), foreign("DaemonSet", "instana-agent-west"), observed=before)

    assert _daemonsets(answered) == ["instana-agent-east", "instana-agent-north"]
    assert "AWS" in str(child(answered, "DaemonSet/instana-agent-east"))


def _daemonsets(answered: Obj) -> list[str]:
    return [
        each["metadata"]["name"] for each in answered["children"] if each["kind"] == "DaemonSet"
    ]


def test_children_that_are_there_follow_the_resource() -> None:
    before = stored(answer(agent()))
    others = [foreign(each["kind"], each["metadata"]["name"]) for each in before]
    changed = agent({"agent": {"mode": "AWS"}})

    assert answer(changed, *others, observed=before) == answer(changed, observed=before)


def test_a_secret_of_the_name_of_ours_gives_ours_another_name_for_good() -> None:
    theirs = foreign("Secret", "instana-agent")
    first = answer(agent(), theirs)
    later = answer(agent(), observed=stored(first))

    assert "Secret/instana-agent-credentials" in children(first)
    assert owned(first)[1] == "AllChildrenOwned"
    assert later["children"] == first["children"]


def test_a_secret_that_waits_for_adoption_keeps_its_name() -> None:
    given = foreign("Secret", "instana-agent", labels=LABELS)

    assert "Secret/instana-agent-credentials" not in children(answer(agent(), given))


@pytest.mark.parametrize("name", ["instana-agent", "instana-agent-k8sensor"])
def test_accounts_of_the_guide_for_clusters_without_internet_are_written(name: str) -> None:
    answered = answer(agent(), foreign("ServiceAccount", name))

    assert f"ServiceAccount/{name}" in children(answered)
    assert {DAEMONSET, DEPLOYMENT} <= children(answered).keys()
    assert owned(answered)[1] == "ObjectInTheWay"


@pytest.mark.parametrize(
    "metadata",
    [
        {"labels": {"app.kubernetes.io/managed-by": "Helm"}},
        {"ownerReferences": [{**CONTROLLER, "uid": "another"}]},
    ],
)
def test_an_account_that_has_an_owner_is_not(metadata: Obj) -> None:
    answered = answer(agent(), foreign("ServiceAccount", "instana-agent", **metadata))

    assert "ServiceAccount/instana-agent" not in children(answered)
    assert DAEMONSET not in children(answered)
    assert DEPLOYMENT in children(answered)


def test_under_dynamic_apply_an_account_of_the_guide_is_not_created_again_and_again() -> None:
    """Metacontroller would only create it, which the API server refuses."""
    theirs = foreign("ServiceAccount", "instana-agent")
    account = "ServiceAccount/instana-agent"
    observed = [each for each in stored(answer(agent())) if not _is(each, account)]
    answered = answer(agent(), theirs, observed=observed)

    assert account not in children(answered)
    assert owned(answered)[1] == "ObjectInTheWay"


def _is(each: Obj, which: str) -> bool:
    return f"{each['kind']}/{each['metadata']['name']}" == which


def test_an_account_that_another_name_was_chosen_for_is_not_taken() -> None:
    theirs = foreign("ServiceAccount", "ci-deployer")
    answered = answer(agent({"serviceAccount": {"name": "ci-deployer"}}), theirs)

    assert "ServiceAccount/ci-deployer" not in children(answered)
    assert DAEMONSET not in children(answered)


OF_AA = {"labels": LABELS | {"app.kubernetes.io/instance": "aa"}}
NAMESPACE_ITSELF = obj("Namespace", NAMESPACE, "", metadata={"uid": "uid-of-the-namespace"})
SECOND_OWNER = {
    "apiVersion": "v1",
    "kind": "Namespace",
    "name": NAMESPACE,
    "uid": "uid-of-the-namespace",
}
INVALID: Obj = {"k8s_sensor": {"pollrate": "often"}}
PAUSED = {"annotations": {"instana.io/paused": "true"}}


def of_aa(*, ours: bool = True) -> list[Obj]:
    """Return the children of another resource as this one has adopted them, besides its own."""
    others = stored(answer(agent(name="aa")))
    return [*others, *(stored(answer(agent())) if ours else [])]


@pytest.mark.parametrize(
    "parent",
    [agent(), agent(INVALID), merged(agent(), {"metadata": PAUSED})],
    ids=["valid", "invalid", "paused"],
)
def test_children_of_another_resource_stay_and_get_a_second_owner(parent: Obj) -> None:
    before = children(answer(agent(name="aa")))
    answered = children(answer(parent, NAMESPACE_ITSELF, observed=of_aa()))

    assert before.keys() <= answered.keys()
    for which, each in before.items():
        metadata = each["metadata"] | {"ownerReferences": [SECOND_OWNER]}
        assert answered[which] == each | {"metadata": metadata}


def test_the_status_names_them_and_what_releases_them() -> None:
    answered = answer(agent(), NAMESPACE_ITSELF, observed=of_aa())
    status, reason, message = owned(answered)

    assert (status, reason) == ("False", "ChildrenOfAnother")
    assert "DaemonSet/aa" in message
    assert (
        "; create that resource again, or release them: kubectl patch agents.instana.io "
        "instana-agent --namespace instana-agent "
        "--type merge "
        """--patch '{"spec": {"selector": {"matchLabels": {"app.kubernetes.io/instance": """
        """"instana-agent"}}}}'"""
    ) in message
    assert conditions(answered)["Ready"]["status"] == "True"


def test_they_are_settled_once_they_have_the_second_owner() -> None:
    first = answer(agent(), NAMESPACE_ITSELF, observed=of_aa())
    again = stored(first)
    for each in again:
        owner = {"apiVersion": "instana.io/v1", "kind": "InstanaAgent", "name": NAMESPACE}
        owners = each["metadata"].setdefault("ownerReferences", [])
        owners.append(owner | {"uid": UID, "controller": True})
    second = answer(agent(), NAMESPACE_ITSELF, observed=again)

    assert second["children"] == first["children"]
    assert conditions(second)["ChildrenApplied"]["status"] == "True"


def test_one_that_has_the_name_of_a_child_stays_that_of_the_other() -> None:
    """Zone b of the resource a leads to a DaemonSet a-b, and so does the resource a-b."""
    theirs = stored(answer(agent(name="a-b")))
    answered = answer(agent({"zones": [{"name": "b"}]}, name="a"), observed=theirs)

    assert child(answered, "DaemonSet/a-b") == child(answer(agent(name="a-b")), "DaemonSet/a-b")
    assert len(answered["children"]) == len(children(answered))


@pytest.mark.parametrize("related", [[], [obj("Namespace", NAMESPACE, "")]], ids=["none", "no uid"])
def test_without_its_namespace_nothing_is_given_a_second_owner(related: list[Obj]) -> None:
    answered = answer(agent(), *related, observed=of_aa())

    assert children(answer(agent(name="aa")))["Secret/aa-config"] in answered["children"]
