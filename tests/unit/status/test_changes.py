"""What becomes of the children is told by their names, and nothing at rest."""

from hooks.kube.objects import Obj
from hooks.status.changes import NO_CHANGES, Changes
from hooks.sync import sync
from tests.support.hook import FACTS, NOW, answer, request, stored
from tests.support.resources import agent

AGENT, CONFIG = "DaemonSet/instana-agent", "Secret/instana-agent-config"
EXTRA: Obj = {"apiVersion": "v1", "kind": "ConfigMap"}
EXTRA |= {"metadata": {"name": "left", "namespace": "instana-agent", "uid": "u"}}


def changes(parent: Obj, observed: list[Obj]) -> Changes:
    noted: list[Changes] = []
    sync(request(parent, observed=observed), FACTS, NOW, noted.append)
    (found,) = noted
    return found


def running() -> list[Obj]:
    return stored(answer(agent()))


def test_at_rest_nothing_is_told() -> None:
    assert changes(agent(), running()) is NO_CHANGES


def test_all_children_are_created_at_first() -> None:
    found = changes(agent(), [])

    assert {AGENT, CONFIG} < {*found.created}
    assert len(found.created) == len(answer(agent())["children"])
    assert (found.changed, found.deleted) == ((), ())


def test_what_differs_is_changed() -> None:
    found = changes(agent({"agent": {"mode": "AWS"}}), running())

    assert AGENT in found.changed
    assert (found.created, found.deleted) == ((), ())


def test_what_is_no_child_any_more_is_deleted() -> None:
    found = changes(agent(), [*running(), EXTRA])

    assert found == Changes(deleted=("ConfigMap/left",))


def test_a_paused_and_an_invalid_resource_change_nothing() -> None:
    paused = agent({"agent": {"mode": "AWS"}})
    paused["metadata"]["annotations"] = {"instana.io/paused": "true"}

    assert changes(paused, running()) is NO_CHANGES
    assert changes(agent({"k8s_sensor": {"pollrate": "often"}}), running()) is NO_CHANGES
