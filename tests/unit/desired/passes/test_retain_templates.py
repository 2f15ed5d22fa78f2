"""Workloads of the Go operator keep their pods until something that concerns these changes."""

from dataclasses import replace
from hashlib import sha256

import pytest

from hooks.contract import RELATED_KINDS
from hooks.desired.passes.retain_templates import INSTEAD_OF, PODS_MADE_FOR, pods_made_for
from hooks.desired.pod import probes
from hooks.facts import Facts, TakeOver
from hooks.kube.containment import contains
from hooks.kube.encoding import encoded
from hooks.kube.node_affinity import ON_LINUX, required_terms
from hooks.kube.objects import Obj
from hooks.labels import GENERATION_LABEL
from hooks.rules import parse_agent
from hooks.sync import sync
from tests.property import applying, clusters
from tests.property.applying import Apply, Children, copied
from tests.property.clusters import CASES
from tests.support.files import documents_in
from tests.support.hook import FACTS, NOW, by_kind, conditions
from tests.support.resources import agent, merged, secret

APPLIES = [
    pytest.param(applying.dynamically, id="dynamic-apply"),
    pytest.param(applying.by_server, id="server-side-apply"),
    pytest.param(applying.by_server_as_go_operator, id="as-the-go-operator"),
]
PULL = {"agent": {"image": {"pullPolicy": "IfNotPresent"}}}
LABELLED = {
    "agent": {"pod": {"labels": {"team": "a"}}},
    "k8s_sensor": {"deployment": {"pod": {"labels": {"team": "a"}}}},
}
"""A change that concerns all pods."""


def taken_over(case: str) -> tuple[Obj, Children]:
    """Return the resource of a recorded case, and the children that the Go operator made."""
    return clusters.input_of(case), clusters.go_children(case, healthy=True, foreign=False)


def called(
    parent: Obj, children: Children, *related: Obj, unknown: bool = False, facts: Facts = FACTS
) -> Obj:
    known = [] if unknown else [*RELATED_KINDS.values()]
    request = {"parent": parent, "children": children, "related": by_kind(related, known)}
    return sync(request, facts, NOW)


def after(
    parent: Obj,
    children: Children,
    *related: Obj,
    apply: Apply = applying.by_server,
    unknown: bool = False,
    facts: Facts = FACTS,
) -> Children:
    """Return the children after a call, applied and run."""
    answer = called(parent, children, *related, unknown=unknown, facts=facts)
    return applying.run(applying.carried_out(answer, children, apply), healthy=True)


def templates(children: Children) -> dict[str, Obj]:
    return {
        name: each["spec"]["template"]
        for kind in ("DaemonSet.apps/v1", "Deployment.apps/v1")
        for name, each in children[kind].items()
    }


def changed(parent: Obj, spec: Obj, generation: int = 2) -> Obj:
    return merged(parent, {"spec": spec, "metadata": {"generation": generation}})


def keys_of(case: str) -> list[Obj]:
    """Return the Secrets that the Go operator read in a recorded case."""
    objects = documents_in(clusters.FIXTURES / case / "cluster.yaml")
    return [
        secret(each["metadata"]["name"], **each["stringData"])
        for each in objects
        if each["kind"] == "Secret" and "stringData" in each
    ]


def key_of(case: str) -> Obj:
    """Return the Secret with the keys of a recorded case."""
    (found,) = keys_of(case)
    return found


@pytest.mark.parametrize("apply", APPLIES)
@pytest.mark.parametrize("case", CASES)
def test_a_take_over_restarts_no_pod(case: str, apply: Apply) -> None:
    parent, before = taken_over(case)
    related = keys_of(case)
    first = after(parent, before, *related, apply=apply)
    second = after(parent, first, *related, apply=apply)

    assert templates(before)
    assert templates(first) == templates(before)
    assert second == first


@pytest.mark.parametrize("apply", APPLIES)
@pytest.mark.parametrize("case", ["minimal", "combined-production", "env-secrets", "zones-two"])
def test_the_next_change_brings_our_templates(case: str, apply: Apply) -> None:
    parent, before = taken_over(case)
    related = keys_of(case)
    kept = after(parent, before, *related, apply=apply)
    edited = changed(parent, LABELLED)
    made = templates(after(edited, kept, *related, apply=apply))
    wanted = {name: _wanted(edited, name, *related) for name in made}
    for name in kept["Deployment.apps/v1"]:
        # Other resources than those of the Go operator are for new k8sensors only.
        resources = templates(before)[name]["spec"]["containers"][0]["resources"]
        wanted[name]["spec"]["containers"][0]["resources"] = resources

    assert made.keys() == templates(before).keys()
    assert {name for name, each in wanted.items() if contains(made[name], each)} == made.keys()
    assert not {name for name, each in wanted.items() if contains(templates(kept)[name], each)}


def _wanted(parent: Obj, name: str, *related: Obj) -> Obj:
    """Return the template of a workload where nothing was before."""
    nothing: Children = {kind: {} for kind in applying.CHILD_KINDS}
    fresh = applying.carried_out(called(parent, nothing, *related), {}, applying.by_server)
    return templates(fresh)[name]


@pytest.mark.parametrize("apply", APPLIES)
@pytest.mark.parametrize("case", ["minimal", "combined-production", "zones-two"])
def test_the_next_change_brings_the_requirement_of_linux(case: str, apply: Apply) -> None:
    parent, before = taken_over(case)
    related = keys_of(case)
    kept = after(parent, before, *related, apply=apply)
    edited = changed(parent, {"agent": {"image": {"tag": "next"}}})
    children = after(edited, kept, *related, apply=apply)
    agents = before["DaemonSet.apps/v1"]

    assert not any(_requires_linux(templates(kept)[name]) for name in agents)
    assert all(_requires_linux(templates(children)[name]) for name in agents)


def _requires_linux(template: Obj) -> bool:
    terms = required_terms(template["spec"]["affinity"])
    return bool(terms) and all(ON_LINUX in term.get("matchExpressions", []) for term in terms)


def test_a_change_that_concerns_no_pod_restarts_none() -> None:
    parent, before = taken_over("minimal")
    kept = after(parent, before)
    labelled = changed(parent, {"serviceAccount": {"annotations": {"a": "b"}}})

    assert templates(after(labelled, kept)) == templates(before)


@pytest.mark.parametrize("apply", APPLIES)
def test_kept_pods_that_read_openshifts_etcd_are_told(apply: Apply) -> None:
    parent, before = taken_over("openshift")
    (deployment,) = before["Deployment.apps/v1"].values()
    source = {"defaultMode": 288, "secretName": "etcd-client"}
    client = {"name": "etcd-client-cert", "secret": source}
    deployment["spec"]["template"]["spec"]["volumes"].append(client)
    (applied,) = deployment["metadata"]["managedFields"]
    owned = applied["fieldsV1"]["f:spec"]["f:template"]["f:spec"]["f:volumes"]
    fields: Obj = {f"f:{field}": {} for field in source}
    owned['k:{"name":"etcd-client-cert"}'] = {"f:name": {}, "f:secret": fields}
    first = after(parent, before, apply=apply)
    edited = changed(parent, LABELLED)

    assert templates(first) == templates(before)
    assert _of_etcd(called(parent, first)) == ("True", "ReadUntilNextChange")
    assert _of_etcd(called(edited, first)) == ("False", "CopyNotAllowed")


def _of_etcd(answered: Obj) -> tuple[str, str]:
    found = conditions(answered)["EtcdMonitored"]
    return found["status"], found["reason"]


PODS_ALIKE: Obj = {"serviceAccount": {"annotations": {"a": "b"}}}
"""A change of the resource that concerns no pod."""


def handed_over(parent: Obj) -> Obj:
    """Return the resource as `takeover apply` leaves it."""
    annotations = {PODS_MADE_FOR: pods_made_for(parse_agent(parent))}
    return merged(parent, {"metadata": {"annotations": annotations}})


@pytest.mark.parametrize("apply", APPLIES)
@pytest.mark.parametrize("case", CASES)
def test_a_change_before_it_is_led_here_restarts_no_pod_that_it_does_not_concern(
    case: str, apply: Apply
) -> None:
    """Helm changes the resource in the same moment in which the controllers come."""
    parent, before = taken_over(case)
    generation = parent["metadata"].get("generation", 1) + 1
    edited = changed(handed_over(parent), PODS_ALIKE, generation)
    related = keys_of(case)
    first = after(edited, before, *related, apply=apply)
    second = after(edited, first, *related, apply=apply)

    assert templates(first) == templates(before)
    assert second == first


@pytest.mark.parametrize("spec", [PULL, {"zone": {"name": "another"}}])
def test_a_change_before_it_is_led_here_that_concerns_pods_brings_our_templates(spec: Obj) -> None:
    parent, before = taken_over("minimal")
    edited = changed(handed_over(parent), spec)

    assert templates(after(edited, before)) != templates(before)


def test_a_change_before_it_is_led_here_restarts_those_alone_that_it_concerns() -> None:
    parent, before = taken_over("minimal")
    edited = changed(handed_over(parent), {"k8s_sensor": {"pollrate": "20s"}})
    found = templates(after(edited, before))
    same = {name for name, template in found.items() if template == templates(before)[name]}

    assert same == {"instana-agent/instana-agent"}


def test_without_a_hand_over_any_change_before_it_is_led_here_brings_our_templates() -> None:
    """Nobody knows what the resource was."""
    parent, before = taken_over("minimal")

    assert templates(after(changed(parent, PODS_ALIKE), before)) != templates(before)


def test_pods_of_another_generation_than_was_noted_are_replaced() -> None:
    """The Go operator had not got round to the last change."""
    parent, before = taken_over("minimal")
    late = handed_over(changed(parent, {}, generation=2))

    assert templates(after(late, before)) != templates(before)


def test_a_rotated_key_restarts_agents_and_k8sensor() -> None:
    parent, before = taken_over("keys-secret")
    name = parent["spec"]["agent"]["keysSecret"]
    kept = after(parent, before, key_of("keys-secret"))
    rotated = after(parent, kept, secret(name, key="two"))
    same = {each for each, pods in templates(rotated).items() if templates(before)[each] == pods}

    assert templates(kept) == templates(before)
    assert same == set()


@pytest.mark.parametrize("apply", APPLIES)
@pytest.mark.parametrize(
    ("case", "entry", "stale"),
    [
        ("keys-secret", "key", {"instana-agent-k8sensor"}),
        ("backends-keys-secret", "key-1", {"instana-agent-k8sensor-1"}),
    ],
)
def test_a_key_that_was_rotated_before_the_take_over_restarts_its_k8sensor(
    case: str, entry: str, stale: set[str], apply: Apply
) -> None:
    """The Go operator does not see it, or was stopped already."""
    parent, before = taken_over(case)
    there = key_of(case)
    there["data"][entry] = encoded({"": "rotated"})[""]
    first = after(parent, before, there, apply=apply)
    second = after(parent, first, there, apply=apply)
    new = {name for name, pods in templates(first).items() if templates(before)[name] != pods}

    assert new == {f"instana-agent/{name}" for name in stale}
    assert second == first


def test_a_key_that_came_after_its_k8sensor_was_made_restarts_none() -> None:
    """The Go operator's checksum is then one of no key; the pods waited for the Secret."""
    parent, before = taken_over("keys-secret")
    sensor = before["Deployment.apps/v1"]["instana-agent/instana-agent-k8sensor"]
    address = "{endpointHost}{endpointPort}".format(**parent["spec"]["agent"])
    marks = sensor["spec"]["template"]["metadata"]["annotations"]
    marks["checksum/backend"] = sha256(address.encode()).hexdigest()

    assert templates(after(parent, before, key_of("keys-secret"))) == templates(before)


def test_a_key_that_is_not_there_at_the_take_over_is_looked_at_when_it_is() -> None:
    parent, before = taken_over("keys-secret")
    without = after(parent, before)
    name = parent["spec"]["agent"]["keysSecret"]

    assert templates(without) == templates(before)
    assert templates(after(parent, without, key_of("keys-secret"))) == templates(before)
    assert templates(after(parent, without, secret(name, key="rotated"))) != templates(before)


@pytest.mark.parametrize("unknown", [False, True])
def test_a_secret_that_is_gone_for_a_moment_restarts_no_pod(unknown: bool) -> None:  # noqa: FBT001
    parent, before = taken_over("keys-secret")
    there = key_of("keys-secret")
    kept = after(parent, before, there)
    without = after(parent, kept, unknown=unknown)
    again = after(parent, without, there)

    assert templates(without) == templates(before)
    assert again == kept


def test_nor_does_it_after_a_change_that_concerns_no_pod() -> None:
    parent, before = taken_over("keys-secret")
    there = key_of("keys-secret")
    kept = after(parent, before, there)
    edited = changed(parent, {"serviceAccount": {"annotations": {"a": "b"}}})
    followed = after(edited, kept, there)

    assert templates(after(edited, followed)) == templates(before)


@pytest.mark.parametrize("apply", APPLIES)
def test_only_what_concerns_the_pods_does_so_while_something_is_missing(apply: Apply) -> None:
    parent, before = taken_over("keys-secret")
    there = key_of("keys-secret")
    kept = after(parent, before, there, apply=apply)
    gone = after(parent, kept, apply=apply)
    elsewhere = changed(parent, {"serviceAccount": {"annotations": {"a": "b"}}})
    followed = after(elsewhere, gone, apply=apply)
    again = after(elsewhere, followed, there, apply=apply)
    pulled = templates(after(changed(parent, PULL), gone, apply=apply))

    assert templates(followed) == templates(again) == templates(before)
    agents = pulled["instana-agent/instana-agent"]["spec"]["containers"][0]
    assert agents["imagePullPolicy"] == "IfNotPresent"


def test_a_resource_that_changed_meanwhile_is_carried_out() -> None:
    """The Go operator was stopped before it could follow the change."""
    parent, before = taken_over("minimal")
    children = after(changed(parent, PULL), before)
    agents = templates(children)["instana-agent/instana-agent"]

    assert agents["spec"]["containers"][0]["imagePullPolicy"] == "IfNotPresent"


def with_image_by_hand(children: Children) -> Children:
    """Return the children after `kubectl set image`, which takes the field from whoever had it."""
    edited: Children = copied(children)
    for daemonset in edited["DaemonSet.apps/v1"].values():
        daemonset["metadata"]["generation"] += 1
        daemonset["spec"]["template"]["spec"]["containers"][0]["image"] = "by.hand/agent:1"
        for entry in daemonset["metadata"].get("managedFields", []):
            template = entry["fieldsV1"].get("f:spec", {}).get("f:template", {})
            for fields in template.get("f:spec", {}).get("f:containers", {}).values():
                fields.pop("f:image", None)
    return edited


@pytest.mark.parametrize("apply", APPLIES)
def test_a_kept_template_that_is_changed_by_hand_is_put_right(apply: Apply) -> None:
    parent, before = taken_over("minimal")
    edited = with_image_by_hand(after(parent, before, apply=apply))
    agents = templates(after(parent, edited, apply=apply))["instana-agent/instana-agent"]

    assert agents["spec"]["containers"][0]["image"] == "icr.io/instana/agent:latest"


@pytest.mark.parametrize("apply", APPLIES)
def test_a_newer_version_of_the_service_restarts_no_pod(
    apply: Apply, monkeypatch: pytest.MonkeyPatch
) -> None:
    parent, before = taken_over("minimal")
    kept = after(parent, before, apply=apply)
    monkeypatch.setattr(probes, "LIVENESS_FAILURES", 7)
    newer = replace(FACTS, operator_version="9.9.9")
    upgraded = after(parent, kept, apply=apply, facts=newer)

    assert templates(upgraded) == templates(before)
    assert after(parent, upgraded, apply=apply, facts=newer) == upgraded
    assert templates(after(changed(parent, PULL), upgraded, facts=newer)) != templates(before)


@pytest.mark.parametrize("newer", [False, True], ids=["meanwhile", "and a newer version"])
def test_a_rotated_key_restarts_all_that_read_it_while_something_is_missing(newer: bool) -> None:  # noqa: FBT001
    parent, before = taken_over("keys-secret")
    name = parent["spec"]["agent"]["keysSecret"]
    parent["spec"]["agent"]["tls"] = {"secretName": "not-there"}
    kept = after(parent, before, key_of("keys-secret"))
    facts = replace(FACTS, operator_version="9.9.9") if newer else FACTS
    unknown = after(parent, kept, facts=facts)
    rotated = after(parent, unknown, secret(name, key="two"), facts=facts)
    same = {each for each, pods in templates(rotated).items() if templates(before)[each] == pods}

    assert templates(unknown) == templates(before)
    assert same == set()


def test_workloads_of_a_resource_that_was_deleted_without_them_follow_the_new_one() -> None:
    """Its generation says nothing about the new one's spec."""
    parent, before = taken_over("minimal")
    anew = changed(parent, PULL, parent["metadata"]["generation"])
    anew["metadata"]["creationTimestamp"] = "2026-12-31T00:00:00Z"
    agents = templates(after(anew, before))["instana-agent/instana-agent"]

    assert agents["spec"]["containers"][0]["imagePullPolicy"] == "IfNotPresent"


def test_ours_take_their_place_at_once_where_the_installation_says_so() -> None:
    parent, before = taken_over("env-secrets")
    facts = replace(FACTS, take_over=TakeOver.UPDATE)

    assert templates(after(parent, before, facts=facts)) != templates(before)
    assert templates(after(parent, before)) == templates(before)


def test_marks_of_the_take_over_go_with_the_template() -> None:
    parent, before = taken_over("minimal")
    kept = after(parent, before, apply=applying.dynamically)
    ours = after(changed(parent, PULL), kept, apply=applying.dynamically)

    for children, marked in ((kept, True), (ours, False)):
        daemonset = children["DaemonSet.apps/v1"]["instana-agent/instana-agent"]["metadata"]
        assert (INSTEAD_OF in daemonset["annotations"]) is marked
        assert (GENERATION_LABEL in daemonset["labels"]) is marked


def test_workloads_of_our_own_are_not_kept_back() -> None:
    nothing: Children = {kind: {} for kind in applying.CHILD_KINDS}
    ours = after(agent(), nothing)
    older = {kind: dict(objects) for kind, objects in ours.items()}
    daemonset = older["DaemonSet.apps/v1"]["instana-agent/instana-agent"]
    daemonset["spec"]["template"]["spec"]["containers"][0]["image"] = "icr.io/instana/agent:older"
    images = [
        each["spec"]["containers"][0]["image"] for each in templates(after(agent(), older)).values()
    ]

    assert "icr.io/instana/agent:older" not in images
