"""The status tells of each Secret what is there of it, and whether the pods use it."""

from collections.abc import Iterator
from dataclasses import replace
from typing import Any, ClassVar

from hooks.desired import build_context
from hooks.desired.inputs.unresolved import all_unresolved
from hooks.generate.crd.definition import schema
from hooks.kube.objects import Obj
from hooks.models.references import Reference
from hooks.observed import ObservedObjects
from hooks.rules import parse_agent
from hooks.status.fields.references import MOST_REFERENCES
from hooks.status.fields.references import references as items
from tests.support.hook import FACTS, LATER, answer, stored
from tests.support.resources import agent, merged, obj, secret
from tests.support.schema import stored as stored_by_schema

SPEC: Obj = {
    "agent": {
        "key": None,
        "keysSecret": "keys",
        "downloadKeySecretKeyRef": {"name": "mine", "key": "download"},
        "additionalBackends": [{"endpointHost": "second", "endpointPort": "443"}],
    },
    "k8s_sensor": {
        "etcd": {"targets": ["https://etcd:2379/metrics"], "ca": {"secretName": "etcd"}}
    },
}
KEYS = secret("keys", key="k", key_1="k1", unused="u")
MINE = secret("mine", download="d")
ETCD = secret("etcd", ca_crt="c")
ETCD["data"] = {"ca.crt": "Yw=="}
WORLD = (KEYS, MINE, ETCD)


def references(answered: Obj) -> dict[str, Any]:
    return {each["name"]: each for each in answered["status"].get("references", [])}


def in_use(answered: Obj) -> dict[str, Any]:
    return {name: each.get("inUse") for name, each in references(answered).items()}


def test_each_reference_has_its_entries_but_no_value() -> None:
    found = references(answer(agent(SPEC), KEYS, secret("mine", other="o")))

    assert found == {
        "etcd": {"kind": "Secret", "name": "etcd", "state": "Missing", "keysMissing": ["ca.crt"]},
        "keys": {"kind": "Secret", "name": "keys", "state": "Found", "keysFound": ["key", "key-1"]},
        "mine": {
            "kind": "Secret",
            "name": "mine",
            "state": "Found",
            "keysMissing": ["download"],
        },
    }


def test_an_entry_of_the_keys_secret_that_a_backend_lacks_is_missing() -> None:
    found = references(answer(agent(SPEC), secret("keys", key="k"), MINE, ETCD))

    assert found["keys"]["keysMissing"] == ["key-1"]


def test_entries_of_a_configmap_may_be_bytes() -> None:
    items = [{"key": key, "path": key} for key in ("text", "bytes", "neither")]
    volume = {"name": "mine", "configMap": {"name": "mine", "items": items}}
    mine = obj("ConfigMap", "mine", data={"text": "x"}, binaryData={"bytes": "eA=="})

    found = references(answer(agent({"agent": {"pod": {"volumes": [volume]}}}), mine))

    assert found["mine"] == {
        "kind": "ConfigMap",
        "name": "mine",
        "state": "Found",
        "keysFound": ["bytes", "text"],
        "keysMissing": ["neither"],
    }


def test_what_was_not_asked_for_yet_is_unknown() -> None:
    found = references(answer(agent(SPEC), unknown=["Secret.v1"]))

    assert {each["state"] for each in found.values()} == {"Unknown"}


def test_without_references_there_is_no_such_field() -> None:
    assert "references" not in answer(agent())["status"]


def test_pods_that_are_rolled_out_use_what_is_there() -> None:
    before = answer(agent(SPEC), *WORLD)
    settled = answer(agent(SPEC), *WORLD, observed=stored(before))
    rolling = answer(agent(SPEC), *WORLD, observed=stored(before, ready=False))

    assert in_use(before) == dict.fromkeys(("etcd", "keys", "mine"))
    assert in_use(settled) == dict.fromkeys(("etcd", "keys", "mine"), True)
    assert in_use(rolling)["keys"] is False


def test_only_the_pods_that_name_it_count() -> None:
    before = answer(agent(SPEC), *WORLD)
    other = ETCD | {"data": {"ca.crt": "ZA=="}}
    changed = answer(agent(SPEC), KEYS, MINE, other, observed=stored(before))
    rotated = answer(agent(SPEC), KEYS, secret("mine", download="x"), ETCD, observed=stored(before))

    assert in_use(changed) == {"etcd": False, "keys": False, "mine": True}
    assert in_use(rotated) == {"etcd": True, "keys": False, "mine": False}


def test_what_waits_for_approval_is_not_in_use() -> None:
    manual = agent(merged(SPEC, {"rollout": {"policy": "Manual"}}))
    before = answer(manual, *WORLD)
    rotated = secret("mine", download="x")
    held = answer(manual, KEYS, rotated, ETCD, observed=stored(before))

    assert in_use(held) == {"etcd": True, "keys": False, "mine": False}


def test_another_change_that_waits_for_approval_leaves_all_in_use() -> None:
    manual = merged(SPEC, {"rollout": {"policy": "Manual"}})
    running = stored(answer(agent(manual), *WORLD))
    held = answer(
        agent(merged(manual, {"agent": {"image": {"tag": "2"}}})), *WORLD, observed=running
    )

    assert [each["workload"] for each in held["status"]["rollout"]["held"]]
    assert in_use(held) == {"etcd": True, "keys": True, "mine": True}


def test_pods_whose_values_are_unknown_use_nothing() -> None:
    lacking = {"secretKeyRef": {"name": "instana-agent", "key": "lacking"}}
    container = {"name": "instana-agent", "env": [{"name": "X", "valueFrom": lacking}]}
    patch = {"spec": {"template": {"spec": {"containers": [container]}}}}
    pulling = {"agent": {"image": {"pullSecrets": [{"name": "mine"}]}}}
    parent = agent(pulling | {"overrides": {"agentDaemonSet": patch}})

    assert in_use(answer(parent, MINE, observed=stored(answer(parent, MINE)))) == {"mine": False}


def test_switched_off_nobody_knows() -> None:
    off = agent(merged(SPEC, {"agent": {"reloadOnSecretChange": False}}))
    before = answer(off, *WORLD)

    assert in_use(answer(off, *WORLD, observed=stored(before))) == dict.fromkeys(
        ("etcd", "keys", "mine")
    )


def test_the_definition_has_all_of_it_and_it_settles() -> None:
    before = answer(agent(SPEC), *WORLD)
    first = answer(agent(SPEC), *WORLD, observed=stored(before))
    of_definition = schema()["properties"]["status"]
    second = answer(agent(SPEC, status=first["status"]), *WORLD, observed=stored(before), now=LATER)

    assert stored_by_schema(of_definition, first["status"]) == first["status"]
    assert second == first


def test_the_list_is_bounded_and_in_order() -> None:
    volumes = [{"name": f"v{i}", "secret": {"secretName": f"s{i:03}"}} for i in range(100)]
    found = answer(agent({"agent": {"pod": {"volumes": volumes}}}))["status"]["references"]

    assert [each["name"] for each in found] == [f"s{i:03}" for i in range(MOST_REFERENCES)]


class Counted(tuple[Reference, ...]):
    """References that count how often they are gone through."""

    __slots__ = ()
    times: ClassVar[int] = 0

    def __iter__(self) -> Iterator[Reference]:
        type(self).times += 1
        return super().__iter__()


def test_references_are_gone_through_as_often_however_many_there_are() -> None:
    sources = [{"secret": {"name": f"s{index}"}} for index in range(MOST_REFERENCES)]
    volumes = [{"name": "v", "projected": {"sources": sources}}]
    nothing = ObservedObjects({})
    parent = parse_agent(agent({"agent": {"pod": {"volumes": volumes}}}))
    context = build_context(parent, nothing, nothing, FACTS)
    Counted.times = 0

    listed = items(replace(context, references=Counted(context.references)), [], frozenset())

    assert len(listed) == MOST_REFERENCES
    assert Counted.times < len(sources) / 4


def test_what_is_missing_is_looked_for_once() -> None:
    nothing = ObservedObjects({})
    context = build_context(parse_agent(agent(SPEC)), nothing, nothing, FACTS)

    assert all_unresolved(context) is all_unresolved(context)
