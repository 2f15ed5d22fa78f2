"""What is paused or waits for approval does not change, and an approval changes just that."""

from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from hooks.kube.objects import Identity, Obj, identity
from tests.property import applying, clusters, specs
from tests.property.applying import Apply
from tests.property.clusters import Situation

ANY_SPEC = specs.broken_specs() | specs.valid_specs()
PAUSED = {"instana.io/paused": "true"}
APPLY = st.sampled_from(clusters.APPLIES)


@given(clusters.running(complete=False), ANY_SPEC, APPLY)
def test_nothing_changes_while_paused(situation: Situation, spec: Any, apply: Apply) -> None:
    settled = situation.after(apply).after(apply)
    paused = _annotated(_with_spec(settled, spec), PAUSED)

    assert applying.essence(paused.after(apply).children) == applying.essence(settled.children)


@given(clusters.running(complete=False), specs.valid_specs(), APPLY)
def test_what_is_held_stays_until_it_is_approved(
    situation: Situation, spec: Obj, apply: Apply
) -> None:
    manual = specs.merged(spec, {"rollout": {"policy": "Manual"}})
    changed = _with_spec(situation.after(apply).after(apply), manual)
    held = _held(changed)

    kept = _templates(changed.after(apply), held)
    approved = _approved(changed)

    assert kept == _templates(changed, held)
    assert _held(approved) == {}
    # A DaemonSet of the Helm era that goes with the change makes another one of it.
    assert _held(_approved(approved.after(apply)).after(apply)) == {}


def _with_spec(situation: Situation, spec: Any) -> Situation:
    return situation.with_(parent=situation.parent | {"spec": spec})


def _annotated(situation: Situation, annotations: dict[str, str]) -> Situation:
    metadata = situation.parent["metadata"] | {"annotations": annotations}
    return situation.with_(parent=situation.parent | {"metadata": metadata})


def _approved(situation: Situation) -> Situation:
    """Return the situation after somebody approved all that waits."""
    names = ",".join(_held(situation).values())
    return _annotated(situation, {"instana.io/approve": names}) if names else situation


def _held(situation: Situation) -> dict[str, str]:
    """Return the names of the changes that wait, by workload."""
    held = situation.answer()["status"].get("rollout", {}).get("held", [])
    return {each["workload"]: each["approval"] for each in held}


def _templates(situation: Situation, held: dict[str, str]) -> dict[Identity, Obj]:
    return {
        identity(child): child["spec"]["template"]
        for child in clusters.all_of(situation.children)
        if f"{child['kind']}/{child['metadata']['name']}" in held
    }
