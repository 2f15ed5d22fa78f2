"""Pods restart for a value that they read only as they start, and for nothing else."""

from typing import Any

import pytest

from hooks.desired.passes.checksums import CHECKSUM, FORMER_CHECKSUM, recorded_checksum
from hooks.kube.objects import Obj
from tests.support.hook import answer, child, children, conditions, stored, template
from tests.support.resources import agent, merged, obj, secret

AGENT, SENSOR = "DaemonSet/instana-agent", "Deployment/instana-agent-k8sensor"
SECOND = f"{SENSOR}-1"
ALL = {AGENT, SENSOR, SECOND}
KEYS = {"key": "k", "key_1": "k1", "downloadKey": "d", "proxyUser": "u", "proxyPassword": "p",
        "mirrorReleaseRepoPassword": "r", "mirrorSharedRepoUsername": "s"}  # fmt: skip
PAIR = {"tls.crt": "certificate", "tls.key": "private"}
WORLD = {
    "keys": KEYS,
    "tls": PAIR,
    "etcd": {"ca.crt": "etcd's"},
    "plane": {"ca.crt": "plane's"},
    "mine": {"a": "b", "c": "d"},
}
SPEC: Obj = {
    "agent": {
        "key": None,
        "keysSecret": "keys",
        "proxyHost": "proxy",
        "tls": {"secretName": "tls"},
        "additionalBackends": [{"endpointHost": "second", "endpointPort": "443"}],
        "pod": {
            "env": [
                {"name": "MINE", "valueFrom": {"secretKeyRef": {"name": "mine", "key": "a"}}},
                {"name": "CONF", "valueFrom": {"configMapKeyRef": {"name": "conf", "key": "a"}}},
            ],
            "volumes": [{"name": "mine", "secret": {"secretName": "mine"}}],
        },
    },
    "k8s_sensor": {
        "etcd": {"targets": ["https://etcd:2379/metrics"], "ca": {"secretName": "etcd"}},
        "restClient": {"ca": {"secretName": "plane"}},
    },
}
PARENT = agent(SPEC)
OFF = agent(merged(SPEC, {"agent": {"reloadOnSecretChange": False}}))


def world(changes: dict[str, Any] | None = None, conf: str = "c") -> list[Obj]:
    """Return the Secrets, with changes to their entries; null takes a Secret or an entry away."""
    secrets = merged(WORLD, changes or {})
    config = obj("ConfigMap", "conf", data={"a": conf})
    return [secret(name, **entries) for name, entries in secrets.items()] + [config]


def annotations(answered: Obj, which: str) -> Obj:
    found: Obj = template(answered, which)["metadata"].get("annotations", {})
    return found


def rolled(before: Obj, after: Obj) -> set[str]:
    return {each for each in ALL if template(before, each) != template(after, each)}


def after(changes: dict[str, Any] | None, before: Obj, parent: Obj = PARENT, **more: Any) -> Obj:
    return answer(parent, *world(changes), observed=stored(before), **more)


def without_checksum(observed: list[Obj], former: bool = True) -> list[Obj]:  # noqa: FBT001, FBT002
    """Return the workloads as the version before left them."""
    for each in observed:
        each["metadata"]["annotations"].pop(CHECKSUM, None)
        if "template" in each.get("spec", {}):
            found = each["spec"]["template"]["metadata"]["annotations"]
            found.pop(CHECKSUM)
            if each["kind"] == "Deployment" and former:
                found[FORMER_CHECKSUM] = "earlier"
            if not found:
                del each["spec"]["template"]["metadata"]["annotations"]
    return observed


@pytest.mark.parametrize(
    ("of_pods", "beside", "recorded"),
    [("a", "b", "a"), ("a", "", "a"), ("", "b", "b"), ("", "", "")],
)
def test_the_digest_of_the_pods_counts_before_the_one_beside_them(
    of_pods: str, beside: str, recorded: str
) -> None:
    def noted(checksum: str) -> Obj:
        return {"annotations": {CHECKSUM: checksum} if checksum else {}}

    template = {"metadata": noted(of_pods)}
    workload = {"metadata": noted(beside), "spec": {"template": template}}

    assert recorded_checksum(workload) == recorded


@pytest.mark.parametrize(
    ("changes", "which"),
    [
        ({"keys": {"key": "new"}}, {AGENT, SENSOR}),
        ({"keys": {"key_1": "new"}}, {AGENT, SECOND}),
        ({"keys": {"downloadKey": "new"}}, {AGENT}),
        ({"keys": {"proxyPassword": "new"}}, ALL),
        ({"keys": {"mirrorReleaseRepoPassword": "new"}}, {AGENT}),
        ({"keys": {"mirrorSharedRepoUsername": "new"}}, {AGENT}),
        ({"tls": {"tls.crt": "new"}}, {AGENT}),
        ({"tls": {"tls.key": "new"}}, {AGENT}),
        ({"etcd": {"ca.crt": "new"}}, {SENSOR, SECOND}),
        ({"plane": {"ca.crt": "new"}}, {SENSOR, SECOND}),
        ({"mine": {"a": "new"}}, {AGENT}),
        ({"mine": {"c": "new"}}, set()),
        ({"tls": {"other": "new"}}, set()),
        ({"keys": {"unused": "new"}}, set()),
        ({}, set()),
    ],
)
def test_pods_restart_for_what_they_read(changes: Obj, which: set[str]) -> None:
    before = answer(PARENT, *world())
    changed = after(changes, before)
    settled = answer(PARENT, *world(changes), observed=stored(changed))

    assert rolled(before, changed) == which
    assert settled["children"] == changed["children"]


def test_they_restart_for_variables_of_a_config_map() -> None:
    before = answer(PARENT, *world())

    assert rolled(before, answer(PARENT, *world(conf="d"), observed=stored(before))) == {AGENT}


def test_they_do_not_restart_for_configuration_that_the_agent_follows() -> None:
    before = answer(PARENT, *world())
    other = agent(merged(SPEC, {"agent": {"configuration_yaml": "a: 1"}}))
    more = answer(agent(merged(SPEC, {"agent": {"configuration_yaml": "a: 2"}})), *world())

    assert rolled(answer(other, *world()), more) == set()
    assert annotations(before, AGENT) == annotations(more, AGENT)


@pytest.mark.parametrize("mounted", [True, False])
def test_inline_values_count_as_well(mounted: bool) -> None:  # noqa: FBT001
    def spec(**of_agent: Any) -> Obj:
        return agent({"useSecretMounts": mounted, "agent": {"downloadKey": "d", **of_agent}})

    before = answer(spec())
    for change in ({"key": "new"}, {"downloadKey": "new"}):
        assert annotations(before, AGENT) != annotations(answer(spec(**change)), AGENT)


@pytest.mark.parametrize("name", [*WORLD])
def test_a_secret_that_disappears_keeps_the_last_digest(name: str) -> None:
    before = answer(PARENT, *world())
    gone = after({name: None}, before)
    back = answer(PARENT, *world(), observed=stored(gone))

    assert {each: annotations(gone, each) for each in ALL} == {
        each: annotations(before, each) for each in ALL
    }
    assert conditions(gone)["ReferencesResolved"]["status"] == "False"
    assert back["children"] == before["children"]


def test_secrets_that_were_not_asked_for_yet_keep_it_too() -> None:
    before = answer(PARENT, *world())
    unknown = answer(PARENT, observed=stored(before), unknown=["Secret.v1", "ConfigMap.v1"])

    assert rolled(before, unknown) == set()


def test_another_secret_that_is_not_there_yet_restarts_nothing() -> None:
    """The pods go on with what the resource named before."""
    before = answer(PARENT, *world())
    other = agent(merged(SPEC, {"agent": {"tls": {"secretName": "other"}}}))

    assert rolled(before, answer(other, *world(), observed=stored(before))) == set()


def test_no_pod_restarts_for_the_annotation_alone() -> None:
    before = answer(PARENT, *world())
    observed = without_checksum(stored(before))
    upgraded = answer(PARENT, *world(), observed=observed)
    settled = answer(PARENT, *world(), observed=stored(upgraded))

    assert CHECKSUM not in annotations(upgraded, AGENT)
    assert annotations(upgraded, SENSOR) == {FORMER_CHECKSUM: "earlier"}
    assert child(upgraded, AGENT)["metadata"]["annotations"] == annotations(before, AGENT)
    assert settled["children"] == upgraded["children"]


@pytest.mark.parametrize("unknown", [(), ("Secret.v1",)])
def test_nor_for_its_being_unknown_at_first(unknown: tuple[str, ...]) -> None:
    before = answer(PARENT, *world())
    observed = without_checksum(stored(before))
    upgraded = answer(PARENT, *world({"etcd": None}), observed=observed, unknown=unknown)
    complete = answer(PARENT, *world(), observed=stored(upgraded))

    assert annotations(upgraded, SENSOR) == {FORMER_CHECKSUM: "earlier"}
    assert rolled(upgraded, complete) == set()


def test_it_comes_with_the_first_value_that_changes() -> None:
    before = answer(PARENT, *world())
    upgraded = answer(PARENT, *world(), observed=without_checksum(stored(before)))
    rotated = after({"etcd": {"ca.crt": "new"}}, upgraded)
    settled = after({"etcd": {"ca.crt": "new"}}, rotated)

    assert rolled(upgraded, rotated) == {SENSOR, SECOND}
    assert annotations(rotated, SENSOR).keys() == {CHECKSUM}
    assert rolled(rotated, settled) == set()
    assert "annotations" not in child(settled, SENSOR)["metadata"]


def test_a_restart_that_waits_for_approval_is_not_forgotten() -> None:
    manual = agent(merged(SPEC, {"rollout": {"policy": "Manual"}}))
    rotation = {"etcd": {"ca.crt": "new"}}
    before = answer(manual, *world())
    upgraded = answer(manual, *world(), observed=without_checksum(stored(before)))
    held = after(rotation, upgraded, manual)
    still = after(rotation, held, manual)

    assert rolled(upgraded, still) == set()
    assert still["children"] == held["children"]
    assert rolled(still, after(rotation, still)) == {SENSOR, SECOND}


def test_what_is_noted_beside_the_pods_stays_while_it_is_switched_off() -> None:
    before = answer(PARENT, *world())
    upgraded = answer(PARENT, *world(), observed=without_checksum(stored(before)))
    off = after(None, upgraded, OFF)

    noted = child(upgraded, SENSOR)["metadata"]["annotations"]
    assert noted.keys() == {CHECKSUM}
    assert child(off, SENSOR)["metadata"]["annotations"] == noted
    assert rolled(off, after({"etcd": {"ca.crt": "new"}}, off)) == {SENSOR, SECOND}


def test_it_comes_with_any_other_change() -> None:
    before = answer(PARENT, *world())
    upgraded = answer(PARENT, *world(), observed=without_checksum(stored(before)))
    edited = agent(merged(SPEC, {"agent": {"mode": "AWS"}}))
    changed = answer(edited, *world(), observed=stored(upgraded))

    assert rolled(upgraded, changed) == {AGENT}
    assert annotations(changed, AGENT) == annotations(before, AGENT)


def test_switched_off_nothing_restarts() -> None:
    before = answer(PARENT, *world())
    off = after({"keys": {"key": "new"}}, before, OFF)
    on = after({"keys": {"key": "new"}}, off)

    assert rolled(before, off) == set()
    assert rolled(off, on) == {AGENT, SENSOR}


def test_switching_it_off_and_on_restarts_nothing() -> None:
    on = answer(PARENT, *world())
    off = after(None, on, OFF)
    fresh = answer(OFF, *world())

    assert rolled(on, off) == set()
    assert rolled(off, after(None, off)) == set()
    assert rolled(fresh, after(None, fresh)) == set()
    assert CHECKSUM not in annotations(fresh, AGENT)


def test_equal_secrets_do_not_show_elsewhere() -> None:
    def checksums(answered: Obj) -> set[str]:
        return {
            each["spec"]["template"]["metadata"]["annotations"][CHECKSUM]
            for each in children(answered).values()
            if each["kind"] in {"DaemonSet", "Deployment"}
        }

    here = checksums(answer(PARENT, *world()))
    zones = checksums(answer(agent(merged(SPEC, {"zones": [{"name": "z"}]})), *world()))

    assert len(here) == 3
    assert len(here & zones) == 2
