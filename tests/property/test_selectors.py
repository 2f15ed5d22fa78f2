"""The selector of a workload never changes, and its pods go on matching it."""

from hypothesis import given

from hooks.kube.objects import Obj
from hooks.kube.selectors import matches
from tests.property import applying, clusters, specs
from tests.property.clusters import Situation


@given(clusters.running(specs.broken_specs() | specs.valid_specs(), complete=False))
def test_selectors_of_observed_workloads_stay(situation: Situation) -> None:
    for workload in _workloads(situation.answer()["children"]):
        kind, key = applying.kind_of(workload), applying.key_of(workload)
        observed = situation.children.get(kind, {}).get(key)
        if observed:
            assert workload["spec"]["selector"] == observed["spec"]["selector"]


@given(clusters.running(complete=False))
def test_pods_match_the_selector_of_their_workload(situation: Situation) -> None:
    for workload in _workloads(situation.answer()["children"]):
        spec = workload["spec"]
        assert matches(spec["selector"], spec["template"]["metadata"]["labels"])


def _workloads(children: list[Obj]) -> list[Obj]:
    return [each for each in children if each["kind"] in {"DaemonSet", "Deployment"}]
