"""Change what an origin names, and the leaf changes; no origin is a secret."""

from collections import defaultdict
from dataclasses import asdict
from random import Random

from hypothesis import given
from hypothesis import strategies as st

from hooks.explain import Explanation, Source, explain
from hooks.explain.effects import Leaf
from hooks.explain.inputs import Input
from tests.property import clusters, specs
from tests.property.clusters import Situation
from tests.support.explaining import leaves_in, made_by_hook, situation_of, unmoved
from tests.support.profiles import FEWER

OF_SPEC = (Source.OVERRIDE, Source.FIELD, Source.DEFAULT)
SEEDS = st.integers(0, 2**32)
FEW = 15
"""How many of the inputs an example looks at, which are up to 800."""

ANY = clusters.fresh() | clusters.running()


def explained(situation: Situation, seed: int) -> Explanation:
    def few(inputs: list[Input]) -> list[Input]:
        return Random(seed).sample(inputs, min(FEW, len(inputs)))

    return explain(situation_of(situation.request, situation.facts), few)


@FEWER
@given(ANY, SEEDS)
def test_a_leaf_changes_with_each_field_that_it_comes_from(situation: Situation, seed: int) -> None:
    leaves_of_field: dict[str, set[Leaf]] = defaultdict(set)
    for leaf in explained(situation, seed).leaves:
        for origin in leaf.origins:
            if origin.source in OF_SPEC and origin.name.startswith("spec."):
                leaves_of_field[origin.name].add((leaf.child, leaf.path))
    given = situation_of(situation.request, situation.facts)
    wrong = {field: unmoved(given, field, leaves) for field, leaves in leaves_of_field.items()}

    assert not {field: leaves for field, leaves in wrong.items() if leaves}


@FEWER
@given(ANY, SEEDS)
def test_every_leaf_of_every_child_has_an_origin(situation: Situation, seed: int) -> None:
    found = explained(situation, seed).leaves
    children = made_by_hook(situation_of(situation.request, situation.facts))

    assert children is not None
    assert {(leaf.child, leaf.path) for leaf in found} == leaves_in(children).keys()
    assert all(leaf.origins for leaf in found)


@FEWER
@given(clusters.fresh(complete=False) | clusters.running(complete=False), SEEDS)
def test_no_origin_is_a_secret(situation: Situation, seed: int) -> None:
    assert specs.MARK not in str(asdict(explained(situation, seed)))
