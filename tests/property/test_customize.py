"""What a resource is related to depends on its spec only, and covers what the children need."""

from hypothesis import given
from hypothesis import strategies as st

from hooks.kube.objects import Obj
from hooks.models.references import references
from hooks.rules import parse_agent
from tests.property import clusters, specs
from tests.property.clusters import Situation
from tests.support.hook import related_rules

ANY_SPEC = specs.broken_specs() | specs.valid_specs()
METADATA = st.fixed_dictionaries(
    {},
    optional={
        "labels": specs.LABELS,
        "annotations": specs.LABELS,
        "resourceVersion": st.just("77"),
        "deletionTimestamp": st.just(clusters.NOW),
        "managedFields": st.just([{"manager": "kubectl"}]),
    },
)


@given(clusters.fresh(ANY_SPEC), METADATA, specs.json_values())
def test_only_the_spec_counts(situation: Situation, metadata: Obj, status: Obj) -> None:
    parent = situation.parent
    other = parent | {"metadata": parent["metadata"] | metadata, "status": status}

    assert related_rules(other, situation.facts) == related_rules(parent, situation.facts)


@given(clusters.fresh())
def test_every_reference_is_asked_for_once(situation: Situation) -> None:
    rules = related_rules(situation.parent, situation.facts)
    asked = [
        (rule["resource"], name)
        for rule in rules
        if rule.get("namespace") == specs.NAMESPACE
        for name in rule.get("names", ())
    ]

    assert len(asked) == len(set(asked))
    for each in references(parse_agent(situation.parent)):
        assert (f"{each.kind.lower()}s", each.name) in asked


@given(clusters.fresh())
def test_rules_are_as_metacontroller_wants_them(situation: Situation) -> None:
    rules = related_rules(situation.parent, situation.facts)

    assert rules
    for rule in rules:
        assert rule.keys() <= {"apiVersion", "resource", "namespace", "names", "labelSelector"}
        assert ("names" in rule) != ("labelSelector" in rule)
