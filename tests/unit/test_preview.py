"""What a sync would change, told from the objects of a cluster."""

from base64 import b64encode
from typing import Any

import pytest

from hooks.errors import UnreadableRequest
from hooks.kube.objects import Obj, describe
from hooks.preview import CHANGE, CREATE, DELETE, preview
from hooks.status.changes import Changes
from hooks.sync import sync
from tests.recorded import FACTS as RECORDED_FACTS
from tests.recorded import recorded_requests
from tests.support.hook import FACTS, NOW, answer, stored
from tests.support.resources import agent, secret

SYNCS = [each for each in recorded_requests() if each.hook == "sync"]
KEYS = {"agent": {"key": None, "keysSecret": "keys"}}
SECRET_VALUE = "the-secret-value"


def documents(request: Obj) -> list[Obj]:
    """Return all objects of a request, as a cluster has them."""
    objects = [request["parent"]]
    for part in ("children", "related"):
        objects += [each for of_kind in request[part].values() for each in of_kind.values()]
    return objects


def running(parent: Obj, *others: Obj) -> list[Obj]:
    """Return a resource with its children, as they are stored after a sync, and what it names."""
    observed = stored(answer(parent, *others))
    return [parent, *others, *observed]


@pytest.mark.parametrize("recorded", SYNCS, ids=str)
def test_it_tells_of_the_same_changes_as_the_sync(recorded: Any) -> None:
    noted: list[Changes] = []
    sync(recorded.request, RECORDED_FACTS, NOW, noted.append)
    told = preview(documents(recorded.request), RECORDED_FACTS, NOW).changes
    by_verb = {
        verb: {each.child for each in told if each.verb == verb}
        for verb in (CREATE, CHANGE, DELETE)
    }

    assert by_verb[CREATE] == {*noted[0].created}
    assert by_verb[DELETE] == {*noted[0].deleted}
    assert by_verb[CHANGE] == {*noted[0].changed}


def test_what_is_in_the_way_is_left_out_and_named() -> None:
    other = secret("instana-agent-config", mine="x")
    told = preview([agent(), other], FACTS, NOW)

    assert told.withheld == (
        "DaemonSet/instana-agent",
        "Deployment/instana-agent-k8sensor",
        "Secret/instana-agent-config",
    )
    assert not {each.child for each in told.changes} & {*told.withheld}


def test_at_rest_nothing_changes() -> None:
    assert preview(running(agent()), FACTS, NOW).changes == ()


def test_a_changed_template_is_told_with_the_pods_that_are_replaced() -> None:
    _, *others = running(agent())
    changed = agent({"agent": {"mode": "AWS"}})

    (change,) = preview([changed, *others], FACTS, NOW).changes

    assert (change.verb, change.child, change.pods) == (CHANGE, "DaemonSet/instana-agent", 3)
    assert change.before != change.after


def test_a_changed_service_replaces_no_pod() -> None:
    _, *others = running(agent())
    service = next(each for each in others if each["kind"] == "Service")
    service["metadata"]["labels"]["app.kubernetes.io/name"] = "by hand"

    (change,) = preview([agent(), *others], FACTS, NOW).changes

    assert (change.verb, change.child, change.pods) == (CHANGE, describe(service), 0)


def test_children_that_go_are_told_with_their_pods() -> None:
    _, *others = running(agent({"zones": [{"name": "east"}, {"name": "west"}]}))
    fewer = agent({"zones": [{"name": "east"}]})

    gone = [each for each in preview([fewer, *others], FACTS, NOW).changes if each.verb == DELETE]

    assert [(each.child, each.pods) for each in gone] == [("DaemonSet/instana-agent-west", 3)]


def test_of_secrets_only_the_names_of_entries_are_told() -> None:
    parent = agent({"agent": {"key": SECRET_VALUE}})
    _, *others = running(agent({"agent": {"key": f"another-{SECRET_VALUE}"}}))

    created = preview([parent], FACTS, NOW).changes
    changed = preview([parent, *others], FACTS, NOW).changes
    own = next(each for each in changed if each.child == "Secret/instana-agent")

    assert own.before["data"] == dict.fromkeys(("INSTANA_AGENT_KEY", "key"), "(hidden)")
    assert own.after["data"] == dict.fromkeys(own.before["data"], "(hidden, another value)")
    assert SECRET_VALUE not in str((created, changed))
    assert _encoded(SECRET_VALUE) not in str((created, changed))


def test_an_invalid_resource_changes_nothing_and_says_why() -> None:
    _, *others = running(agent())
    told = preview([agent({"k8s_sensor": {"pollrate": "often"}}), *others], FACTS, NOW)

    assert told.changes == ()
    assert [problem.path for problem in told.problems] == ["spec.k8s_sensor.pollrate"]


def test_children_without_managed_fields_are_not_compared() -> None:
    parent, *others = running(agent())
    for each in others:
        each["metadata"]["annotations"] = {}

    with pytest.raises(UnreadableRequest, match="--show-managed-fields"):
        preview([parent, *others], FACTS, NOW)


def test_a_secret_that_is_named_counts_as_in_the_cluster() -> None:
    keys = secret("keys", key="k")
    objects = running(agent(KEYS), keys)

    assert preview(objects, FACTS, NOW).changes == ()
    assert preview([each for each in objects if each is not keys], FACTS, NOW).changes == ()


def _encoded(text: str) -> str:
    return b64encode(text.encode()).decode()
