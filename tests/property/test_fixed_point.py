"""A resource settles: what has been applied is answered again, and applying it changes nothing.

What pods named until then is given back once more: it goes with the next answer.
"""

from hypothesis import given
from hypothesis import strategies as st

from hooks.kube.objects import Identity, Obj
from hooks.wire import encode
from tests.property import applying, clusters, specs
from tests.property.applying import Apply
from tests.property.clusters import Situation

NAMED_BY_PODS = ("ConfigMap", "Secret", "ServiceAccount")
ANY_SPEC = specs.broken_specs() | specs.valid_specs()


@given(
    clusters.fresh(complete=False) | clusters.running(complete=False),
    st.sampled_from(clusters.APPLIES),
)
def test_children_settle(situation: Situation, apply: Apply) -> None:
    _assert_settled(situation, apply)


@given(clusters.taken_over(complete=False))
def test_children_settle_under_the_name_of_the_go_operator(situation: Situation) -> None:
    _assert_settled(situation, applying.by_server_as_go_operator)


def _assert_settled(situation: Situation, apply: Apply) -> None:
    once = situation.after(apply)
    settled = once.after(apply)

    assert _wanted(once) == _wanted(settled)
    assert _identities(once) <= _identities(situation)
    assert _bytes(settled.answer()) == _bytes(once.answer())
    assert settled.after(apply).children == settled.children


def _identities(situation: Situation) -> set[Identity]:
    return clusters.identities(situation.answer()["children"])


def _wanted(situation: Situation) -> bytes:
    """Return what is answered but for the kinds of which one may stay as long as pods name it."""
    children = situation.answer()["children"]
    return encode({"children": [each for each in children if each["kind"] not in NAMED_BY_PODS]})


@given(clusters.fresh(complete=False), st.sampled_from([clusters.APPLIES, clusters.APPLIES[::-1]]))
def test_children_settle_when_the_way_to_apply_is_changed(
    situation: Situation, applies: tuple[Apply, Apply]
) -> None:
    first, second = applies
    settled = situation.after(first)
    changed = settled.after(second)

    assert _bytes(changed.answer()) == _bytes(settled.answer())
    assert applying.essence(changed.children) == applying.essence(settled.children)


STATUSES: st.SearchStrategy[Obj | None] = st.one_of(
    st.none(),
    st.just({}),
    st.fixed_dictionaries(
        {},
        optional={
            "observedGeneration": st.integers(1, 3),
            "operatorVersion": st.sampled_from(["0.1.0", "2.1.30"]),
            "oldVersionsUpdated": st.booleans(),
            "conditions": st.lists(
                st.fixed_dictionaries(
                    {"type": st.sampled_from(["Valid", "Ready", "Other"])},
                    optional={
                        "status": st.sampled_from(["True", "False", "Unknown"]),
                        "lastTransitionTime": st.just("2025-01-01T00:00:00Z"),
                    },
                ),
                max_size=3,
            ),
        },
    ),
)


@given(clusters.running(ANY_SPEC, complete=False) | clusters.fresh(ANY_SPEC), STATUSES)
def test_the_status_settles(situation: Situation, status: Obj | None) -> None:
    first = situation.with_(parent=situation.parent | {"status": status}).answer()
    stored = first["status"] | {"observedGeneration": situation.parent["metadata"]["generation"]}

    second = situation.with_(parent=situation.parent | {"status": stored}).answer()

    assert encode(second) == encode(first)


@given(clusters.fresh(ANY_SPEC, complete=False), st.sampled_from(clusters.APPLIES))
def test_the_status_of_what_is_settled_does_not_age(situation: Situation, apply: Apply) -> None:
    settled = situation.after(apply).after(apply)
    stored = settled.answer()["status"]

    later = settled.with_(parent=situation.parent | {"status": stored}).answer(clusters.LATER)

    assert encode(later["status"]) == encode(stored)


@given(clusters.running(ANY_SPEC, complete=False), STATUSES)
def test_children_do_not_depend_on_status_or_time(situation: Situation, status: Obj | None) -> None:
    other = situation.with_(parent=situation.parent | {"status": status}).answer(clusters.LATER)

    assert _bytes(other) == _bytes(situation.answer())


def _bytes(answer: Obj) -> bytes:
    return encode({"children": answer["children"]})
