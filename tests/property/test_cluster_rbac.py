"""Bindings go only with their agent, never because something is unknown or unreadable."""

from collections.abc import Callable
from typing import Final

from hypothesis import assume, given
from hypothesis import strategies as st

from hooks.cluster_rbac import NEEDED, read_by_models, read_needed
from hooks.desired.cluster_rbac import Bound
from hooks.errors import InvalidResource
from hooks.kube.objects import Obj
from tests.property import applying, bindings, clusters, specs
from tests.property.bindings import SAID, RoleSituation

METADATA: Final = ("name", "namespace", "uid")


@given(bindings.situations())
def test_bindings_of_agents_that_are_not_carried_out_stay(situation: RoleSituation) -> None:
    answer = {each["metadata"]["name"]: each for each in situation.answer()}
    observed = {
        name: binding
        for name, binding in situation.bindings.items()
        if not _is_carried_out(_agent_of(name, situation))
    }
    assume(observed)

    assert {
        name: applying.dynamically(binding, answer[name]) for name, binding in observed.items()
    } == observed


@given(bindings.situations())
def test_bindings_settle(situation: RoleSituation) -> None:
    answer = situation.answer()
    stored = {
        each["metadata"]["name"]: applying.dynamically(
            situation.bindings.get(each["metadata"]["name"]), each
        )
        for each in answer
    }
    settled = RoleSituation(situation.role, situation.facts, situation.agents, stored)

    again = settled.answer()

    assert again == answer
    assert [applying.dynamically(stored[each["metadata"]["name"]], each) for each in again] == list(
        stored.values()
    )


@given(bindings.situations())
def test_bindings_are_distinct_and_say_whose_they_are(situation: RoleSituation) -> None:
    answer = situation.answer()

    assert len(clusters.identities(answer)) == len(answer)
    for binding in answer:
        assert binding["roleRef"]["name"] == situation.role["metadata"]["name"]
        assert len(binding["subjects"]) == 1


_VALUES = st.none() | st.booleans() | st.sampled_from(["", "default", "theirs", 1, 1.0, []])
_PARTS = specs.json_values() | st.dictionaries(
    st.sampled_from(["create", "name", "deployment"]),
    _VALUES | st.dictionaries(st.just("enabled"), _VALUES),
)


@given(st.dictionaries(st.sampled_from([*NEEDED["spec"], "zones"]), _PARTS), st.data())
def test_what_is_read_of_an_agent_is_what_the_models_read(given: Obj, data: st.DataObject) -> None:
    spec = {"agent": {}} | given if data.draw(st.booleans()) else given
    metadata = data.draw(st.just({}) | st.dictionaries(st.sampled_from(METADATA), _VALUES))
    resource = specs.resource(spec, "agent")
    resource["metadata"] |= metadata

    assert _read(read_needed, resource) == _read(read_by_models, resource)


def _read(read: Callable[[Obj], Bound], resource: Obj) -> Bound | str:
    try:
        return read(resource)
    except InvalidResource as error:
        return str(error)


def _agent_of(binding: str, situation: RoleSituation) -> Obj | None:
    if situation.agents is None:
        return None
    _, namespace, name = binding.split(":")
    return situation.agents[f"{namespace}/{name}"]


def _is_carried_out(agent: Obj | None) -> bool:
    if agent is None or agent["status"] != SAID[0]:
        return False
    try:
        read_needed(agent)
    except InvalidResource:
        return False
    return True
