"""Why the pods of a workload were replaced last: told once, kept until they are again."""

import pytest

from hooks.desired.inputs.zones import TOPOLOGY_ZONE
from hooks.facts import Facts
from hooks.kube.objects import Obj, describe
from hooks.status.size import MOST_PARTS
from hooks.wire import encode
from tests.support.hook import FACTS, LATER, answer, stored
from tests.support.resources import agent, merged, obj, secret

AGENT, SENSOR = "DaemonSet/instana-agent", "Deployment/instana-agent-k8sensor"
NEW_IMAGE = {"agent": {"image": {"tag": "2"}}}
MANUAL = {"rollout": {"policy": "Manual"}}
NEW_VALUES = "values of Secrets or ConfigMaps that pods read when they start"
NOT_KNOWN = "unknown: it happened before causes were recorded"
WITH_STORE = {"agent": {"key": None, "keysSecret": "keys"}}


def parent(
    spec: Obj | None = None, *, before: Obj | None = None, generation: int = 1, **notes: str
) -> Obj:
    """Return the resource with the status of a former answer."""
    found = agent(spec, **({"status": before["status"]} if before else {}))
    annotations = {f"instana.io/{name}": text for name, text in notes.items()}
    found["metadata"] |= {"generation": generation, "annotations": annotations}
    return found


def last(answered: Obj) -> dict[str, Obj]:
    return {each["workload"]: each for each in answered["status"]["rollout"]["last"]}


def causes(answered: Obj) -> set[str]:
    return {each["cause"] for each in last(answered).values()}


def test_the_first_pods_come_with_the_resource() -> None:
    assert causes(answer(parent())) == {"generation 1 of the resource"}


def test_a_cause_is_kept_while_the_template_is() -> None:
    first = answer(parent())
    scaled = {"k8s_sensor": {"deployment": {"replicas": 5}}}
    second = answer(parent(scaled, before=first, generation=2), observed=stored(first), now=LATER)

    assert last(second)[SENSOR]["cause"] == "generation 1 of the resource"
    assert last(second)[SENSOR]["template"] == last(first)[SENSOR]["template"]


def test_a_change_of_the_resource_is_the_cause_of_the_workload_that_it_changes() -> None:
    first = answer(parent())
    second = answer(parent(NEW_IMAGE, before=first, generation=2), observed=stored(first))
    third = answer(parent(NEW_IMAGE, before=second, generation=2), observed=stored(second))

    assert last(second)[AGENT]["cause"] == "generation 2 of the resource"
    assert last(second)[SENSOR]["cause"] == "generation 1 of the resource"
    assert causes(third) == causes(second)


def test_what_runs_already_when_the_recording_begins_is_not_known() -> None:
    first = answer(parent())
    older: Obj = {"status": {"observedGeneration": 1, "operatorVersion": "0.0.1"}}

    assert causes(answer(parent(before=older), observed=stored(first))) == {NOT_KNOWN}


def test_a_status_that_comes_later_than_the_children_loses_no_cause() -> None:
    """Metacontroller may call with children that it wrote, and the resource from before that."""
    first = answer(parent())
    second = answer(parent(NEW_IMAGE, before=first, generation=2), observed=stored(first))
    late = answer(parent(NEW_IMAGE, before=first, generation=2), observed=stored(second))

    assert last(answer(parent(), observed=stored(first))) == last(
        answer(parent(before=first), observed=stored(first))
    )
    assert causes(late) == causes(second)
    assert last(late)[AGENT]["cause"] == "generation 2 of the resource"


def test_a_workload_of_a_new_zone_is_no_change_of_values() -> None:
    facts = Facts(operator_version=FACTS.operator_version, node_zones=True)
    spec = {"zone": {"automatic": "NodeLabel"}}
    first = answer(parent(spec), facts=facts)
    labels = {"labels": {TOPOLOGY_ZONE: "eu"}}
    node = obj("Node", "n", "", metadata=labels)
    second = answer(parent(spec, before=first), node, observed=stored(first), facts=facts)

    assert last(second)[f"{AGENT}-eu"]["cause"].startswith("the workload did not exist: a new zone")
    assert last(second)[AGENT]["cause"] == "generation 1 of the resource"


def test_a_new_version_of_the_service_that_changes_no_pod_is_no_cause() -> None:
    first = answer(parent())
    newer = Facts(operator_version="9.9.9")
    second = answer(parent(before=first), observed=stored(first), facts=newer)

    assert causes(second) == {"generation 1 of the resource"}


def test_new_values_are_a_cause_and_their_digest_is_told_once_pods_have_read_them() -> None:
    first = answer(parent(WITH_STORE), secret("keys", key="old"))
    running = stored(first)
    before = answer(parent(WITH_STORE, before=first), secret("keys", key="old"), observed=running)
    rotated = secret("keys", key="new")
    asked = answer(parent(WITH_STORE, before=before), rotated, observed=running)
    done = answer(parent(WITH_STORE, before=asked), rotated, observed=stored(asked))

    assert "checksum" not in last(first)[AGENT]
    assert causes(asked) == {NEW_VALUES}
    assert last(asked)[AGENT]["checksum"] == last(before)[AGENT]["checksum"]
    assert last(done)[AGENT]["checksum"] != last(before)[AGENT]["checksum"]
    assert causes(done) == causes(asked)


def test_a_late_status_loses_no_new_values() -> None:
    first = answer(parent(WITH_STORE), secret("keys", key="old"))
    before = answer(
        parent(WITH_STORE, before=first), secret("keys", key="old"), observed=stored(first)
    )
    rotated = secret("keys", key="new")
    asked = answer(parent(WITH_STORE, before=before), rotated, observed=stored(before))
    late = answer(parent(WITH_STORE, before=before), rotated, observed=stored(asked))

    assert causes(late) == causes(asked)
    assert causes(late) == {NEW_VALUES}


BEFORE, MADE, THEN, LAST = (f"2026-01-01T12:0{minute}:00Z" for minute in range(4))
OF_TEMPLATE: Obj = {"f:spec": {"f:template": {}}}
TWO_KEYS = {
    "agent": {"key": None, "keysSecret": "keys", "proxyHost": "p", "tls": {"secretName": "t"}}
}


def noted(found: Obj, *writes: tuple[str, Obj]) -> Obj:
    entries = [{"manager": "any", "time": time, "fieldsV1": fields} for time, fields in writes]
    found["metadata"]["managedFields"] = entries
    return found


def data(*entries: str) -> Obj:
    return {"f:data": {".": {}, **{f"f:{entry}": {} for entry in entries}}}


def keys(key: str, *writes: tuple[str, Obj]) -> Obj:
    return noted(secret("keys", key=key, downloadKey="d"), *writes)


def certificate(*writes: tuple[str, Obj]) -> Obj:
    return noted(secret("t", **{"tls.crt": "c", "tls.key": "k"}), *writes)


@pytest.mark.parametrize(
    ("of_keys", "of_certificate", "expected"),
    [
        ([(THEN, data("key"))], [], "Secret keys, entry key"),
        (
            [(BEFORE, data("key", "downloadKey")), (THEN, data("key"))],
            [(BEFORE, data("tls.crt"))],
            "Secret keys, entry key",
        ),
        ([(THEN, data("key", "downloadKey"))], [], "Secret keys, entry downloadKey or key"),
        (
            [(THEN, data("key"))],
            [(LAST, data("tls.crt", "tls.key"))],
            "Secret keys, entry key, or of Secret t, entry tls.crt or tls.key",
        ),
        ([(THEN, data("unread")), (THEN, {"f:metadata": {"f:labels": {}}})], [], ""),
        ([(BEFORE, data("key"))], [], ""),
        ([(MADE, data("key"))], [], ""),
        ([], [], ""),
    ],
)
def test_new_values_are_told_by_what_was_written(
    of_keys: list[tuple[str, Obj]], of_certificate: list[tuple[str, Obj]], expected: str
) -> None:
    pair = certificate(*of_certificate)
    first = answer(parent(TWO_KEYS), keys("old"), pair)
    running = [noted(each, (MADE, OF_TEMPLATE)) for each in stored(first)]
    rotated = answer(parent(TWO_KEYS, before=first), keys("new", *of_keys), pair, observed=running)

    cause = f"a new value of {expected}" if expected else NEW_VALUES
    assert last(rotated)[AGENT]["cause"] == cause


@pytest.mark.parametrize(
    ("written", "known"), [(BEFORE, True), (MADE, True), ("2026-01-01T11:59:59Z", False)]
)
def test_a_late_status_does_not_lose_which_value(written: str, *, known: bool) -> None:
    """The pods were asked for a moment ago, shortly after somebody wrote the Secret."""
    first = answer(parent(WITH_STORE), keys("old"))
    old = answer(parent(WITH_STORE, before=first), keys("old"), observed=stored(first))
    rotated = keys("new", (written, data("key")))
    asked = answer(parent(WITH_STORE, before=old), rotated, observed=stored(old))
    running = [noted(each, (MADE, OF_TEMPLATE)) for each in stored(asked)]
    late = answer(parent(WITH_STORE, before=old), rotated, observed=running)

    assert causes(late) == {"a new value of Secret keys, entry key" if known else NEW_VALUES}


def test_a_key_in_a_file_of_ours_is_told_by_its_source() -> None:
    """An additional backend has a file with its key, in a Secret that is made for it."""
    backends = [{"endpointHost": "b", "endpointPort": "1", "key": "in-the-resource"}]
    spec = merged(WITH_STORE, {"agent": {"additionalBackends": backends}})
    first = answer(parent(spec), keys("old"))
    running = [noted(each, (MADE, OF_TEMPLATE)) for each in stored(first)]
    new = keys("new", (THEN, data("key")))
    rotated = answer(parent(spec, before=first), new, observed=running)

    assert last(rotated)[AGENT]["cause"] == "a new value of Secret keys, entry key"


def test_a_held_change_names_the_new_value() -> None:
    spec = merged(WITH_STORE, MANUAL)
    first = answer(parent(spec), keys("old"))
    running = [noted(each, (MADE, OF_TEMPLATE)) for each in stored(first)]
    new = keys("new", (THEN, data("key")))
    rotated = answer(parent(spec, before=first), new, observed=running)

    found = {each["cause"] for each in rotated["status"]["rollout"]["held"]}
    assert found == {"a new value of Secret keys, entry key"}


def test_a_late_status_loses_no_workload_of_a_new_zone() -> None:
    facts = Facts(operator_version=FACTS.operator_version, node_zones=True)
    spec = {"zone": {"automatic": "NodeLabel"}}
    first = answer(parent(spec), facts=facts)
    node = obj("Node", "n", "", metadata={"labels": {TOPOLOGY_ZONE: "eu"}})
    second = answer(parent(spec, before=first), node, observed=stored(first), facts=facts)
    late = answer(parent(spec, before=first), node, observed=stored(second), facts=facts)

    assert last(late)[f"{AGENT}-eu"]["cause"].startswith("the workload did not exist: a new zone")
    assert last(late)[AGENT]["cause"] == "generation 1 of the resource"


def test_a_workload_that_was_not_listed_is_not_new() -> None:
    facts = Facts(operator_version=FACTS.operator_version, node_zones=True)
    spec = {"zone": {"automatic": "NodeLabel"}}
    nodes = [
        obj("Node", f"n{index}", "", metadata={"labels": {TOPOLOGY_ZONE: f"z{index:02}"}})
        for index in range(MOST_PARTS)
    ]
    first = answer(parent(spec), *nodes, facts=facts)
    left = [each for each in stored(first) if not describe(each).endswith("-z00")]
    second = answer(parent(spec, before=first), *nodes[1:], observed=left, facts=facts)

    assert f"{AGENT}-z15" not in last(first)
    assert last(second)[f"{AGENT}-z15"]["cause"] == NOT_KNOWN


def test_a_late_status_loses_no_approval() -> None:
    first = answer(parent(MANUAL))
    spec = merged(MANUAL, NEW_IMAGE)
    held = answer(parent(spec, before=first, generation=2), observed=stored(first))
    (change,) = held["status"]["rollout"]["held"]
    approving = parent(spec, before=held, generation=2, approve=change["approval"])
    approved = answer(approving, observed=stored(first))
    late = answer(approving, observed=stored(approved))

    assert last(late)[AGENT]["cause"] == "generation 2 of the resource, no longer held"
    assert causes(late) == causes(approved)


def test_a_change_that_is_held_is_no_roll_out_before_it_is_approved() -> None:
    first = answer(parent(MANUAL))
    spec = merged(MANUAL, NEW_IMAGE)
    held = answer(parent(spec, before=first, generation=2), observed=stored(first))
    (change,) = held["status"]["rollout"]["held"]
    approved = answer(
        parent(spec, before=held, generation=2, approve=change["approval"]), observed=stored(first)
    )
    reverted = answer(parent(MANUAL, before=held, generation=3), observed=stored(first))

    assert last(held)[AGENT]["cause"] == "generation 1 of the resource"
    assert last(approved)[AGENT]["cause"] == "generation 2 of the resource, no longer held"
    assert last(reverted)[AGENT]["cause"] == "generation 1 of the resource"


def test_a_pause_keeps_the_causes_and_its_end_is_one() -> None:
    first = answer(parent())
    running = stored(first)
    paused = answer(parent(NEW_IMAGE, before=first, generation=2, paused="true"), observed=running)
    resumed = answer(parent(NEW_IMAGE, before=paused, generation=2), observed=running)

    assert last(paused) == last(first)
    assert last(resumed)[AGENT]["cause"] == "the resource is no longer paused"
    assert last(resumed)[SENSOR]["cause"] == "generation 1 of the resource"


def test_an_invalid_resource_keeps_the_causes() -> None:
    first = answer(parent())
    invalid = parent({"k8s_sensor": {"pollrate": "often"}}, before=first, generation=2)

    assert last(answer(invalid, observed=stored(first))) == last(first)


def test_what_is_no_list_of_causes_is_left_out() -> None:
    odd = [{"workload": AGENT, "cause": 7, "other": "x"}, {"cause": "lost"}, "text"]
    status = {"rollout": {"last": odd}, "observedGeneration": 1, "operatorVersion": "1.2.3"}
    invalid = agent({"k8s_sensor": {"pollrate": "often"}}, status=status)
    found = answer(invalid)["status"]["rollout"]["last"]

    assert found == [{"workload": AGENT}]


def test_a_template_that_is_changed_by_hand_has_no_cause_in_the_resource() -> None:
    first = answer(parent())
    settings = Facts(operator_version=FACTS.operator_version, openshift=True)
    second = answer(parent(before=first), observed=stored(first), facts=settings)

    changed = {each["cause"] for each in last(second).values()} - causes(first)
    assert changed <= {
        "a setting of the service, an object that the resource names, or a change by hand"
    }
    assert encode(answer(parent(before=second), observed=stored(second), facts=settings)["status"])
