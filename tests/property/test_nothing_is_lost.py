"""No mistake in a resource, and nothing missing or unknown around it, deletes a child."""

from typing import Any

from hypothesis import assume, given
from hypothesis import strategies as st

from hooks.kube.objects import Obj
from tests.property import applying, clusters, specs
from tests.property.applying import Apply
from tests.property.clusters import Objects, Situation

APPLIES = st.sampled_from([*clusters.APPLIES, applying.by_server_as_go_operator])


@given(clusters.fresh())
def test_specs_that_are_meant_to_be_valid_are(situation: Situation) -> None:
    assert clusters.is_valid(situation.answer())


@given(clusters.running(specs.broken_specs(), complete=False), APPLIES)
def test_an_invalid_spec_leaves_all_children_as_they_are(
    situation: Situation, apply: Apply
) -> None:
    answer = situation.answer()
    assume(not clusters.is_valid(answer))

    observed = clusters.all_of(situation.children)
    after = applying.carried_out(answer, situation.children, apply)

    assert clusters.identities(answer["children"]) == clusters.identities(observed)
    assert applying.essence(after) == applying.essence(situation.children)


@given(clusters.fresh(specs.broken_specs(), complete=False))
def test_an_invalid_spec_has_no_children_only_if_there_are_none(situation: Situation) -> None:
    answer = situation.answer()

    assert clusters.is_valid(answer) == bool(answer["children"])


@given(clusters.running(specs.broken_specs() | specs.valid_specs()), st.data())
def test_observed_children_that_are_still_wanted_stay(
    situation: Situation, data: st.DataObject
) -> None:
    wanted = clusters.identities(situation.with_(children={}).answer()["children"])
    observed = clusters.identities(clusters.all_of(situation.children))
    poorer = situation.with_(
        world=data.draw(_without_some(situation)), unknown=frozenset(data.draw(clusters.UNKNOWN))
    )

    children = clusters.identities(poorer.answer()["children"])

    assert children >= wanted & observed


@given(clusters.fresh(), APPLIES, st.data())
def test_what_goes_missing_takes_nothing_along(
    situation: Situation, apply: Apply, data: st.DataObject
) -> None:
    healthy = situation.after(apply)
    poorer = healthy.with_(
        world=data.draw(_without_some(healthy)), unknown=frozenset(data.draw(clusters.UNKNOWN))
    )

    before, after = healthy.answer()["children"], poorer.answer()["children"]

    assert clusters.identities(after) >= clusters.identities(before)
    for old, new in _workloads(before, after):
        assert _parts(new) >= _parts(old)


@given(clusters.fresh(), APPLIES, st.data())
def test_an_entry_that_goes_missing_takes_no_child_along(
    situation: Situation, apply: Apply, data: st.DataObject
) -> None:
    healthy = situation.after(apply)
    poorer = healthy.with_(world=data.draw(_with_spoilt_keys(healthy)))

    before, after = healthy.answer()["children"], poorer.answer()["children"]

    assert clusters.identities(after) >= clusters.identities(before)


@st.composite
def _without_some(draw: st.DrawFn, situation: Situation) -> Objects:
    """Draw the world without some of the Secrets and ConfigMaps that the resource names."""
    world = dict(situation.world)
    for kind in ("Secret.v1", "ConfigMap.v1"):
        objects = world.get(kind, {})
        world[kind] = {
            key: obj
            for key, obj in sorted(objects.items())
            if obj["metadata"]["name"] == "etcd-ca" or draw(st.booleans())
        }
    return world


@st.composite
def _with_spoilt_keys(draw: st.DrawFn, situation: Situation) -> Objects:
    """Draw the world with some entries of Secrets with credentials gone, or no text any more."""
    world: Objects = applying.copied(situation.world)
    for name in (specs.KEYS_SECRET, *specs.OWN_NAMES):
        keys = world.get("Secret.v1", {}).get(f"{specs.NAMESPACE}/{name}", {"data": {}})
        for entry in sorted(keys["data"]):
            keys["data"][entry] = draw(st.sampled_from([keys["data"][entry], *clusters.GARBAGE]))
    return world


def _workloads(before: list[Obj], after: list[Obj]) -> list[tuple[Obj, Obj]]:
    pods = {each["kind"] + each["metadata"]["name"]: each for each in after if _has_pods(each)}
    return [
        (each, pods[each["kind"] + each["metadata"]["name"]]) for each in before if _has_pods(each)
    ]


def _has_pods(child: Obj) -> bool:
    return child["kind"] in {"DaemonSet", "Deployment"}


def _parts(workload: Obj) -> set[tuple[str, ...]]:
    """Return the names of the volumes, mounts and variables of a workload's pods."""
    pod: Any = workload["spec"]["template"]["spec"]
    (container,) = (each for each in pod["containers"] if each["name"] == "instana-agent")
    return {
        *(("volume", each["name"]) for each in pod["volumes"]),
        *(("mount", each["name"], each["mountPath"]) for each in container["volumeMounts"]),
        *(("env", each["name"]) for each in container["env"]),
        *(("pull secret", each["name"]) for each in pod.get("imagePullSecrets", [])),
        *(("argument", each) for each in container.get("args", [])),
    }
