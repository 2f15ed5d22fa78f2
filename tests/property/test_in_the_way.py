"""Whatever stands at the places of children, none of it is written; what is ours is kept."""

from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from hooks.desired import build_context
from hooks.desired.child_names import child_names
from hooks.desired.inputs.ownership import is_account_of_guide
from hooks.kube.containment import contains
from hooks.kube.objects import Obj, describe
from hooks.observed import ObservedObjects
from hooks.rules import read_agent
from tests.property import applying, clusters, specs
from tests.property.clusters import Situation, name_of

OWNERS = st.sampled_from(
    [
        [],
        [{"apiVersion": "v1", "kind": "Namespace", "name": "x", "uid": "n"}],
        [{"apiVersion": "apps/v1", "kind": "X", "name": "x", "uid": "x", "controller": True}],
    ]
)


@st.composite
def _others(draw: st.DrawFn, situation: Situation) -> Situation:
    """Draw objects of others, some of them with our labels, at the places of some children."""
    name, world = name_of(situation), {**situation.world}
    nothing = ObservedObjects({})
    agent = read_agent(situation.parent)
    for kind, at_places in child_names(
        build_context(agent, nothing, nothing, situation.facts)
    ).items():
        for place in draw(st.sets(st.sampled_from(sorted(at_places)))) if at_places else ():
            other = _object(draw, kind, place, name)
            world[kind] = {applying.key_of(other): other, **world.get(kind, {})}
    return situation.with_(world=world)


def _object(draw: st.DrawFn, kind: str, place: str, name: str) -> Obj:
    labels = {
        "app.kubernetes.io/managed-by": draw(st.sampled_from(["instana-agent-operator", "Helm"])),
        "app.kubernetes.io/component": draw(st.sampled_from(["instana-agent", "k8sensor", "x"])),
        "app.kubernetes.io/instance": draw(st.sampled_from([name, "another"])),
    }
    metadata: dict[str, Any] = {"name": place, "namespace": specs.NAMESPACE, "uid": "theirs"}
    metadata |= draw(st.sampled_from([{}, {"labels": labels}]))
    metadata["ownerReferences"] = draw(OWNERS)
    kind, _, version = kind.partition(".")
    return {"apiVersion": version, "kind": kind, "metadata": metadata}


@st.composite
def _adopted(draw: st.DrawFn, situation: Situation) -> Situation:
    """Draw that some of the children are those of another resource, who never applied them."""
    children = applying.copied(situation.children)
    for of_kind in children.values():
        for child in of_kind.values():
            if draw(st.booleans()):
                metadata = child["metadata"]
                metadata["labels"] = metadata.get("labels", {}) | {
                    "app.kubernetes.io/instance": "another"
                }
                if draw(st.booleans()):
                    metadata.pop("annotations", None)
                    metadata.pop("managedFields", None)
    return situation.with_(children=children)


def _is_observed(situation: Situation, child: Obj) -> bool:
    return applying.key_of(child) in situation.children.get(applying.kind_of(child), {})


SITUATIONS = (clusters.fresh(complete=False) | clusters.running(complete=False)).flatmap(_others)


@given(SITUATIONS, st.booleans())
def test_no_answer_has_what_is_in_the_way(situation: Situation, are_asked_for: bool) -> None:  # noqa: FBT001
    if not are_asked_for:
        situation = situation.with_(unknown=situation.unknown | {"ServiceAccount.v1"})
    new = [each for each in situation.answer()["children"] if not _is_observed(situation, each)]
    found = [
        situation.related.get(applying.kind_of(each), {}).get(applying.key_of(each)) for each in new
    ]

    assert [each for each in found if each and not is_account_of_guide(each)] == []
    assert are_asked_for or new == []


@given(SITUATIONS)
def test_no_child_is_lost_to_what_is_in_the_way(situation: Situation) -> None:
    without = situation.with_(world=_without_others(situation))
    answered = {describe(each) for each in situation.answer()["children"]}
    observed = {
        describe(each) for each in without.answer()["children"] if _is_observed(without, each)
    }

    assert observed <= answered


def _without_others(situation: Situation) -> dict[str, dict[str, Obj]]:
    """Return what the resource refers to, without what is in its way."""
    return {
        kind: {key: each for key, each in objects.items() if _uid(each) != "theirs"}
        for kind, objects in situation.world.items()
    }


def _uid(obj: Obj) -> object:
    return obj["metadata"].get("uid")


@given(SITUATIONS)
def test_new_workloads_name_no_account_that_is_withheld(situation: Situation) -> None:
    children = situation.answer()["children"]
    answered = {each["metadata"]["name"] for each in children if each["kind"] == "ServiceAccount"}
    accounts = situation.related.get("ServiceAccount.v1", {}).values()
    taken = {each["metadata"]["name"] for each in accounts} - answered
    named = {
        each["spec"]["template"]["spec"]["serviceAccountName"]
        for each in children
        if each["kind"] in {"DaemonSet", "Deployment"} and not _is_observed(situation, each)
    }

    assert {each for each in named & taken if not _is_chosen(situation, each)} == set()


def _is_chosen(situation: Situation, account: str) -> bool:
    """Tell whether the resource says to use an account that is there, and to make none."""
    spec = read_agent(situation.parent).spec.service_account
    return not spec.create and account != f"{name_of(situation)}-k8sensor"


@given(clusters.running().flatmap(_adopted))
def test_children_of_another_are_all_kept_as_they_are(situation: Situation) -> None:
    answered = {describe(each): each for each in situation.answer()["children"]}
    of_another = [
        child
        for of_kind in situation.children.values()
        for child in of_kind.values()
        if child["metadata"]["labels"]["app.kubernetes.io/instance"] == "another"
    ]

    assert [each for each in of_another if not contains(each, answered[describe(each)])] == []
