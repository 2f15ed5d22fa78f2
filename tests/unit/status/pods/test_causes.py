"""Each state that a pod gets into has its cause, detail and remedy; no message is quoted."""

import re
from pathlib import Path

import pytest

from hooks.facts import Facts
from hooks.kube.objects import Obj
from hooks.status.pods.causes import REMEDIES
from hooks.status.pods.sayings import (
    OF_CONFIGURATION,
    OF_ENDS,
    OF_PULLS,
    OF_REJECTIONS,
    OF_SCHEDULING,
)
from hooks.status.pods.words import Word
from hooks.wire import encode
from tests.support.hook import answer
from tests.support.pods import (
    CONTAINER,
    crashing,
    cut_off,
    ended,
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
from tests.support.resources import agent

ON = {"podStatus": "Enabled"}
FACTS = Facts(pod_status=True)
WORDS = [*OF_CONFIGURATION, *OF_ENDS, *OF_PULLS, *OF_REJECTIONS, *OF_SCHEDULING]
IMAGE = "registry.example/agent:1"
SECRET = "s3cret"


def problems(*pods: Obj) -> list[Obj]:
    status = answer(agent(ON), *pods, facts=FACTS)["status"]
    found: list[Obj] = status["pods"].get("problems", [])
    return found


def problem(found: Obj) -> Obj:
    (only,) = problems(found)
    return only


def cause(found: Obj) -> tuple[str, str]:
    told = problem(found)
    return told["cause"], told.get("detail", "")


def waiting(reason: str, **fields: object) -> Obj:
    container = {"name": CONTAINER, "ready": False, "state": {"waiting": {"reason": reason}}}
    return pod("a", "n", phase="Pending", containerStatuses=[container | fields])


def with_init(state: Obj, *, ready: bool = False, **status: object) -> Obj:
    """Return a pod whose init container is in the state, and whose own container waits for it."""
    init = {"name": "first", "image": "i", "ready": ready, "state": state}
    own = {"name": CONTAINER, "ready": False, "state": {"waiting": {"reason": "PodInitializing"}}}
    return pod(
        "a", "n", phase="Pending", initContainerStatuses=[init | status], containerStatuses=[own]
    )


def sidecar(state: Obj, **fields: object) -> Obj:
    found = healthy("a", "n")
    found["status"]["conditions"][0]["status"] = "False"
    found["status"]["containerStatuses"].append(
        {"name": "side", "image": "i", "ready": False, "state": state} | fields
    )
    return found


def of_container(name: object, found: Obj) -> Obj:
    """Return the pod with a container of another name in its trouble."""
    found["status"]["containerStatuses"][0]["name"] = name
    return found


CRASHED = {"terminated": {"reason": "Error", "exitCode": 3}}
WAITING = {"waiting": {"reason": "CrashLoopBackOff"}}
NEVER_STARTED = {"terminated": {"reason": "StartError", "exitCode": 128}}


@pytest.mark.parametrize(
    ("message", "detail", "remedy"),
    [
        (
            'Back-off pulling image "x": ErrImagePull: rpc error: code = NotFound desc = failed',
            "the image does not exist",
            "check its name, tag and digest in spec.agent.image",
        ),
        (
            "failed to authorize: unexpected status from https://r.example: 401 Unauthorized",
            "the registry denies the pull",
            "spec.agent.image.pullSecrets",
        ),
        (
            "pull access denied, repository does not exist or may require authorization",
            "the registry denies the pull",
            "spec.agent.downloadKey",
        ),
        (
            "dial tcp: lookup r.example on 10.0.0.2:53: no such host",
            "the node cannot reach the registry",
            "DNS, proxy and firewall",
        ),
        (
            "dial tcp 1.2.3.4:443: i/o timeout",
            "the node cannot reach the registry",
            "spec.agent.image.name",
        ),
        (
            "tls: failed to verify certificate: x509: certificate signed by unknown authority",
            "the node does not trust the registry's certificate",
            "the CA of the registry",
        ),
        (
            "429 Too Many Requests - toomanyrequests: You have reached your pull rate limit",
            "the registry limits the rate of pulls",
            "a mirror",
        ),
        ("unexpected status code 429", "the registry limits the rate of pulls", "a mirror"),
        ("Too Many Requests", "the registry limits the rate of pulls", "a mirror"),
        ("something else with s3cret", "", "kubectl -n instana-agent describe pod a"),
    ],
)
@pytest.mark.parametrize("reason", ["ErrImagePull", "ImagePullBackOff"])
def test_an_image_that_does_not_come_says_why(
    reason: str, message: str, detail: str, remedy: str
) -> None:
    told = problem(pull_failure("a", "n", reason, message))

    assert told["cause"] == "ImagePullBackOff"
    assert told["detail"] == ", ".join(filter(None, [IMAGE, detail]))
    assert remedy in told["remedy"]


@pytest.mark.parametrize(
    ("reason", "remedy"),
    [
        ("InvalidImageName", "the name of the image is not valid: fix spec.agent.image"),
        (
            "ErrImageNeverPull",
            (
                "the image is not on the node, and spec.agent.image.pullPolicy is "
                "Never: change the policy, or load the image"
            ),
        ),
        ("ImageInspectError", "describe pod a"),
        ("RegistryUnavailable", "describe pod a"),
        ("SignatureValidationFailed", "describe pod a"),
    ],
)
def test_an_image_that_cannot_be_pulled_says_why(reason: str, remedy: str) -> None:
    told = problem(pull_failure("a", "n", reason, "not found"))

    assert told["cause"] == "ImagePullBackOff"
    assert told["detail"] == f"{IMAGE}, {reason}"
    assert remedy in told["remedy"]


@pytest.mark.parametrize(
    ("message", "detail"),
    [
        ('secret "agent-keys" not found', "Secret agent-keys is missing"),
        ('configmap "agent.conf" not found', "ConfigMap agent.conf is missing"),
        (
            "couldn't find key download.key in Secret instana-agent/agent-keys",
            "Secret agent-keys has no entry download.key",
        ),
        (
            "couldn't find key a_B in ConfigMap instana-agent/conf",
            "ConfigMap conf has no entry a_B",
        ),
        (
            "container has runAsNonRoot and image will run as root (pod: ...)",
            "the image runs as root, which the pod's security context forbids",
        ),
        ('secret "s3cret AND MORE" not found', ""),
        ("s3cret", ""),
    ],
)
def test_what_a_container_lacks_is_named(message: str, detail: str) -> None:
    assert cause(lacking_config("a", "n", message)) == ("CreateContainerConfigError", detail)


@pytest.mark.parametrize(
    ("message", "detail", "remedy"),
    [
        (
            "1 Insufficient memory, 4 node(s) didn't satisfy plugin(s) [NodeAffinity].",
            "the node has too little memory left",
            "lower spec.agent.pod.requests",
        ),
        (
            "0/5 nodes are available: 1 node(s) didn't have free ports for the requested pod ports",
            "another pod uses its ports on the node",
            "--field-selector spec.nodeName=n",
        ),
        (
            "0/1 nodes are available: 1 node(s) had untolerated taint {dedicated: gpu}.",
            "it does not tolerate a taint of the node",
            "set spec.agent.scheduling.tolerate, or add a toleration to spec.agent.pod.tolerations",
        ),
        (
            "0/1 nodes are available: pod has unbound immediate PersistentVolumeClaims.",
            "its volume is missing, or on another node",
            "describe persistentvolumeclaims",
        ),
        (
            "0/1 nodes are available: 1 Too many pods.",
            "the node has its maximum number of pods",
            "",
        ),
        ("0/1 nodes are available: 1 node(s) were unschedulable.", "the nodes are cordoned", ""),
        (
            "0/3 nodes are available: 3 node(s) didn't match Pod's node affinity/selector.",
            "no node matches its node selector and affinity",
            "kubectl get nodes --show-labels with spec.agent.pod",
        ),
        ("s3cret", "Unschedulable", "kubectl -n instana-agent describe pod a"),
    ],
)
def test_a_pod_that_no_node_takes_says_why(message: str, detail: str, remedy: str) -> None:
    told = problem(unschedulable("a", "n", message))

    assert (told["cause"], told["detail"]) == ("FailedScheduling", detail)
    assert remedy in told["remedy"]


@pytest.mark.parametrize(
    ("found", "expected"),
    [
        (
            ended("a", "n", message="The node was low on resource: memory. Threshold 100Mi"),
            "Evicted, the node ran out of memory",
        ),
        (
            ended("a", "n", message="The node was low on resource: ephemeral-storage. Container"),
            "Evicted, the node ran out of ephemeral-storage",
        ),
        (
            ended("a", "n", message="Pod ephemeral local storage usage exceeds the total limit"),
            "Evicted, it used more of the node's disk than it may",
        ),
        (
            ended("a", "n", message='Usage of EmptyDir volume "repo" exceeds the limit "1Gi". '),
            "Evicted, it used more of the node's disk than it may",
        ),
        (ended("a", "n", reason="OutOfmemory", message="s3cret"), "OutOfmemory"),
        (pod("a", "n", phase="Succeeded"), ""),
    ],
)
def test_a_pod_that_the_node_ended_says_why(found: Obj, expected: str) -> None:
    assert cause(found) == ("PodFailed", expected)


def test_a_pod_of_a_lost_node_blames_no_probe() -> None:
    told = problem(cut_off("a", "n"))

    assert told["cause"] == "NodeNotReady"
    assert told["remedy"] == "its node does not report: kubectl describe node n"
    assert cause(pod("a", "n", phase="Unknown")) == ("NodeNotReady", "")


def test_a_readiness_gate_is_no_lost_node() -> None:
    gated = cut_off("a", "n")
    gated["spec"]["readinessGates"] = [{"conditionType": "example.com/ready"}]

    assert cause(gated) == ("NotReady", "")


def test_a_pod_that_ends_says_what_if_it_does_not() -> None:
    told = problem(going(healthy("a", "n")))

    assert told["cause"] == "Terminating"
    assert "kubectl describe node n" in told["remedy"]


@pytest.mark.parametrize(("started", "detail"), [
    (False, "it has not started yet"), (True, "a readiness probe fails"),
])  # fmt: skip
def test_a_pod_that_starts_is_told_from_one_that_fails(started: bool, detail: str) -> None:  # noqa: FBT001
    running = unready("a", "n")
    running["status"]["containerStatuses"][0]["started"] = started

    assert cause(running) == ("NotReady", detail)


def test_a_pod_without_a_node_waits_for_the_scheduler() -> None:
    assert cause(pod("a", phase="Pending")) == ("ContainerCreating", "it has no node yet")
    assert "kube-system" in problem(pod("a", phase="Pending"))["remedy"]
    assert cause(starting("a", "n")) == ("ContainerCreating", "")


@pytest.mark.parametrize(
    ("found", "expected"),
    [
        (with_init(CRASHED), ("CrashLoopBackOff", "Error, exit code 3")),
        (
            with_init(WAITING, lastState=CRASHED),
            ("CrashLoopBackOff", "Error, exit code 3"),
        ),
        (
            with_init({"running": {"startedAt": "2026-01-01T00:00:00Z"}}),
            ("ContainerCreating", "init container first runs"),
        ),
        (
            with_init({"terminated": {"reason": "Completed", "exitCode": 0}}, ready=True),
            ("ContainerCreating", ""),
        ),
        (sidecar(CRASHED), ("CrashLoopBackOff", "Error, exit code 3")),
        (sidecar({"terminated": {"reason": "Error"}}), ("CrashLoopBackOff", "Error")),
        (sidecar(WAITING), ("CrashLoopBackOff", "")),
    ],
)
def test_an_init_container_and_a_sidecar_count(found: Obj, expected: tuple[str, str]) -> None:
    assert cause(found) == expected


@pytest.mark.parametrize(
    ("found", "command"),
    [
        (with_init(CRASHED), "logs a --container first --previous"),
        (with_init({"running": {}}), "logs a --container first"),
        (sidecar(CRASHED), "logs a --container side --previous"),
        (sidecar(WAITING), "logs a --container side --previous"),
        (crashing("a", "n"), "logs a --previous"),
    ],
)
def test_the_command_shows_the_log_of_the_container_in_trouble(found: Obj, command: str) -> None:
    if "initContainerStatuses" in found["status"]:
        found["spec"]["initContainers"] = [{"name": "first", "image": "i"}]

    assert f"kubectl -n instana-agent {command}" in problem(found)["remedy"]


def test_the_command_names_our_container_where_another_one_comes_first() -> None:
    """kubectl looks at the first container of a pod unless it is told another one."""
    for name in (CONTAINER, "side"):
        found = of_container(name, crashing("a", "n"))
        found["spec"]["containers"].insert(0, {"name": "side", "image": "i"})

        assert f"logs a --container {name} --previous" in problem(found)["remedy"]


@pytest.mark.parametrize("name", ["; rm -rf ~", "UPPER", "", None, "a" * 64])
def test_what_is_no_name_of_a_container_comes_into_no_command(name: object) -> None:
    assert "logs a --previous" in problem(of_container(name, crashing("a", "n")))["remedy"]


@pytest.mark.parametrize(
    "reason",
    [
        *("CreateContainerError", "CreateContainerConfigError"),
        *("RunContainerError", "StartError", "ContainerCannotRun"),
    ],
)
def test_every_reason_for_which_a_container_is_not_made_is_known(reason: str) -> None:
    assert cause(waiting(reason))[0] == "CreateContainerConfigError"


@pytest.mark.parametrize("reason", ["RunContainerError", "StartError", "ContainerCannotRun"])
def test_every_end_of_a_container_that_did_not_start_is_known(reason: str) -> None:
    ended_so = {"terminated": {"reason": reason, "exitCode": 128}}

    assert cause(crashing("a", "n", lastState=ended_so)) == (
        "CreateContainerConfigError",
        "it cannot be started",
    )


def test_an_image_that_the_pod_does_not_name_is_not_told() -> None:
    found = pull_failure("a", "n", message="unauthorized")
    found["spec"]["containers"] = []

    assert cause(found) == ("ImagePullBackOff", "the registry denies the pull")


def test_the_image_of_an_init_container_is_told() -> None:
    found = with_init({"waiting": {"reason": "ErrImagePull", "message": "unauthorized"}})
    found["spec"]["initContainers"] = [{"name": "first", "image": "first.example/init:1"}]

    told = "first.example/init:1, the registry denies the pull"
    assert cause(found) == ("ImagePullBackOff", told)


def test_a_container_that_cannot_be_started_has_no_log_to_look_at() -> None:
    stages = [
        waiting("RunContainerError", lastState=NEVER_STARTED),
        waiting("CrashLoopBackOff", lastState=NEVER_STARTED),
        pod("a", "n", containerStatuses=[{"name": CONTAINER, "state": NEVER_STARTED}]),
    ]

    assert {cause(each) for each in stages} == {
        ("CreateContainerConfigError", "it cannot be started")
    }
    assert all("logs" not in problem(each)["remedy"] for each in stages)


def test_the_worst_of_several_containers_counts() -> None:
    found = sidecar(CRASHED)
    found["status"]["containerStatuses"][0] |= {
        "ready": False,
        "state": {"waiting": {"reason": "ImagePullBackOff"}},
    }

    assert cause(found)[0] == "ImagePullBackOff"


@pytest.mark.parametrize(
    ("state", "remedy"),
    [
        (
            {"waiting": {"reason": "ErrImagePull", "message": "unauthorized"}},
            "check the image of container side, and the network path to its registry: kubectl -n",
        ),
        (
            {"terminated": {"reason": "OOMKilled", "exitCode": 137}},
            "container side needs more memory than its limit: raise the limit",
        ),
    ],
)
def test_what_others_put_into_the_pod_has_no_field_of_the_resource(state: Obj, remedy: str) -> None:
    told = problem(sidecar(state))["remedy"]

    assert told.startswith(remedy)
    assert "spec." not in told


@pytest.mark.parametrize(
    ("found", "field"),
    [
        (killed("s", "n"), " raise spec.k8s_sensor.deployment.pod.limits.memory"),
        (pull_failure("s", "n"), " check spec.k8s_sensor.image.pullSecrets, "),
        (
            unschedulable("s", "n"),
            " add a toleration to spec.k8s_sensor.deployment.pod.tolerations",
        ),
    ],
    ids=["memory", "image", "taint"],
)
def test_the_remedy_names_the_fields_of_the_component(found: Obj, field: str) -> None:
    found["metadata"]["labels"]["app.kubernetes.io/component"] = "k8sensor"

    assert field in f" {problem(found)['remedy']}"


@pytest.mark.parametrize("word", WORDS, ids=lambda word: word.says)
def test_no_word_quotes_anything_but_names(word: Word) -> None:
    groups = word.pattern.groups

    assert word.says.count("{") <= groups
    assert len(word.says) < 80
    assert len(word.remedy) < 150


@pytest.mark.parametrize("message", [
    f"{SECRET} {text} {SECRET}" for text in (
        "unauthorized", "not found", 'secret "a" not found', "x509: bad", "Insufficient memory",
        "couldn't find key a in Secret b/c", "low on resource: memory", "exceeds the limit",
    )
])  # fmt: skip
def test_what_stands_around_a_saying_is_not_told(message: str) -> None:
    pods = [
        pull_failure("a", "n", message=message),
        lacking_config("b", "n", message),
        unschedulable("c", "n", message),
        ended("d", "n", message=message),
    ]

    assert SECRET not in encode({"problems": problems(*pods)}).decode()


def test_every_cause_is_documented() -> None:
    page = Path("docs/status.md").read_text("utf-8")

    assert {*re.findall(r"^\| `(\w+)` \|", page.partition("| Cause |")[2], re.MULTILINE)} == {
        *REMEDIES
    }
