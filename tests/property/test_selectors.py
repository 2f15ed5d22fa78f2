"""The selector of a workload never changes, and its pods go on matching it."""

from hypothesis import assume, given

from hooks.kube.objects import Identity, Obj, identity
from hooks.kube.selectors import matches
from tests.property import clusters, specs
from tests.property.clusters import Situation


@given(clusters.running(specs.broken_specs() | specs.valid_specs(), complete=False))
def test_selectors_of_observed_workloads_stay(situation: Situation) -> None:
    before = _selectors(clusters.all_of(situation.children))
    after = _selectors(situation.answer()["children"])
    both = before.keys() & after.keys()
    assume(both)

    assert {each: after[each] for each in both} == {each: before[each] for each in both}


@given(clusters.running(complete=False))
def test_pods_match_the_selector_of_their_workload(situation: Situation) -> None:
    specs_of = [each["spec"] for each in _workloads(situation.answer()["children"])]
    assume(specs_of)

    assert [
        each
        for each in specs_of
        if not matches(each["selector"], each["template"]["metadata"]["labels"])
    ] == []


def _selectors(children: list[Obj]) -> dict[Identity, Obj]:
    return {identity(each): each["spec"]["selector"] for each in _workloads(children)}


def _workloads(children: list[Obj]) -> list[Obj]:
    return [each for each in children if each["kind"] in {"DaemonSet", "Deployment"}]
