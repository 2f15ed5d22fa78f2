"""What the API server would refuse is found in the resource, and nothing is returned of it."""

from dataclasses import replace

import pytest

from hooks.kube.objects import Obj
from hooks.rules import errors_of
from hooks.wire import encode
from tests.support.hook import FACTS, answer, children, conditions, stored
from tests.support.resources import agent, secret

SCRATCH = {"name": "scratch", "emptyDir": {}}
REFUSED: list[tuple[Obj, str]] = [
    (
        {
            "agent": {
                "host": {"repository": "/repository"},
                "pod": {"volumes": [{"name": "repo", "emptyDir": {}}]},
            }
        },
        "volume repo of DaemonSet/instana-agent: is listed twice: choose another name",
    ),
    (
        {
            "agent": {
                "pod": {
                    "volumes": [SCRATCH],
                    "volumeMounts": [{"name": "scratch", "mountPath": "/dev"}],
                }
            }
        },
        "mount path /dev of DaemonSet/instana-agent: is used twice",
    ),
    (
        {"agent": {"pod": {"volumeMounts": [{"name": "repo", "mountPath": "/x"}]}}},
        "volume repo of DaemonSet/instana-agent: is mounted but does not exist",
    ),
    (
        {
            "k8s_sensor": {
                "etcd": {"ca": {"secretName": "ca", "mountPath": "/x"}},
                "restClient": {"ca": {"secretName": "ca", "mountPath": "/x"}},
            }
        },
        "mount path /x of Deployment/instana-agent-k8sensor: is used twice",
    ),
    (
        {
            "overrides": {
                "agentDaemonSet": {
                    "spec": {
                        "template": {
                            "spec": {
                                "initContainers": [
                                    {
                                        "name": "first",
                                        "image": "a.example/b:1",
                                        "volumeMounts": [{"name": "gone", "mountPath": "/x"}],
                                    }
                                ]
                            }
                        }
                    }
                }
            }
        },
        "volume gone of DaemonSet/instana-agent: is mounted but does not exist",
    ),
]


@pytest.mark.parametrize(("spec", "message"), REFUSED)
def test_resource_is_invalid_and_says_where(spec: Obj, message: str) -> None:
    answered = answer(agent(spec), secret("ca", **{"ca.crt": "x"}))

    assert children(answered) == {}
    assert message in conditions(answered)["Valid"]["message"]


@pytest.mark.parametrize("name", ["agent.prod", "a" * 60])
def test_name_that_a_service_cannot_have_is_refused(name: str) -> None:
    message = conditions(answer(agent(name=name)))["Valid"]["message"]

    assert message.startswith("metadata.name: must be at most 54 lower case letters")


def test_what_runs_stays_while_it_would_be_refused() -> None:
    observed = stored(answer(agent()))
    answered = answer(agent(REFUSED[0][0]), observed=observed)

    assert set(children(answered)) == set(children(answer(agent())))


@pytest.mark.parametrize(
    ("spec", "name", "path"),
    [
        (
            {"agent": {"tls": {"secretName": "instana-agent-config"}}},
            "instana-agent-config",
            "tls.secretName",
        ),
        (
            {"agent": {"image": {"pullSecrets": [{"name": "instana-agent-config"}]}}},
            "instana-agent-config",
            "image.pullSecrets[0].name",
        ),
    ],
)
def test_object_of_the_user_is_never_written_over(spec: Obj, name: str, path: str) -> None:
    answered = answer(agent(spec), secret(name, x="y"))

    assert children(answered) == {}
    assert conditions(answered)["Valid"]["message"] == (
        f"spec.agent.{path}: is the name of a Secret that is made from this resource: choose "
        "another one (rule object-overwritten)"
    )


@pytest.mark.parametrize(("levels", "is_fine"), [(90, True), (110, False), (900, False)])
def test_deeply_nested_spec_is_refused(levels: int, is_fine: bool) -> None:  # noqa: FBT001
    nested: list[object] = []
    for _ in range(levels):
        nested = [nested]
    parent = agent({"agent": {"pod": {}}})
    preferred = {"preferredDuringSchedulingIgnoredDuringExecution": nested}
    parent["spec"]["agent"]["pod"]["affinity"] = {"nodeAffinity": preferred}
    answered = answer(parent)

    valid = conditions(answered)["Valid"]
    assert encode(answered)
    if is_fine:
        assert valid["status"] == "True"
    else:
        assert valid["message"] == "spec: is nested too deeply (rule nesting)"
        assert [each.rule for each in errors_of(parent)] == ["nesting"]


@pytest.mark.parametrize("text", ["no base64!", "YQ=", "é"])
def test_certificate_that_is_no_base64_is_refused(text: str) -> None:
    answered = answer(agent({"agent": {"tls": {"certificate": text, "key": "YQ=="}}}))

    assert conditions(answered)["Valid"]["message"] == (
        "spec.agent.tls.certificate: must be PEM encoded as base64, as `base64 -w0 FILE` prints "
        "it (rule tls-base64)"
    )


def test_certificate_in_several_lines_is_stored_in_one() -> None:
    answered = answer(agent({"agent": {"tls": {"certificate": "Y2Vy\ndA==\n", "key": "YQ=="}}}))

    assert children(answered)["Secret/instana-agent-tls"]["data"]["tls.crt"] == "Y2VydA=="


def test_pull_secret_without_a_name_is_left_out() -> None:
    answered = answer(agent({"agent": {"image": {"pullSecrets": [{}, {"name": "mine"}]}}}))
    pod = children(answered)["DaemonSet/instana-agent"]["spec"]["template"]["spec"]

    assert pod["imagePullSecrets"] == [{"name": "mine"}]


BESIDE = replace(
    FACTS, installation_namespace="instana-agent", installation_secrets=("of-ours", "prod-tls")
)


@pytest.mark.parametrize(
    ("spec", "name", "message"),
    [
        (
            {},
            "instana-agent-hooks",
            "metadata.name: would create Deployment/instana-agent-hooks-k8sensor, which",
        ),
        (
            {"serviceAccount": {"create": False, "name": "instana-agent-hooks"}},
            "prod",
            "spec: makes pods use ServiceAccount instana-agent-hooks of the installation",
        ),
        (
            {"agent": {"tls": {"secretName": "instana-agent-hooks-tls"}}},
            "prod",
            "spec: makes pods use Secret instana-agent-hooks-tls of the installation",
        ),
        (
            {
                "agent": {
                    "pod": {
                        "volumes": [
                            {"name": "x", "secret": {"secretName": "instana-agent-hooks-token"}}
                        ]
                    }
                }
            },
            "prod",
            "spec: makes pods use Secret instana-agent-hooks-token of the installation",
        ),
        (
            {"agent": {"keysSecret": "of-ours"}},
            "other",
            "spec: makes pods use Secret of-ours of the installation",
        ),
        (
            {"agent": {"tls": {"certificate": "Y2VydA==", "key": "a2V5"}}},
            "prod",
            "metadata.name: would create Secret/prod-tls, which belongs to the installation",
        ),
    ],
)
def test_objects_of_the_installation_are_nobodys_children_and_in_no_pod(
    spec: Obj, name: str, message: str
) -> None:
    parent = agent(spec, name=name)
    valid = conditions(answer(parent, facts=BESIDE))["Valid"]

    assert valid["status"] == "False"
    assert message in valid["message"]
    assert conditions(answer(parent))["Valid"]["status"] == "True"


def test_a_zone_called_hooks_is_no_object_of_the_installation() -> None:
    answered = answer(agent({"zones": [{"name": "hooks"}]}), facts=BESIDE)

    assert "DaemonSet/instana-agent-hooks" in children(answered)
