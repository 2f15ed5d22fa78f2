"""What the k8sensor's pods have of their own: additions, resources, roll-out, security."""

from typing import Any

import pytest

from hooks.kube.objects import Obj
from tests.support.hook import answer, child, conditions, env, mounts, pod, stored, volumes
from tests.support.resources import agent, merged, obj, secret

SENSOR, AGENT = "Deployment/instana-agent-k8sensor", "DaemonSet/instana-agent"
SECOND = "Deployment/instana-agent-k8sensor-1"
ZONE = "topology.kubernetes.io/zone"
CONSTRAINT = {"maxSkew": 1, "topologyKey": ZONE, "whenUnsatisfiable": "ScheduleAnyway"}
FORMER = {
    "requests": {"cpu": "500m", "memory": "768Mi"},
    "limits": {"cpu": "1500m", "memory": "768Mi"},
}
OWN = {"requests": {"cpu": "120m", "memory": "128Mi"}, "limits": {"cpu": "500m", "memory": "2Gi"}}


def of_pod(**fields: Any) -> Obj:
    return {"k8s_sensor": {"deployment": {"pod": fields}}}


def of_strategy(**fields: Any) -> Obj:
    return {"k8s_sensor": {"deployment": {"strategy": fields}}}


def template(answered: Obj, which: str = SENSOR) -> Obj:
    found: Obj = child(answered, which)["spec"]["template"]
    return found


def container(answered: Obj) -> Obj:
    found: Obj = pod(answered, SENSOR)["containers"][0]
    return found


def test_variables_win_over_all_others_and_reach_no_agent() -> None:
    spec = merged(
        of_pod(env=[{"name": "A", "value": "own"}, {"name": "POD_IP", "value": "192.0.2.1"}]),
        {"agent": {"env": {"A": "common", "B": "common"}}},
    )
    answered = answer(agent(spec))

    assert {"A": "own", "B": "common", "POD_IP": "192.0.2.1"}.items() <= env(
        answered, SENSOR
    ).items()
    assert env(answered, AGENT)["A"] == "common"


def test_volumes_and_mounts_are_added() -> None:
    answered = answer(
        agent(
            of_pod(
                volumes=[{"name": "mine", "emptyDir": {"sizeLimit": "1024Mi"}}],
                volumeMounts=[{"name": "mine", "mountPath": "/mine", "readOnly": False}],
            )
        )
    )

    assert volumes(answered, SENSOR)["mine"]["emptyDir"] == {"sizeLimit": "1Gi"}
    assert mounts(answered, SENSOR)["mine"] == "/mine"
    assert "mine" not in volumes(answered, AGENT)


def test_additions_wait_for_what_they_refer_to() -> None:
    spec = of_pod(
        env=[{"name": "MINE", "valueFrom": {"secretKeyRef": {"name": "wanted", "key": "a"}}}],
        volumes=[{"name": "mine", "configMap": {"name": "settings"}}],
        volumeMounts=[{"name": "mine", "mountPath": "/mine"}],
    )
    running = stored(answer(agent()))
    waiting = answer(agent(spec), observed=running)
    there = [secret("wanted", a="1"), obj("ConfigMap", "settings", data={})]
    settled = answer(agent(spec), *there, observed=running)

    told = conditions(waiting)["ReferencesResolved"]["message"]
    assert "spec.k8s_sensor.deployment.pod.env[0].valueFrom.secretKeyRef.name" in told
    assert "spec.k8s_sensor.deployment.pod.volumes[0].configMap.name" in told
    assert template(waiting) == template(answer(agent(), observed=running))
    assert "mine" in volumes(settled, SENSOR)
    assert "MINE" in env(settled, SENSOR)


def test_what_a_sensor_that_is_off_refers_to_is_not_looked_for() -> None:
    spec = merged(
        of_pod(volumes=[{"name": "mine", "configMap": {"name": "settings"}}]),
        {"k8s_sensor": {"deployment": {"enabled": False}}},
    )

    assert conditions(answer(agent(spec)))["ReferencesResolved"]["status"] == "True"


def test_labels_and_annotations_are_added_to_those_of_all_pods() -> None:
    common = {"labels": {"a": "common", "b": "common"}, "annotations": {"c": "common"}}
    own = {"labels": {"a": "own", "app": "mine"}, "annotations": {"d": "own"}}
    answered = answer(agent(merged({"agent": {"pod": common}}, of_pod(**own))))

    metadata = template(answered)["metadata"]
    assert {"a": "own", "b": "common", "app": "k8sensor"}.items() <= metadata["labels"].items()
    assert {"c": "common", "d": "own"}.items() <= metadata["annotations"].items()
    of_agent = template(answered, AGENT)["metadata"]
    assert of_agent["labels"]["a"] == "common"
    assert (of_agent["annotations"]["c"], "d" in of_agent["annotations"]) == ("common", False)


@pytest.mark.parametrize(
    ("own", "expected"),
    [(None, ["common"]), ([], []), ([{"name": "own"}], ["own"])],
)
def test_pull_secrets_are_those_of_the_image(own: list[Obj] | None, expected: list[str]) -> None:
    spec = {
        "agent": {"image": {"pullSecrets": [{"name": "common"}]}},
        "k8s_sensor": {"image": {"pullSecrets": own}},
    }
    answered = answer(agent(spec))

    assert [each["name"] for each in pod(answered, SENSOR).get("imagePullSecrets", [])] == expected
    assert pod(answered, AGENT)["imagePullSecrets"] == [{"name": "common"}]


def test_a_pull_secret_that_is_missing_is_named() -> None:
    spec = {"k8s_sensor": {"image": {"pullSecrets": [{"name": "own"}]}}}

    told = conditions(answer(agent(spec)))["ReferencesResolved"]["message"]
    assert told == "spec.k8s_sensor.image.pullSecrets[0].name: Secret own is missing"


def test_there_is_no_strategy_unless_one_is_given() -> None:
    assert "strategy" not in child(answer(agent()), SENSOR)["spec"]


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        ({}, {"type": "RollingUpdate"}),
        (
            {"rollingUpdate": {"maxSurge": 0, "maxUnavailable": "50%"}},
            {"type": "RollingUpdate", "rollingUpdate": {"maxSurge": 0, "maxUnavailable": "50%"}},
        ),
    ],
)
def test_strategy_is_that_of_the_resource(given: Obj, expected: Obj) -> None:
    assert child(answer(agent(of_strategy(**given))), SENSOR)["spec"]["strategy"] == expected


def test_constraints_are_about_the_pods_of_their_deployment() -> None:
    backend = {"endpointHost": "two", "endpointPort": "443", "key": "k"}
    spec = merged(
        of_pod(topologySpreadConstraints=[CONSTRAINT]), {"agent": {"additionalBackends": [backend]}}
    )
    answered = answer(agent(spec))

    for which in (SENSOR, SECOND):
        (constraint,) = pod(answered, which)["topologySpreadConstraints"]
        labels = constraint["labelSelector"]["matchLabels"]
        assert constraint | CONSTRAINT == constraint
        assert labels.items() <= template(answered, which)["metadata"]["labels"].items()
    assert "instana.io/backend" in labels


def test_a_selector_of_the_user_stays() -> None:
    own = CONSTRAINT | {"labelSelector": {"matchLabels": {"a": "b"}}, "matchLabelKeys": []}
    answered = answer(agent(of_pod(topologySpreadConstraints=[own])))

    (constraint,) = pod(answered, SENSOR)["topologySpreadConstraints"]
    assert constraint == CONSTRAINT | {"labelSelector": {"matchLabels": {"a": "b"}}}


def test_a_new_sensor_has_resources_of_its_own() -> None:
    assert container(answer(agent()))["resources"] == OWN


def running_with(resources: Obj) -> list[Obj]:
    observed = stored(answer(agent()))
    for each in observed:
        if each["kind"] == "Deployment":
            each["spec"]["template"]["spec"]["containers"][0]["resources"] = resources
    return observed


def test_a_sensor_that_runs_keeps_the_former_defaults() -> None:
    answered = answer(agent(), observed=running_with(FORMER))

    assert container(answered)["resources"] == FORMER
    again = answer(agent(), observed=stored(answered))
    assert container(again)["resources"] == FORMER


def test_what_the_resource_changes_gets_the_new_default_beside_it() -> None:
    spec = of_pod(limits={"memory": "512Mi"})
    answered = answer(agent(spec), observed=running_with(FORMER))
    expected = {
        "requests": {"cpu": "500m", "memory": "128Mi"},
        "limits": {"cpu": "1500m", "memory": "512Mi"},
    }

    assert container(answered)["resources"] == expected
    assert container(answer(agent(spec), observed=stored(answered)))["resources"] == expected


def test_former_figures_that_follow_a_given_one_stay_too() -> None:
    former = {
        "requests": {"cpu": "500m", "memory": "512Mi"},
        "limits": {"cpu": "1500m", "memory": "512Mi"},
    }
    answered = answer(agent(of_pod(limits={"memory": "512Mi"})), observed=running_with(former))

    assert container(answered)["resources"] == former


def test_agents_have_the_defaults_they_had() -> None:
    assert pod(answer(agent()), AGENT)["containers"][0]["resources"] == FORMER


def test_security_is_as_it_was_by_default() -> None:
    answered = answer(agent())

    assert pod(answered, SENSOR)["securityContext"] == {"fsGroup": 1000}
    assert "securityContext" not in container(answered)


def test_a_restricted_sensor_can_do_nothing_that_it_need_not() -> None:
    answered = answer(agent({"k8s_sensor": {"securityProfile": "Restricted"}}))

    assert pod(answered, SENSOR)["securityContext"] == {
        "fsGroup": 1000,
        "runAsGroup": 1000,
        "runAsNonRoot": True,
        "runAsUser": 1000,
        "seccompProfile": {"type": "RuntimeDefault"},
    }
    assert container(answered)["securityContext"] == {
        "allowPrivilegeEscalation": False,
        "capabilities": {"drop": ["ALL"]},
    }


@pytest.mark.parametrize("platform", ["Bottlerocket", "GKE", "Talos"])
def test_a_platform_only_drops_the_paths_of_bosh(platform: str) -> None:
    before, after = answer(agent()), answer(agent({"platform": platform}))
    dropped = {"var-run-kubo", "var-run-containerd", "var-containerd-config"}

    assert volumes(before, AGENT).keys() - volumes(after, AGENT).keys() == dropped
    paths = [volumes(before, AGENT)[name]["hostPath"]["path"] for name in sorted(dropped)]
    assert all(path.startswith("/var/vcap/") for path in paths)
    left = {name: each for name, each in volumes(before, AGENT).items() if name not in dropped}
    assert volumes(after, AGENT) == left
    assert mounts(after, AGENT).keys() == left.keys()


def test_no_platform_means_the_paths_of_today() -> None:
    assert volumes(answer(agent({"platform": ""})), AGENT) == volumes(answer(agent()), AGENT)
