"""What is said of workloads that lack pods: whether it passes, who knows why, and what to do."""

from collections.abc import Callable

import pytest

from hooks.facts import Facts
from hooks.kube.objects import Obj, describe
from hooks.status.conditions.pointers import PAGE
from tests.support.hook import answer, conditions, stored
from tests.support.pods import (
    crashing,
    ended,
    going,
    healthy,
    pod,
    pull_failure,
    starting,
    unready,
)
from tests.support.resources import agent

AGENT = "DaemonSet/instana-agent"
SENSOR = "Deployment/instana-agent-k8sensor"
FACTS = Facts(pod_status=True)
ON = {"podStatus": "Enabled"}
ZONES = {"zones": [{"name": "a"}, {"name": "b"}]}
ROLLING: Obj = {"updatedNumberScheduled": 1, "numberReady": 2, "numberAvailable": 2}
NO_POD: Obj = {
    "currentNumberScheduled": 0,
    "updatedNumberScheduled": 0,
    "numberAvailable": 0,
}


def told(
    which: str, condition: str, *pods: Obj, spec: Obj | None = None, **counts: object
) -> tuple[str, str]:
    """Return status and message of the condition, with these counts of the workload."""
    found = answered(which, *pods, spec=spec, **counts)[condition]
    return found["status"], found["message"]


def answered(which: str, *pods: Obj, spec: Obj | None = None, **counts: object) -> dict[str, Obj]:
    observed = stored(answer(agent(spec), facts=FACTS))
    next(each for each in observed if describe(each) == which)["status"] |= counts
    return conditions(answer(agent(spec), *pods, observed=observed, facts=FACTS))


def agents(*pods: Obj, spec: Obj | None = None, **counts: object) -> tuple[str, str]:
    return told(AGENT, "AgentsAvailable", *pods, spec=spec, **counts)


def sensors(*pods: Obj, spec: Obj | None = None, **counts: object) -> tuple[str, str]:
    return told(SENSOR, "SensorsAvailable", *pods, spec=spec, **counts)


def failure(message: str) -> list[Obj]:
    return [
        {"type": "Available", "status": "False"},
        {"type": "ReplicaFailure", "status": "True", "message": message},
    ]


def test_pods_that_are_refused_are_no_roll_out() -> None:
    status, message = agents(**NO_POD)

    assert status == "False"
    assert message.startswith(
        f"{AGENT} has pods for 0 of 3 nodes; if this lasts, the others are rejected "
    )
    assert "kubectl -n instana-agent describe daemonset instana-agent lists" in message
    ready = answered(AGENT, **NO_POD)["Ready"]
    assert ready["message"].endswith(f"{PAGE}#notalldesiredagentsavailable")


def test_some_pods_that_are_refused_are_no_roll_out() -> None:
    quota: Obj = {
        "currentNumberScheduled": 2,
        "updatedNumberScheduled": 2,
        "numberAvailable": 2,
    }

    assert "has pods for 2 of 3 nodes" in agents(**quota)[1]


def test_a_roll_out_that_waits_for_a_new_pod_is_one() -> None:
    between: Obj = {
        "currentNumberScheduled": 2,
        "updatedNumberScheduled": 1,
        "numberAvailable": 2,
    }

    assert "has 1 of 3 pods up to date" in agents(**between)[1]


@pytest.mark.parametrize(
    "found",
    [starting("a", "n"), unready("a", "n"), going(healthy("a", "n")), ended("a", "n")],
    ids=["starting", "not ready", "going", "ended"],
)
def test_a_roll_out_does_not_name_pods_that_start(found: Obj) -> None:
    _, message = agents(found, spec=ON, **ROLLING)

    assert message == f"{AGENT} has 1 of 3 pods up to date: 2 left, 1 at a time"


def test_a_roll_out_that_stands_still_says_why() -> None:
    pods = (crashing("a", "n1", code=7), starting("b", "n2"), healthy("c", "n3"))
    _, message = agents(*pods, spec=ON, **ROLLING)
    ready = answered(AGENT, *pods, spec=ON, **ROLLING)["Ready"]["message"]

    assert "; CrashLoopBackOff of 1 pod, a on n1 (Error, exit code 7): kubectl" in message
    assert "ContainerCreating" not in message
    assert ready.endswith(f"{PAGE}#notalldesiredagentsavailable")


def test_the_worst_problems_come_first_and_the_rest_is_counted() -> None:
    pods = [
        starting("s", "n0"),
        crashing("a", "n1"),
        pull_failure("b", "n2"),
        pull_failure("c", "n3"),
        crashing("k", "n4", component="k8sensor"),
    ]
    _, message = agents(*pods, spec=ON, numberReady=0, numberAvailable=0)

    first, second, third = message.split("; ", 1)[1].split("; ")[:3]
    assert first.startswith("ImagePullBackOff of 2 pods, such as b on n2 (registry.example/agent:1")
    assert "CrashLoopBackOff of 1 pod, a on n1" in f"{second}; {third}"
    assert message.endswith("; 1 more in status.pods")
    assert "k on n4" not in message


def test_nothing_more_is_counted_where_all_is_told() -> None:
    pods = [crashing("a", "n1"), pull_failure("b", "n2")]
    _, message = agents(*pods, spec=ON, numberReady=1, numberAvailable=1)

    assert "more in status.pods" not in message


def test_a_problem_is_told_with_what_is_known_of_it() -> None:
    pods = [pod("b", phase="Pending"), pod("c", "n")]
    _, message = agents(*pods, spec=ON, numberReady=1, numberAvailable=1)

    assert "; ContainerCreating of 1 pod, b (it has no node yet): the scheduler" in message
    assert "; NotReady of 1 pod, c on n: it runs, but is not ready: kubectl" in message


def test_pods_that_start_are_named_where_one_workload_does_not_go_on_by_itself() -> None:
    observed = stored(answer(agent(ON | ZONES), facts=FACTS))
    for which, counts in ((f"{AGENT}-a", ROLLING), (f"{AGENT}-b", {"numberAvailable": 2})):
        next(each for each in observed if describe(each) == which)["status"] |= counts
    pods = [starting("a", "n1"), unready("b", "n2")]
    found = conditions(answer(agent(ON | ZONES), *pods, observed=observed, facts=FACTS))

    assert "ContainerCreating of 1 pod" in found["AgentsAvailable"]["message"]


def test_a_change_beside_its_spec_is_no_change_of_a_workload() -> None:
    observed = stored(answer(agent()))
    daemonset = next(each for each in observed if describe(each) == AGENT)
    daemonset["metadata"]["labels"]["app.kubernetes.io/version"] = "other"

    found = conditions(answer(agent(), observed=observed))
    assert found["AgentsAvailable"]["status"] == found["Ready"]["status"] == "True"


def test_agents_that_have_to_stay_ready_for_a_while_are_told() -> None:
    spec = {"agent": {"minReadySeconds": 20}}
    _, message = agents(spec=spec, numberAvailable=1)
    ready = answered(AGENT, spec=spec, numberAvailable=1)["Ready"]["message"]

    assert message.endswith("1 of 3 pods available: all are ready, and become available after "
"20 s (minReadySeconds)")  # fmt: skip
    assert PAGE not in ready


def test_k8sensors_that_have_to_stay_ready_are_told() -> None:
    spec = {"k8s_sensor": {"deployment": {"minReadySeconds": 20}}}
    ready = sensors(spec=spec, availableReplicas=1)[1]
    unready = sensors(spec=spec, availableReplicas=1, readyReplicas=1)[1]

    assert ready.endswith(": all are ready, and become available after 20 s (minReadySeconds)")
    assert unready.endswith("1 of 3 pods available; set spec.podStatus: Enabled to see why")


def test_a_workload_that_is_being_deleted_is_not_ready() -> None:
    observed = stored(answer(agent()))
    for each in observed:
        if each["kind"] in {"DaemonSet", "Deployment"}:
            each["metadata"]["deletionTimestamp"] = "2026-01-01T00:00:00Z"
    found = conditions(answer(agent(), observed=observed))

    for condition, which in (("AgentsAvailable", AGENT), ("SensorsAvailable", SENSOR)):
        assert found[condition]["status"] == "False"
        assert found[condition]["message"] == (
            f"{which} is being deleted, and is created again after that"
        )


def test_pods_on_nodes_that_take_no_new_one_are_no_shortfall() -> None:
    status, message = agents(numberMisscheduled=2)

    assert status == "True"
    assert message.startswith(
        "3 of 3 agents are available; 2 more on nodes that no longer accept new"
    )


def test_a_zone_without_a_node_is_told() -> None:
    empty = {**NO_POD, "desiredNumberScheduled": 0, "numberReady": 0}
    status, message = told(f"{AGENT}-b", "AgentsAvailable", spec=ZONES, **empty)

    assert status == "True"
    assert message.startswith(f"3 of 3 agents are available; no node matches {AGENT}-b: compare")


@pytest.mark.parametrize(
    ("message", "says"),
    [
        (
            'pods "x" is forbidden: violates PodSecurity "restricted:latest": allowPrivilege...',
            "Pod Security rejects them; set spec.k8s_sensor.securityProfile: Restricted",
        ),
        (
            'pods "x" is forbidden: exceeded quota: q, requested: pods=1, used: pods=1',
            (
                "a ResourceQuota rejects them; kubectl -n instana-agent describe resourcequotas "
                "shows which"
            ),
        ),
        (
            "pods is forbidden: maximum memory usage per Container is 1Gi, but limit is 2Gi",
            "a LimitRange rejects them",
        ),
        (
            'pods "x" is forbidden: no PriorityClass with name p was found',
            "their priority class is missing",
        ),
        (
            'error looking up service account instana-agent/x: serviceaccount "x" not found',
            "their service account is missing",
        ),
        (
            'admission webhook "validate.kyverno.svc" denied the request: s3cret',
            "an admission webhook or policy rejects them; allow the pods of namespace",
        ),
        (
            "s3cret",
            (
                "the others are rejected (Pod Security, a ResourceQuota, an admission webhook, "
                "a missing priority class); kubectl -n instana-agent describe "
                "replicasets"
            ),
        ),
    ],
)
def test_k8sensors_that_are_refused_say_by_whom(message: str, says: str) -> None:
    counts: Obj = {
        "replicas": 1,
        "updatedReplicas": 1,
        "readyReplicas": 1,
        "availableReplicas": 1,
    }
    _, text = sensors(conditions=failure(message), **counts)

    assert text.startswith(f"{SENSOR} has 1 of 3 pods up to date: {says}")
    assert text.endswith("; kubectl -n instana-agent describe replicasets lists the events "
                         "FailedCreate")  # fmt: skip
    assert "s3cret" not in text
    ready = answered(SENSOR, conditions=failure(message), **counts)["Ready"]["message"]
    assert ready.endswith(f"{PAGE}#notalldesiredk8sensorsavailable")


def test_a_failure_that_is_over_is_none() -> None:
    over = [{"type": "ReplicaFailure", "status": "False", "message": "exceeded quota"}]

    assert sensors(conditions=over, updatedReplicas=1, availableReplicas=3) == (
        "False",
        f"{SENSOR} has 1 of 3 pods up to date",
    )


def test_a_roll_out_without_progress_is_told() -> None:
    stuck = [{"type": "Progressing", "status": "False", "reason": "ProgressDeadlineExceeded"}]
    _, message = sensors(conditions=stuck, updatedReplicas=1, availableReplicas=2)

    assert message == (
        f"{SENSOR} has 1 of 3 pods up to date, without progress for 600 s; set spec.podStatus: "
        "Enabled to see why"
    )
    ready = answered(SENSOR, conditions=stuck, updatedReplicas=1, availableReplicas=2)["Ready"]
    assert ready["message"].endswith(f"{PAGE}#notalldesiredk8sensorsavailable")


@pytest.mark.parametrize(("replicas", "surge"), [(1, 1), (3, 2)])
def test_old_pods_that_are_available_make_no_new_one_ready(replicas: int, surge: int) -> None:
    spec = ON | {"k8s_sensor": {"deployment": {"replicas": replicas}}}
    counts: Obj = {
        "replicas": replicas + surge,
        "updatedReplicas": replicas,
        "readyReplicas": replicas,
        "availableReplicas": replicas,
    }
    status, message = sensors(crashing("s", "n", component="k8sensor"), spec=spec, **counts)

    assert status == "False"
    assert f"and {surge} old ones until the new ones are available" in message
    assert "CrashLoopBackOff of 1 pod, s on n" in message


def test_a_deployment_that_was_paused_by_hand_says_how_it_goes_on() -> None:
    observed = stored(answer(agent()))
    found = next(each for each in observed if describe(each) == SENSOR)
    found["spec"]["paused"] = True
    found["status"]["updatedReplicas"] = 0
    told = conditions(answer(agent(), observed=observed))

    command = "kubectl -n instana-agent rollout resume deployment instana-agent-k8sensor"
    assert told["SensorsAvailable"]["message"] == (
        f"{SENSOR} has 0 of 3 pods up to date: {command}"
    )
    assert PAGE in told["Ready"]["message"]


def test_no_k8sensors_may_be_wanted() -> None:
    spec = {"k8s_sensor": {"deployment": {"replicas": 0}}}
    none: Obj = dict.fromkeys(("replicas", "updatedReplicas", "readyReplicas"), 0)
    status, message = sensors(spec=spec, **none, availableReplicas=0)

    assert (status, message) == (
        "True",
        "no k8sensor is desired: spec.k8s_sensor.deployment.replicas is 0",
    )


def test_k8sensors_say_why_they_are_not_ready() -> None:
    pods = (crashing("s", "n", component="k8sensor"), crashing("a", "n"))
    _, message = sensors(*pods, spec=ON, readyReplicas=2, availableReplicas=2)

    assert "CrashLoopBackOff of 1 pod, s on n" in message
    assert "a on n" not in message


def test_what_is_left_of_evicted_pods_makes_no_healthy_resource_unready() -> None:
    relic = ended("s", "n")
    relic["metadata"]["labels"]["app.kubernetes.io/component"] = "k8sensor"

    assert sensors(relic, spec=ON) == ("True", "3 of 3 k8sensors are available")


@pytest.mark.parametrize("which", [AGENT, SENSOR])
@pytest.mark.parametrize(
    "turn",
    [
        lambda each: each["status"].update(updatedNumberScheduled=1, updatedReplicas=1),
        lambda each: each["status"].update(
            numberReady=1, numberAvailable=1, readyReplicas=1, availableReplicas=1
        ),
        lambda each: each["status"].update(NO_POD),
        lambda each: each["metadata"].update(deletionTimestamp="2026-01-01T00:00:00Z"),
    ],
)
def test_an_invalid_resource_says_the_same_of_its_workloads(
    which: str, turn: Callable[[Obj], None]
) -> None:
    observed = stored(answer(agent()))
    turn(next(each for each in observed if describe(each) == which))
    condition = "AgentsAvailable" if which == AGENT else "SensorsAvailable"
    invalid = {"k8s_sensor": {"pollrate": "often"}}

    valid_says = conditions(answer(agent(), observed=observed))[condition]
    invalid_says = conditions(answer(agent(invalid), observed=observed))[condition]
    assert invalid_says["status"] == valid_says["status"]
    assert valid_says["message"].startswith(invalid_says["message"])
