"""The status of pods that are not ready, which changes only when they do."""

import json
from collections.abc import Callable
from itertools import permutations
from pathlib import Path
from typing import Any

import pytest

from hooks.customize import customize
from hooks.facts import Facts
from hooks.kube.objects import Obj
from hooks.status.pods.causes import REMEDIES
from hooks.status.size import MOST_BYTES
from hooks.wire import encode
from tests.support.hook import answer, child, conditions, stored
from tests.support.pods import (
    crashed,
    crashing,
    cut_off,
    going,
    healthy,
    killed,
    lacking_config,
    pod,
    pull_failure,
    starting,
    unready,
    unschedulable,
)
from tests.support.resources import agent, merged, obj

FACTS = Facts(pod_status=True)
ON = {"podStatus": "Enabled"}
Makers = tuple[Callable[[str, str], Obj], ...]
LOST = "its node does not report: kubectl describe node n1"
STORIES = Path(__file__).parent
STORY: dict[str, list[Obj]] = {
    "healthy roll-out": [healthy("a-1", "n1"), healthy("a-2", "n2"), starting("a-3", "n3")],
    "settled": [healthy("a-1", "n1"), healthy("a-2", "n2")],
    "image pull failure": [
        healthy("a-1", "n1"),
        pull_failure("a-2", "n2"),
        pull_failure("a-3", "n3", reason="ErrImagePull"),
    ],
    "crash loop": [crashing("a-1", "n1"), crashing("a-2", "n2", code=137), killed("a-3", "n3")],
    "tainted nodes": [unschedulable("a-1", "n1"), unschedulable("a-2", "n2")],
    "probe failures": [unready("a-1", "n1"), healthy("a-2", "n2")],
    "missing configuration": [lacking_config("a-1", "n1")],
    "k8sensor": [crashing("s-1", "n1", component="k8sensor"), crashing("a-1", "n1")],
    "surge": [starting("a-1", "n1"), healthy("a-2", "n1")],
}


def summary(*pods: Obj, spec: Obj | None = None, facts: Facts = FACTS) -> Obj:
    status = answer(agent(ON if spec is None else spec), *pods, facts=facts)["status"]
    found: Obj = status.get("pods", {})
    return found


@pytest.mark.parametrize("story", STORY)
def test_each_story_is_told_as_recorded(story: str) -> None:
    recorded = json.loads((STORIES / f"{story.replace(' ', '-')}.json").read_text())

    assert summary(*STORY[story]) == recorded


@pytest.mark.parametrize("release", ["instana-agent", "of-helm"])
def test_pods_of_an_adopted_release_keep_its_name(release: str) -> None:
    assert _problems_of(release, "instana-agent")


@pytest.mark.parametrize("workloads", [(), ("another",)], ids=["of another", "adopted besides"])
def test_pods_of_another_resource_do_not_count(workloads: tuple[str, ...]) -> None:
    assert not _problems_of("another", *workloads)


def _problems_of(carried: str, *workloads: str) -> Any:
    """Return the problems of a pod, beside workloads of these resources that make such pods."""
    instance = "app.kubernetes.io/instance"
    labels = {"metadata": {"labels": {instance: carried}}}
    children = [
        obj("DaemonSet", name, metadata={"labels": {instance: name}}, spec={"template": labels})
        | {"apiVersion": "apps/v1"}
        for name in workloads
    ]
    troubled = merged(crashing("a-1", "n1"), labels)
    status = answer(agent(ON), troubled, observed=children, facts=FACTS)["status"]
    return status["pods"].get("problems")


def test_pods_with_one_cause_are_one_problem() -> None:
    pods = [crashing("a-1", "n1"), pull_failure("a-2", "n2"), crashing("a-3", "n3")]

    found = {problem["cause"]: problem["count"] for problem in summary(*pods)["problems"]}
    assert found == {"CrashLoopBackOff": 2, "ImagePullBackOff": 1}
    assert len(summary(*pods)["problems"]) == 2


def test_the_example_is_the_first_by_node_and_name() -> None:
    pods = [crashing("a-2", "n1"), crashing("a-3", "n1"), crashing("a-1", "n2")]

    problems = [summary(*order)["problems"] for order in permutations(pods)]

    (first,) = problems[0]
    assert (first["count"], first["node"], first["pod"]) == (3, "n1", "a-2")
    assert problems == [[first]] * len(problems)


@pytest.mark.parametrize(
    "trouble",
    [
        [pull_failure("a", "n"), pull_failure("a", "n", reason="ErrImagePull")],
        [
            crashing("a", "n"),
            crashed("a", "n"),
            crashing("a", "n", state={"running": {}}),
            crashing("a", "n", count=8),
        ],
        [killed("a", "n"), killed("a", "n", state={"running": {}})],
    ],
    ids=["pull", "crash", "out of memory"],
)
def test_the_stages_of_one_trouble_are_told_alike(trouble: list[Obj]) -> None:
    assert len({encode({"problems": summary(pod)["problems"]}) for pod in trouble}) == 1


@pytest.mark.parametrize(
    ("count", "told"),
    [(0, "0"), (1, "1 or more"), (9, "1 or more"), (10, "10 or more"), (99, "10 or more"),
     (100, "100 or more")],
)  # fmt: skip
def test_restarts_are_told_in_powers_of_ten(count: int, told: str) -> None:
    assert summary(crashing("a", "n", count=count))["restarts"] == told


def test_nothing_a_container_wrote_is_told() -> None:
    odd: Any = {"terminated": {"exitCode": 1, "reason": "the key is s3cret", "message": "s3cret"}}
    pods = [
        crashing("a", "n", lastState=odd),
        pod("b", "n", phase="Failed", reason="s3cret was here", message="s3cret"),
        unschedulable("c", "n", message="s3cret"),
    ]

    assert "s3cret" not in encode(answer(agent(ON), *pods, facts=FACTS)).decode()
    assert summary(pods[0])["problems"][0]["detail"] == "exit code 1"


def test_other_parts_of_a_pod_do_not_count() -> None:
    odd = [{"restartCount": "x", "state": {"waiting": "x"}}, "text", {"lastState": []}]
    pods = [pod("a", "n"), pod("b", "n", containerStatuses=odd), pod("c", "n", conditions="x")]

    assert [(problem["cause"], problem["count"]) for problem in summary(*pods)["problems"]] == [
        ("NotReady", 3)
    ]


def test_an_ending_pod_has_no_agent_and_no_restarts() -> None:
    found = summary(going(healthy("a", "n")), going(crashing("b", "m")), healthy("c", "m"))

    assert [(problem["cause"], problem["count"]) for problem in found["problems"]] == [
        ("Terminating", 2)
    ]
    assert found["nodesWithoutAgent"] == {"count": 1, "names": ["n"]}
    assert found["restarts"] == "0"


def test_a_finished_init_container_is_no_problem() -> None:
    done = {
        "name": "first",
        "ready": True,
        "state": {"terminated": {"exitCode": 0, "reason": "Completed"}},
    }

    assert (
        summary(unready("a", "n", initContainerStatuses=[done]))["problems"]
        == summary(unready("a", "n"))["problems"]
    )


@pytest.mark.parametrize("spec", [{}, {"podStatus": "Disabled"}])
def test_it_is_off_by_default(spec: Obj) -> None:
    assert summary(crashing("a", "n"), spec=spec) == {}
    assert "pods" not in _related(spec, FACTS)


def test_pods_are_read_only_if_enabled_and_allowed() -> None:
    assert _related(ON, FACTS)["pods"] == {
        "apiVersion": "v1",
        "resource": "pods",
        "namespace": "instana-agent",
        "labelSelector": {
            "matchLabels": {"app.kubernetes.io/name": "instana-agent"},
            "matchExpressions": [
                {
                    "key": "app.kubernetes.io/component",
                    "operator": "In",
                    "values": ["instana-agent", "k8sensor"],
                }
            ],
        },
    }
    assert "pods" not in _related(ON, Facts())


def test_only_pods_of_children_are_asked_for() -> None:
    answered = answer(agent())
    wanted = _related(ON, FACTS)["pods"]["labelSelector"]["matchLabels"].items()

    for which in ("DaemonSet/instana-agent", "Deployment/instana-agent-k8sensor"):
        assert wanted <= child(answered, which)["spec"]["template"]["metadata"]["labels"].items()


def test_pods_not_asked_for_yet_have_no_summary() -> None:
    status = answer(agent(ON), unknown=["Pod.v1"], facts=FACTS)["status"]

    assert "pods" not in status


@pytest.mark.parametrize(
    ("spec", "facts", "told"),
    [
        ({}, Facts(), "set spec.podStatus: Enabled to see why"),
        (
            ON,
            Facts(),
            "add the component pod-status to the installation, which spec.podStatus needs",
        ),
        (ON, FACTS, f"NodeNotReady of 1 pod, a-1 on n1: {LOST}"),
    ],
)
def test_unavailable_agents_say_where_the_reason_is(spec: Obj, facts: Facts, told: str) -> None:
    observed = stored(answer(agent(spec), facts=facts), ready=False)
    found = answer(agent(spec), cut_off("a-1", "n1"), observed=observed, facts=facts)

    assert conditions(found)["AgentsAvailable"]["message"].endswith(f"; {told}")
    assert conditions(found)["Valid"]["status"] == "True"
    ready = stored(answer(agent(spec), facts=facts))
    settled = conditions(answer(agent(spec), observed=ready, facts=facts))["AgentsAvailable"]
    assert told not in settled["message"]


def test_pods_change_no_child() -> None:
    pods = STORY["crash loop"]

    changed = answer(agent(ON), *pods, facts=FACTS)["children"]

    assert changed == answer(agent(), facts=FACTS)["children"]


def test_5000_pods_with_problems_stay_below_16_kib() -> None:
    makers: Makers = (
        crashing,
        killed,
        pull_failure,
        unready,
        unschedulable,
        lacking_config,
        healthy,
    )
    pods = [
        maker(f"pod-with-a-long-name-{number:05}", f"node-with-a-long-name-{number:05}.example")
        for number, maker in enumerate(makers * 715)
    ]
    first = answer(agent(ON), *pods, facts=FACTS)["status"]
    again = agent(ON, status=first)

    assert len(encode(first)) < MOST_BYTES
    assert first["pods"]["nodesWithoutAgent"]["count"] == 6 * 715
    assert len(first["pods"]["nodesWithoutAgent"]["names"]) == 16
    assert encode(answer(again, *pods[::-1], facts=FACTS)["status"]) == encode(first)


def test_every_cause_has_a_remedy_that_is_short() -> None:
    told = {
        problem["cause"]
        for pods in STORY.values()
        for problem in summary(*pods).get("problems", [])
    }

    assert told <= REMEDIES.keys()
    assert max(map(len, REMEDIES.values())) < 120


def _related(spec: Obj, facts: Facts) -> dict[str, Obj]:
    rules = customize({"parent": agent(spec)}, facts)["relatedResources"]
    return {rule["resource"]: rule for rule in rules}
