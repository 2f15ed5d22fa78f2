"""The order of fields and objects in a request means nothing."""

from hypothesis import given
from hypothesis import strategies as st

from hooks import cluster_rbac
from hooks.customize import customize
from hooks.wire import encode
from tests.property import bindings, clusters, specs
from tests.property.bindings import RoleSituation
from tests.property.clusters import Situation

ANY_SPEC = specs.broken_specs() | specs.valid_specs()


@given(clusters.running(ANY_SPEC, complete=False), st.integers(0, 2**32))
def test_sync_answers_the_same_in_any_order(situation: Situation, seed: int) -> None:
    shuffled = clusters.shuffled(situation.request, seed)

    assert clusters.answered(shuffled, situation.facts) == situation.answer_bytes()


@given(clusters.fresh(ANY_SPEC), st.integers(0, 2**32))
def test_customize_answers_the_same_in_any_order(situation: Situation, seed: int) -> None:
    request = {"parent": situation.parent}
    shuffled = clusters.shuffled(request, seed)

    assert encode(customize(shuffled, situation.facts)) == encode(
        customize(request, situation.facts)
    )


@given(bindings.situations(), st.integers(0, 2**32))
def test_bindings_are_the_same_in_any_order(situation: RoleSituation, seed: int) -> None:
    shuffled = clusters.shuffled(situation.request, seed)

    assert encode(cluster_rbac.sync(shuffled, situation.facts)) == encode(
        cluster_rbac.sync(situation.request, situation.facts)
    )
