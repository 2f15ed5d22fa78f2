"""Which nodes pods can run on: none without Linux, and all others that the user lets them."""

from hypothesis import given
from hypothesis import strategies as st

from hooks.desired.passes.nodes import MACHINES
from hooks.kube.node_affinity import LINUX, OS, REQUIRED
from hooks.kube.objects import Obj
from hooks.kube.selectors import matches
from tests.property import clusters, specs
from tests.property.clusters import Situation

SYSTEMS = st.sampled_from([LINUX, "windows"])
LABELS = st.dictionaries(
    st.sampled_from(["os", "spot", "disktype", "pool"]),
    st.sampled_from(["linux", "ssd", "a"]),
    max_size=3,
)
KINDS_OF_NODES = st.sampled_from(
    [{}, *({each["key"]: each["values"][0]} for each in MACHINES), {MACHINES[0]["key"]: "auto"}]
)


@given(clusters.fresh(specs.valid_specs()), SYSTEMS, LABELS, KINDS_OF_NODES)
def test_no_pod_runs_where_it_cannot(
    situation: Situation, system: str, labels: dict[str, str], kind: dict[str, str]
) -> None:
    takers = [each for each in _workloads(situation) if _takes(each, labels | kind | {OS: system})]
    careful = [each for each in takers if each["kind"] == "DaemonSet" and _tolerates_all(each)]

    assert not takers or system == LINUX
    assert not careful or _is_machine(kind)


@given(clusters.fresh(specs.valid_specs()))
def test_each_term_says_so_once(situation: Situation) -> None:
    terms = [term for workload in _workloads(situation) for term in _terms(workload)]
    written = [[str(each) for each in term.get("matchExpressions", [])] for term in terms]

    assert [len(each) for each in written] == [len({*each}) for each in written]


def _is_machine(kind: dict[str, str]) -> bool:
    return kind in ({}, {MACHINES[0]["key"]: "auto"})


def _workloads(situation: Situation) -> list[Obj]:
    children: list[Obj] = situation.answer()["children"]
    return [each for each in children if each["kind"] in {"DaemonSet", "Deployment"}]


def _pod(workload: Obj) -> Obj:
    spec: Obj = workload["spec"]["template"]["spec"]
    return spec


def _terms(workload: Obj) -> list[Obj]:
    of_node = _pod(workload)["affinity"].get("nodeAffinity", {})
    terms: list[Obj] = of_node.get(REQUIRED, {}).get("nodeSelectorTerms", [{}])
    return terms


def _takes(workload: Obj, labels: dict[str, str]) -> bool:
    wanted = _pod(workload).get("nodeSelector", {})
    selected = matches({"matchLabels": wanted}, labels)
    return selected and any(matches(term, labels) for term in _terms(workload))


def _tolerates_all(workload: Obj) -> bool:
    return {"operator": "Exists"} in _pod(workload).get("tolerations", [])
