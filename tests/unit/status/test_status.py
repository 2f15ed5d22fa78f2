from collections.abc import Callable
from typing import Any

import pytest

from hooks.facts import Facts
from hooks.kube.objects import Obj, describe
from hooks.wire import encode
from tests.support.hook import FACTS, LATER, NOW, answer, conditions, stored
from tests.support.resources import agent, secret

AGENT = "DaemonSet/instana-agent"
K8SENSOR = "Deployment/instana-agent-k8sensor"
HINT = "set spec.podStatus: Enabled to see why"
TYPES = [
    "Ready",
    "Reconciling",
    "Stalled",
    "Valid",
    "ReferencesResolved",
    "Authorized",
    "ChildrenOwned",
    "SoleController",
    "ChildrenApplied",
    "AgentsAvailable",
    "SensorsAvailable",
    "AllAgentsAvailable",
    "AllK8sSensorsAvailable",
    "ReconcileSucceeded",
]
INVALID = {"k8s_sensor": {"pollrate": "often"}}
SOON = "2026-01-01T00:00:29Z"
WITH_STORE = {"agent": {"keysSecret": "keys"}}
ZONES = {"zones": [{"name": "a"}, {"name": "b"}]}


def running(spec: Obj | None = None) -> list[Obj]:
    """Return the children of a resource whose pods all run."""
    return stored(answer(agent(spec)))


def changed(children: list[Obj], which: str, change: Callable[[Obj], Any]) -> list[Obj]:
    """Return the children with one of them changed."""
    change(next(each for each in children if describe(each) == which))
    return children


def says(answered: Obj, condition: str) -> tuple[str, str, str]:
    found = conditions(answered)[condition]
    return found["status"], found["reason"], found["message"]


@pytest.mark.parametrize("spec", [{}, INVALID], ids=["valid", "invalid"])
def test_every_condition_is_always_there_in_order(spec: Obj) -> None:
    found = answer(agent(spec))["status"]["conditions"]

    assert [each["type"] for each in found] == TYPES
    assert {each["observedGeneration"] for each in found} == {1}


def test_a_settled_resource_is_ready() -> None:
    result = answer(agent(), observed=running())

    agents = ("True", "AllDesiredAgentsAvailable", "3 of 3 agents are available")
    sensors = ("True", "AllDesiredK8sensorsAvailable", "3 of 3 k8sensors are available")
    assert {name: says(result, name) for name in TYPES} == {
        "Ready": ("True", "Ready", "3 of 3 agents are available"),
        "Reconciling": ("False", "Settled", "everything is as the resource describes"),
        "Stalled": ("False", "NotStalled", "no action is needed"),
        "Valid": ("True", "ValidSpec", "the spec is valid"),
        "ReferencesResolved": (
            "True",
            "AllReferencesFound",
            "every Secret and ConfigMap that the resource names exists",
        ),
        "Authorized": (
            "True",
            "BindingsWanted",
            "the service accounts get the cluster-wide read permissions of the installation",
        ),
        "ChildrenOwned": (
            "True",
            "AllChildrenOwned",
            "every child belongs to this resource alone",
        ),
        "SoleController": (
            "True",
            "NoOtherController",
            "no other controller writes the children",
        ),
        "ChildrenApplied": (
            "True",
            "AllChildrenApplied",
            "every child is as desired in the API server",
        ),
        "AgentsAvailable": agents,
        "SensorsAvailable": sensors,
        "AllAgentsAvailable": agents,
        "AllK8sSensorsAvailable": sensors,
        "ReconcileSucceeded": (
            "True",
            "ReconcileSucceeded",
            "the children were computed; the other conditions show their state",
        ),
    }


def test_numbers_of_a_settled_resource_are_told() -> None:
    numbers = dict.fromkeys(("desired", "ready", "updated", "available"), 3)
    counts = {**numbers, "unavailable": 0, "summary": "3/3"}
    status = answer(agent(), observed=running())["status"]

    assert status["agents"] == counts
    assert status["k8sensors"] == counts
    assert status["observedGeneration"] == 1
    assert status["status"] == "Running"
    assert "reason" not in status
    assert status["configsecret"] == {
        "name": "instana-agent-config",
        "uid": "uid-Secret/instana-agent-config",
    }
    assert status["daemonset"] == {"name": "instana-agent", "uid": f"uid-{AGENT}"}
    assert status["namespacesconfigmap"]["name"] == "instana-agent-namespaces"


def test_numbers_of_all_zones_are_added_up() -> None:
    status = answer(agent(ZONES), observed=running(ZONES))["status"]

    assert status["agents"]["summary"] == "6/6"
    assert "daemonset" not in status


def test_a_resource_without_children_yet_has_zeros_and_no_links() -> None:
    status = answer(agent())["status"]

    assert status["agents"] == {
        "desired": 0,
        "ready": 0,
        "updated": 0,
        "available": 0,
        "unavailable": 0,
        "summary": "0/0",
    }
    assert not {"configsecret", "daemonset", "namespacesconfigmap"} & {*status}


def test_a_child_without_a_uid_is_not_linked() -> None:
    observed = changed(running(), AGENT, lambda each: each["metadata"].pop("uid"))

    assert "daemonset" not in answer(agent(), observed=observed)["status"]


def test_strangers_do_not_count() -> None:
    stranger = stored(answer(agent(name="other")))[0]
    stranger["metadata"]["labels"] = {"app.kubernetes.io/component": "stranger"}
    status = answer(agent(), observed=[*running(), stranger])["status"]

    assert status["agents"]["summary"] == "3/3"


def set_status(**numbers: object) -> Callable[[Obj], object]:
    return lambda each: each["status"].update(numbers)


TOO_FEW = "NotAllDesiredAgentsAvailable"
ROLLING = "has 1 of 3 pods up to date: 2 left, 1 at a time"


@pytest.mark.parametrize(
    ("change", "reason", "message"),
    [
        (lambda each: each["metadata"].update(generation=2), "RollingOut", "is being changed"),
        (lambda each: each.pop("status"), TOO_FEW, "is being changed"),
        (lambda each: each["metadata"].pop("generation"), "RollingOut", "is being changed"),
        (set_status(updatedNumberScheduled=1), "RollingOut", ROLLING),
        (
            set_status(updatedNumberScheduled=1, numberAvailable=2),
            "RollingOut",
            f"{ROLLING}; {HINT}",
        ),
        (set_status(updatedNumberScheduled=1, numberAvailable=1), TOO_FEW, f"{ROLLING}; {HINT}"),
        (set_status(numberAvailable=2), TOO_FEW, f"has 2 of 3 pods available; {HINT}"),
        (set_status(numberAvailable="x"), TOO_FEW, f"has 0 of 3 pods available; {HINT}"),
        (
            lambda each: each["spec"]["template"]["spec"].pop("hostPID"),
            "RollingOut",
            "is being changed",
        ),
        (lambda each: each.pop("spec"), "RollingOut", "is being changed"),
    ],
)
def test_agents_that_fall_short_are_told(
    change: Callable[[Obj], object], reason: str, message: str
) -> None:
    result = answer(agent(), observed=changed(running(), AGENT, change))

    assert says(result, "AllAgentsAvailable") == ("False", reason, f"{AGENT} {message}")
    assert says(result, "Ready")[:2] == ("False", reason)


SENSORS_UNAVAILABLE = "NotAllDesiredK8sensorsAvailable"
PAUSED = "kubectl -n instana-agent rollout resume deployment instana-agent-k8sensor"


def paused(each: Obj) -> None:
    each["spec"]["paused"] = True
    each["status"]["updatedReplicas"] = 1


@pytest.mark.parametrize(
    ("change", "reason", "message"),
    [
        (lambda each: each["metadata"].update(generation=2), "RollingOut", "is being changed"),
        (set_status(updatedReplicas=1), "RollingOut", "has 1 of 3 pods up to date"),
        (paused, "RolloutStuck", f"has 1 of 3 pods up to date: {PAUSED}"),
        (
            set_status(updatedReplicas=1, availableReplicas=2),
            SENSORS_UNAVAILABLE,
            f"has 1 of 3 pods up to date; {HINT}",
        ),
        (
            set_status(availableReplicas=2),
            SENSORS_UNAVAILABLE,
            f"has 2 of 3 pods available; {HINT}",
        ),
        (lambda each: each["spec"].update(replicas=1), "RollingOut", "is being changed"),
        (lambda each: each["spec"].pop("replicas"), "RollingOut", "is being changed"),
    ],
)
def test_k8sensors_that_fall_short_are_told(
    change: Callable[[Obj], object], reason: str, message: str
) -> None:
    result = answer(agent(), observed=changed(running(), K8SENSOR, change))

    assert says(result, "AllK8sSensorsAvailable") == ("False", reason, f"{K8SENSOR} {message}")


def test_the_status_that_goes_with_a_change_holds_until_something_becomes_of_it() -> None:
    spec = {
        "agent": {"image": {"tag": "2"}},
        "k8s_sensor": {"deployment": {"minReadySeconds": 5}},
    }
    before = answer(agent(spec), observed=running())
    assert says(before, "ChildrenApplied")[1] == "BeingApplied"

    written = stored(before)
    for each in written:
        each["metadata"]["generation"] = 2  # as the controllers of workloads have not seen it
    after = answer(agent(spec, status=before["status"]), observed=written, now=LATER)

    assert says(after, "ChildrenApplied")[1] == "AllChildrenApplied"
    assert _without_applied(after) == _without_applied(before)
    assert says(after, "AllAgentsAvailable")[::2] == ("False", f"{AGENT} is being changed")
    assert says(after, "AllK8sSensorsAvailable")[::2] == ("False", f"{K8SENSOR} is being changed")


def _without_applied(answered: Obj) -> Obj:
    found: Obj = answered["status"]
    others = [each for each in found["conditions"] if each["type"] != "ChildrenApplied"]
    return found | {"conditions": others}


def test_k8sensors_that_are_switched_off_are_no_shortfall() -> None:
    spec = {"k8s_sensor": {"deployment": {"enabled": False}}}
    result = answer(agent(spec), observed=running(spec))

    assert says(result, "AllK8sSensorsAvailable") == (
        "True",
        "K8sensorDisabled",
        "the k8sensor is disabled",
    )
    assert says(result, "Ready")[0] == "True"


@pytest.mark.parametrize(("count", "end"), [(5, ""), (6, "; and 1 more"), (8, "; and 3 more")])
def test_a_long_list_of_shortfalls_is_cut(count: int, end: str) -> None:
    spec = {"zones": [{"name": f"z{number}"} for number in range(count)]}
    message = conditions(answer(agent(spec)))["AllAgentsAvailable"]["message"]

    assert message.count("does not exist yet") == 5
    assert message.endswith(f"{AGENT}-z4 does not exist yet{end}")


def test_a_missing_reference_is_named() -> None:
    result = answer(agent({"agent": {"tls": {"secretName": "tls"}}}), observed=running())

    assert says(result, "ReferencesResolved") == (
        "False",
        "ReferenceMissing",
        (
            "spec.agent.tls.secretName: Secret tls is missing; "
            "until then, running pods retain what they have: DaemonSet/instana-agent"
        ),
    )
    assert says(result, "Ready")[:2] == ("False", "ReferenceMissing")


def test_a_missing_key_of_an_additional_backend_is_named() -> None:
    backends = [{"endpointHost": "b", "endpointPort": "1"}]
    result = answer(agent({"agent": {"additionalBackends": backends}}))

    assert says(result, "ReferencesResolved")[2] == (
        "spec.agent.additionalBackends[0].key: no key for this backend: name the entry of "
        "a Secret in keySecretKeyRef, or a keysSecret with an entry key-1"
    )


def test_a_reference_of_which_nothing_is_known_is_undecided() -> None:
    result = answer(agent(WITH_STORE), unknown=["Secret.v1"])

    assert says(result, "ReferencesResolved") == (
        "Unknown",
        "NotObservedYet",
        "Metacontroller sends these with its next call: spec.agent.keysSecret: Secret keys",
    )
    assert says(result, "Ready")[:2] == ("False", "NotObservedYet")


@pytest.mark.parametrize(
    ("spec", "facts", "status", "reason"),
    [
        ({"rbac": {"create": False}}, FACTS, "Unknown", "BindingsNotWanted"),
        ({}, Facts(agent_namespaces=("other",)), "False", "NamespaceNotAllowed"),
        ({"serviceAccount": {"create": False}}, FACTS, "False", "DefaultServiceAccount"),
        ({"serviceAccount": {"create": False, "name": "x"}}, FACTS, "True", "BindingsWanted"),
    ],
)
def test_cluster_rights_are_told(spec: Obj, facts: Facts, status: str, reason: str) -> None:
    observed = stored(answer(agent(spec), facts=facts))
    result = answer(agent(spec), observed=observed, facts=facts)

    assert says(result, "Authorized")[:2] == (status, reason)
    assert says(result, "Ready")[0] == ("False" if status == "False" else "True")


def test_a_namespace_that_is_not_allowed_says_what_to_change() -> None:
    result = answer(agent(), facts=Facts(agent_namespaces=("other",)))

    assert "AGENT_NAMESPACES" in says(result, "Authorized")[2]


def test_an_invalid_resource_says_what_is_wrong_and_what_runs() -> None:
    result = answer(agent(INVALID), observed=running())
    message = "spec.k8s_sensor.pollrate: must be a duration in seconds, such as 10s (rule pollrate)"
    failed = "False", "InvalidSpec", message
    pointed = "False", "InvalidSpec", f"{message}; docs/troubleshooting.md#invalidspec"
    agents = "True", "AllDesiredAgentsAvailable", "3 of 3 agents are available"
    sensors = "True", "AllDesiredK8sensorsAvailable", "3 of 3 k8sensors are available"
    unclear = "Unknown", "InvalidSpec", "the spec is not valid: see the condition Valid"

    assert {name: says(result, name) for name in TYPES} == {
        "Ready": pointed,
        "Reconciling": (
            "False",
            "InvalidSpec",
            "nothing changes until this is fixed: see the condition Stalled",
        ),
        "Stalled": ("True", "InvalidSpec", message),
        "Valid": failed,
        "ReferencesResolved": unclear,
        "Authorized": unclear,
        "ChildrenOwned": (
            "True",
            "AllChildrenOwned",
            "every child belongs to this resource alone",
        ),
        "SoleController": (
            "True",
            "NoOtherController",
            "no other controller writes the children",
        ),
        "ChildrenApplied": unclear,
        **dict.fromkeys(("AgentsAvailable", "AllAgentsAvailable"), agents),
        **dict.fromkeys(("SensorsAvailable", "AllK8sSensorsAvailable"), sensors),
        "ReconcileSucceeded": ("False", "ReconcileFailed", message),
    }
    assert (result["status"]["status"], result["status"]["reason"]) == ("Failed", message)
    assert result["status"]["agents"]["summary"] == "3/3"


def test_an_invalid_resource_whose_pods_fall_short_says_so() -> None:
    observed = changed(running(), AGENT, set_status(numberAvailable=1))

    assert says(answer(agent(INVALID), observed=observed), "AllAgentsAvailable") == (
        "False",
        "NotAllDesiredAgentsAvailable",
        f"{AGENT} has 1 of 3 pods available",
    )


def test_an_invalid_resource_of_which_nothing_runs_says_so() -> None:
    result = answer(agent(INVALID))

    assert says(result, "AllAgentsAvailable")[::2] == ("False", "there are no agents")
    assert says(result, "AllK8sSensorsAvailable")[::2] == ("Unknown", "no k8sensor is observed")


def test_k8sensors_without_a_number_are_one() -> None:
    observed = changed(running(), K8SENSOR, lambda each: each["spec"].pop("replicas"))

    assert answer(agent(INVALID), observed=observed)["status"]["k8sensors"]["summary"] == "3/1"


@pytest.mark.parametrize("spec", [{}, INVALID, WITH_STORE, ZONES], ids=str)
@pytest.mark.parametrize("ready", [True, False])
def test_the_status_is_a_fixed_point(spec: Obj, ready: bool) -> None:  # noqa: FBT001
    observed = stored(answer(agent()), ready=ready)
    before = answer(agent(spec), observed=observed)
    after = answer(agent(spec, status=before["status"]), observed=observed, now=SOON)

    assert encode(after["status"]) == encode(before["status"])
    assert encode(after["children"]) == encode(before["children"])


def test_times_move_with_the_status_of_their_condition() -> None:
    before = answer(agent())
    after = answer(agent(status=before["status"]), observed=running(), now=LATER)
    times = {name: each["lastTransitionTime"] for name, each in conditions(after).items()}

    moved = {
        "Ready",
        "Reconciling",
        "ChildrenApplied",
        *(each for each in TYPES if each.endswith("sAvailable")),
    }
    assert times == dict.fromkeys(TYPES, NOW) | dict.fromkeys(moved, LATER)


@pytest.mark.parametrize(
    "garbage",
    [
        None,
        "x",
        [],
        {},
        {"conditions": None},
        {"conditions": {"type": "Ready"}},
        {"conditions": ["x", None, {}, {"type": 1}, {"type": "Ready"}]},
        {"conditions": [{"type": "Ready", "status": "False", "lastTransitionTime": None}]},
        {"conditions": [{"type": "Ready", "status": "False", "lastTransitionTime": 5}]},
        {"conditions": [{"type": "Ready", "status": "False", "lastTransitionTime": ""}]},
        {"conditions": [{"type": "Ready", "status": [], "lastTransitionTime": "x"}]},
        {"conditions": [{"type": "Gone", "status": "True", "lastTransitionTime": "x"}]},
        {"agents": "x", "reason": 5, "unknown": {}},
    ],
)
def test_garbage_in_the_observed_status_does_not_stay(garbage: object) -> None:
    result = answer(agent(status=garbage))

    assert result["status"] == answer(agent())["status"]


def test_conditions_of_the_go_operator_keep_their_times() -> None:
    theirs = {"type": "ReconcileSucceeded", "status": "True", "lastTransitionTime": LATER}
    result = answer(agent(status={"conditions": [theirs], "lastUpdate": LATER}))

    assert conditions(result)["ReconcileSucceeded"]["lastTransitionTime"] == LATER
    assert "lastUpdate" not in result["status"]


@pytest.mark.parametrize(
    ("version", "expected"),
    [
        ("1.2.3", "1.2.3"),
        ("v1.2.3", "1.2.3"),
        ("v0.0.1-dev", "0.0.1-dev"),
        ("main", None),
        ("1.2", None),
        ("", None),
    ],
)
def test_a_version_that_is_semantic_is_told(version: str, expected: str | None) -> None:
    status = answer(agent(), facts=Facts(operator_version=version))["status"]

    assert status.get("operatorVersion") == expected


@pytest.mark.parametrize(
    ("before", "updated"),
    [
        ({}, False),
        ({"observedGeneration": 1, "operatorVersion": "1.2.3"}, False),
        ({"observedGeneration": 0}, True),
        ({"operatorVersion": "1.2.2"}, True),
        ({"oldVersionsUpdated": True, "observedGeneration": 1}, True),
    ],
)
def test_an_update_is_remembered(before: Obj, updated: bool) -> None:  # noqa: FBT001
    status = answer(agent(status=before))["status"]

    assert status.get("oldVersionsUpdated", False) is updated


def test_a_resource_without_a_generation_has_none_in_its_status() -> None:
    parent = agent()
    del parent["metadata"]["generation"]
    status = answer(parent)["status"]

    assert "observedGeneration" not in status
    assert not [each for each in status["conditions"] if "observedGeneration" in each]


def test_a_secret_that_comes_resolves_the_reference() -> None:
    result = answer(agent(WITH_STORE), secret("keys", key="k"))

    assert says(result, "ReferencesResolved")[0] == "True"
