"""Requirements on nodes reach every alternative of an affinity, and change nothing else of it."""

import pytest

from hooks.kube.node_affinity import ON_LINUX, REQUIRED, excludes_linux, narrowed, required_terms
from hooks.kube.objects import Obj

BIG = {"key": "size", "operator": "In", "values": ["big"]}
SPOT = {"key": "spot", "operator": "Exists"}
BY_NAME = {"matchFields": [{"key": "metadata.name", "operator": "In", "values": ["a"]}]}


def affinity(*terms: Obj) -> Obj:
    return {"nodeAffinity": {REQUIRED: {"nodeSelectorTerms": [*terms]}}}


def expressions(*given: Obj) -> Obj:
    return {"matchExpressions": [*given]}


@pytest.mark.parametrize(
    ("given", "terms"),
    [
        ({}, [expressions(ON_LINUX)]),
        ({"nodeAffinity": None}, [expressions(ON_LINUX)]),
        ({"nodeAffinity": {REQUIRED: None}}, [expressions(ON_LINUX)]),
        (affinity(), [expressions(ON_LINUX)]),
        (affinity(expressions(BIG)), [expressions(BIG, ON_LINUX)]),
        (
            affinity(expressions(BIG), expressions(SPOT)),
            [expressions(BIG, ON_LINUX), expressions(SPOT, ON_LINUX)],
        ),
        (affinity(BY_NAME), [BY_NAME | expressions(ON_LINUX)]),
        (affinity(expressions(ON_LINUX, BIG)), [expressions(ON_LINUX, BIG)]),
        (
            affinity(expressions(ON_LINUX), expressions(BIG)),
            [expressions(ON_LINUX), expressions(BIG, ON_LINUX)],
        ),
        (affinity({}, expressions(BIG)), [expressions(BIG, ON_LINUX)]),
        (affinity({}), [{}]),
    ],
)
def test_each_term_has_the_requirement(given: Obj, terms: list[Obj]) -> None:
    assert required_terms(narrowed(given, [[ON_LINUX]])) == terms


def test_alternatives_are_those_of_each_term() -> None:
    found = narrowed(affinity(expressions(BIG), BY_NAME), [[SPOT], [ON_LINUX]])

    assert required_terms(found) == [
        expressions(BIG, SPOT),
        expressions(BIG, ON_LINUX),
        BY_NAME | expressions(SPOT),
        BY_NAME | expressions(ON_LINUX),
    ]


def test_all_else_stays() -> None:
    preferred = [{"preference": expressions(BIG), "weight": 1}]
    given: Obj = {
        "nodeAffinity": {"preferredDuringSchedulingIgnoredDuringExecution": preferred},
        "podAntiAffinity": {REQUIRED: [{"topologyKey": "x"}]},
    }
    found = narrowed(given, [[ON_LINUX]])

    assert found["podAntiAffinity"] == given["podAntiAffinity"]
    assert found["nodeAffinity"].items() > given["nodeAffinity"].items()
    assert REQUIRED not in given["nodeAffinity"]


@pytest.mark.parametrize("key", ["kubernetes.io/os", "beta.kubernetes.io/os"])
@pytest.mark.parametrize(
    ("operator", "values", "excludes"),
    [
        ("In", ["linux"], False),
        ("In", ["windows", "linux"], False),
        ("In", ["windows"], True),
        ("In", None, True),
        ("NotIn", ["windows"], False),
        ("NotIn", ["linux"], True),
        ("NotIn", ["windows", "linux"], True),
        ("Exists", None, False),
        ("DoesNotExist", None, True),
        ("Gt", ["1"], True),
        ("Lt", ["1"], True),
    ],
)
def test_what_leaves_out_linux(
    key: str,
    operator: str,
    values: list[str] | None,
    excludes: bool,  # noqa: FBT001
) -> None:
    assert excludes_linux({"key": key, "operator": operator, "values": values}) is excludes
    assert not excludes_linux({"key": "other", "operator": operator, "values": values})
