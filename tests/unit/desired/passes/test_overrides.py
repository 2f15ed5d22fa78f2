"""Patches of the user's reach the children, and only such as Kubernetes can take."""

import re
from typing import Any

import pytest

from hooks.desired.passes.checksums import CHECKSUM
from hooks.generate.crd.definition import schema
from hooks.kube.objects import Obj
from hooks.models.overrides import KINDS
from hooks.rules import errors_of
from tests.support.hook import LATER, answer, child, conditions, pod, stored
from tests.support.resources import agent, merged, secret
from tests.support.schema import stored as stored_by_schema

AGENT, SENSOR = "DaemonSet/instana-agent", "Deployment/instana-agent-k8sensor"
SECRET = "s3ntinel-value"
BACKEND = {"endpointHost": "second", "endpointPort": "443", "key": "k"}


def overriding(field: str, patch: Any, **more: Any) -> Obj:
    resource = agent(more)
    resource["spec"]["overrides"] = {field: patch}
    return resource


def of_pod(field: str = "agentDaemonSet", /, **fields: Any) -> Obj:
    return overriding(field, {"spec": {"template": {"spec": fields}}})


def of_container(**fields: Any) -> Obj:
    return of_pod(containers=[{"name": "instana-agent", **fields}])


def container(answered: Obj, which: str = AGENT) -> Obj:
    found: Obj = next(
        each for each in pod(answered, which)["containers"] if each["name"] == "instana-agent"
    )
    return found


def message(answered: Obj) -> str:
    found: str = conditions(answered)["Valid"]["message"]
    return found


def test_without_overrides_nothing_is_different() -> None:
    resource = agent()
    resource["spec"]["overrides"] = {"agentDaemonSet": {}, "agentService": None}

    assert answer(resource) == answer(agent())


def test_fields_that_the_resource_has_no_name_for_reach_the_pods() -> None:
    spec = {"terminationGracePeriodSeconds": 5, "dnsConfig": {"options": [{"name": "ndots"}]}}
    made = pod(answer(of_pod(**spec)), AGENT)

    assert {name: made[name] for name in spec} == spec
    assert made["hostNetwork"] is True


def test_a_container_is_found_by_its_name() -> None:
    made = container(answer(of_container(terminationMessagePolicy="FallbackToLogsOnError")))

    assert made["terminationMessagePolicy"] == "FallbackToLogsOnError"
    assert made["securityContext"] == {"privileged": True}


def test_a_sidecar_stands_beside_the_container() -> None:
    mount = {"name": "config", "mountPath": "/opt/instana/agent/etc/instana-config-yml"}
    sidecar = {"name": "sidecar", "image": "a.example/b:1", "volumeMounts": [mount]}
    made = pod(answer(of_pod(containers=[sidecar])), AGENT)["containers"]

    assert {each["name"]: each["image"] for each in made} == {
        "sidecar": "a.example/b:1",
        "instana-agent": "icr.io/instana/agent:latest",
    }


def test_null_and_delete_take_away() -> None:
    env = [{"name": "POD_IP", "$patch": "delete"}, {"name": "MINE", "value": "m"}]
    made = container(answer(of_container(livenessProbe=None, env=env)))
    names = {each["name"] for each in made["env"]}

    assert "livenessProbe" not in made
    assert "POD_IP" not in names
    assert {"MINE", "NODE_NAME"} <= names


def test_what_is_patched_has_the_form_that_is_stored() -> None:
    made = answer(
        of_pod(
            containers=[
                {
                    "name": "instana-agent",
                    "resources": {"limits": {"memory": "1024Mi"}},
                    "ports": [{"containerPort": 7000, "name": ""}],
                    "stdin": False,
                    "command": [],
                }
            ],
            tolerations=[],
            hostIPC=False,
            nodeSelector={},
        )
    )
    found = container(made)

    assert found["resources"]["limits"]["memory"] == "1Gi"
    assert {"containerPort": 7000, "protocol": "TCP"} in found["ports"]
    assert {"stdin", "command"}.isdisjoint(found)
    assert {"tolerations", "hostIPC", "nodeSelector"}.isdisjoint(pod(made, AGENT))


def test_all_zones_and_all_backends_get_the_patch() -> None:
    zones = agent({"zones": [{"name": "a"}, {"name": "b"}]})
    zones["spec"]["overrides"] = {"agentDaemonSet": {"metadata": {"annotations": {"a": "b"}}}}
    backends = agent({"agent": {"additionalBackends": [BACKEND]}})
    backends["spec"]["overrides"] = {"k8sensorDeployment": {"spec": {"revisionHistoryLimit": 1}}}

    for zone in ("a", "b"):
        made = child(answer(zones), f"{AGENT}-{zone}")
        assert made["metadata"]["annotations"] == {"a": "b"}
    for suffix in ("", "-1"):
        assert child(answer(backends), SENSOR + suffix)["spec"]["revisionHistoryLimit"] == 1


@pytest.mark.parametrize(
    ("field", "which"),
    [
        ("agentService", "Service/instana-agent"),
        ("agentHeadlessService", "Service/instana-agent-headless"),
        ("agentServiceAccount", "ServiceAccount/instana-agent"),
        ("k8sensorServiceAccount", "ServiceAccount/instana-agent-k8sensor"),
        ("agentDaemonSet", AGENT),
        ("k8sensorDeployment", SENSOR),
    ],
)
def test_each_field_is_for_its_children_only(field: str, which: str) -> None:
    result = answer(overriding(field, {"metadata": {"labels": {"team": "a"}}}))
    labelled = [
        f"{each['kind']}/{each['metadata']['name']}"
        for each in result["children"]
        if "team" in each["metadata"]["labels"]
    ]

    assert labelled == [which]


def test_a_service_can_be_of_another_type() -> None:
    patch = {"spec": {"type": "NodePort", "ports": [{"port": 42699, "nodePort": 30042}]}}
    spec = child(answer(overriding("agentService", patch)), "Service/instana-agent")["spec"]

    assert spec["type"] == "NodePort"
    assert [each.get("nodePort") for each in spec["ports"] if each["port"] == 42699] == [30042]


IDENTITY = "override-identity"
FIELD = "override-field"
TYPE = "override-type"
DIRECTIVE = "override-directive"
RESULT = "override-result"
TEMPLATE = "agentDaemonSet.spec.template"


def of_template(**fields: Any) -> Obj:
    return overriding("agentDaemonSet", {"spec": {"template": fields}})


def of_updates(**sides: Any) -> Obj:
    patch = {"spec": {"updateStrategy": {"rollingUpdate": sides}}}
    return overriding("agentDaemonSet", patch)


@pytest.mark.parametrize("share", ["50%", "010%", "100%"])
def test_how_many_nodes_are_updated_at_once_can_be_patched(share: str) -> None:
    answered = answer(of_updates(maxUnavailable=share))

    rolling = child(answered, AGENT)["spec"]["updateStrategy"]["rollingUpdate"]
    assert rolling["maxUnavailable"] == share


@pytest.mark.parametrize(
    ("resource", "rule", "path"),
    [
        (overriding("agentDaemonSet", {"kind": "Pod"}), IDENTITY, "agentDaemonSet.kind"),
        (overriding("agentDaemonSet", {"status": {}}), IDENTITY, "agentDaemonSet.status"),
        (
            overriding("agentService", {"metadata": {"name": "x"}}),
            IDENTITY,
            "agentService.metadata.name",
        ),
        (
            overriding("agentService", {"metadata": {"ownerReferences": []}}),
            IDENTITY,
            "agentService.metadata.ownerReferences",
        ),
        (
            overriding("agentHeadlessService", {"spec": {"clusterIP": ""}}),
            IDENTITY,
            "agentHeadlessService.spec.clusterIP",
        ),
        (
            overriding("agentService", {"spec": {"selector": {"a": "b"}}}),
            IDENTITY,
            "agentService.spec.selector",
        ),
        (
            overriding("agentDaemonSet", {"spec": {"selector": {}}}),
            IDENTITY,
            "agentDaemonSet.spec.selector",
        ),
        (
            overriding("agentDaemonSet", {"metadata": {"labels": {"instana/agent-mode": "x"}}}),
            IDENTITY,
            "agentDaemonSet.metadata.labels[instana/agent-mode]",
        ),
        (
            of_template(metadata={"labels": {"app.kubernetes.io/name": None}}),
            IDENTITY,
            f"{TEMPLATE}.metadata.labels[app.kubernetes.io/name]",
        ),
        (
            of_template(metadata={"annotations": {CHECKSUM: "x"}}),
            IDENTITY,
            f"{TEMPLATE}.metadata.annotations[{CHECKSUM}]",
        ),
        (
            overriding("k8sensorDeployment", {"metadata": {"labels": {"app": None}}}),
            IDENTITY,
            "k8sensorDeployment.metadata.labels[app]",
        ),
        (
            overriding("agentDaemonSet", {"metadata": {"$patch": "delete"}}),
            IDENTITY,
            "agentDaemonSet.metadata.name",
        ),
        (
            overriding("agentDaemonSet", {"metadata": {"$patch": "delete"}}),
            IDENTITY,
            "agentDaemonSet.metadata.namespace",
        ),
        (
            overriding("agentDaemonSet", {"$patch": "delete"}),
            IDENTITY,
            "agentDaemonSet.apiVersion",
        ),
        (
            of_template(metadata={"$patch": "delete"}),
            IDENTITY,
            f"{TEMPLATE}.metadata.labels[app.kubernetes.io/name]",
        ),
        (of_pod(container=[]), FIELD, f"{TEMPLATE}.spec.container"),
        (of_container(env=[{"name": "A", "val": "x"}]), FIELD, ".containers[0].env[0].val"),
        (of_container(env=[{"name": "A", "value": 5}]), TYPE, ".containers[0].env[0].value"),
        (of_container(env={"A": "x"}), TYPE, ".containers[0].env"),
        (of_container(tty="true"), TYPE, ".containers[0].tty"),
        (of_pod(hostNetwork=1), TYPE, f"{TEMPLATE}.spec.hostNetwork"),
        (of_pod(priority=True), TYPE, f"{TEMPLATE}.spec.priority"),
        (of_pod(containers=[None]), TYPE, f"{TEMPLATE}.spec.containers[0]"),
        (of_container(env=[{"value": "x"}]), DIRECTIVE, ".containers[0].env[0]"),
        (of_container(resources={"$patch": "merge"}), DIRECTIVE, ".resources.$patch"),
        (of_pod(**{"$setElementOrder/volumes": []}), DIRECTIVE, '["$setElementOrder/volumes"]'),
        (of_pod(**{"$retainKeys": ["volumes"]}), DIRECTIVE, f"{TEMPLATE}.spec.$retainKeys"),
        (of_pod(tolerations=[{"$patch": "replace"}]), DIRECTIVE, ".tolerations[0]"),
        (of_pod(containers=None), RESULT, f"{TEMPLATE}.spec.containers"),
        (
            of_pod(containers=[{"$patch": "replace"}, {"name": "x", "image": "y"}]),
            RESULT,
            f"{TEMPLATE}.spec.containers",
        ),
        (of_pod(containers=[{"name": "x"}]), RESULT, ".containers[x].image"),
        (of_pod(initContainers=[{"name": "x"}]), RESULT, ".initContainers[x].image"),
        (of_container(image=None), RESULT, ".containers[instana-agent].image"),
        *(
            (of_container(**{probe: {"exec": {"command": ["a"]}}}), RESULT, f".{probe}")
            for probe in ("livenessProbe", "readinessProbe", "startupProbe")
        ),
        (of_container(livenessProbe={"$patch": "delete"}), RESULT, ".livenessProbe"),
        (
            of_container(env=[{"name": "POD_IP", "value": SECRET}]),
            RESULT,
            ".containers[instana-agent].env[POD_IP]",
        ),
        (
            of_container(resources={"requests": {"memory": "1Ti"}}),
            RESULT,
            ".resources.requests[memory]",
        ),
        (
            of_pod(volumes=[{"name": "config", "hostPath": {"path": "/x"}}]),
            RESULT,
            f"{TEMPLATE}.spec.volumes[config]",
        ),
        (of_pod(volumes=[{"name": "v", "hostPath": {}}]), RESULT, ".hostPath.path"),
        (of_container(resources={"limits": {"cpu": "much"}}), "quantity", ".resources.limits.cpu"),
        (of_pod(volumes=[{"name": "sys", "$patch": "delete"}]), "volume-missing", "volume sys"),
        (of_updates(maxUnavailable="0" * 5000 + "50%"), RESULT, ".rollingUpdate.maxUnavailable"),
        (of_updates(maxSurge="a few"), RESULT, ".spec.updateStrategy.rollingUpdate.maxSurge"),
    ],
)
def test_a_patch_that_cannot_be_names_its_place(resource: Obj, rule: str, path: str) -> None:
    before = stored(answer(agent()))
    result = answer(resource, observed=before)

    assert f"(rule {rule})" in message(result)
    whole = f"spec.overrides.{path}" if path.startswith(tuple(KINDS)) else path
    assert re.search(rf"{re.escape(whole)}(:| of )", message(result))
    assert "SyncError" not in message(result)
    assert SECRET not in message(result)
    assert len(result["children"]) == len(before)


@pytest.mark.parametrize(
    "label",
    [
        *("app.kubernetes.io/name", "app.kubernetes.io/instance", "app.kubernetes.io/component"),
        *("app.kubernetes.io/part-of", "app.kubernetes.io/managed-by"),
        *("app.kubernetes.io/version", "agent.instana.io/generation"),
        *("instana/agent-mode", "instana.io/backend", "io.instana/zone"),
    ],
)
def test_no_label_of_the_service_can_be_patched(label: str) -> None:
    patch = {"metadata": {"labels": {label: "mine"}}}
    result = answer(overriding("k8sensorDeployment", patch))

    assert message(result).startswith(
        f"spec.overrides.k8sensorDeployment.metadata.labels[{label}]: "
    )


@pytest.mark.parametrize("name", ["instana.io/paused", "metacontroller.k8s.io/last-applied"])
def test_no_annotation_of_the_service_can_be_patched(name: str) -> None:
    result = answer(overriding("agentService", {"metadata": {"annotations": {name: "mine"}}}))

    assert message(result).startswith(f"spec.overrides.agentService.metadata.annotations[{name}]: ")


@pytest.mark.parametrize(
    ("child", "field"),
    [
        ("k8sensorDeployment", "selector"),
        *(("agentService", field) for field in ("clusterIP", "clusterIPs", "selector")),
    ],
)
def test_no_field_that_cannot_change_can_be_patched(child: str, field: str) -> None:
    result = answer(overriding(child, {"spec": {field: None}}))

    assert message(result).startswith(f"spec.overrides.{child}.spec.{field}: ")


@pytest.mark.parametrize(
    ("handler", "given"),
    [
        ("exec", {"command": ["true"]}),
        ("grpc", {"port": 1, "service": "s"}),
        ("httpGet", {"port": 1}),
        ("tcpSocket", {"port": 1}),
    ],
)
def test_a_probe_can_have_any_handler_in_place_of_ours(handler: str, given: Obj) -> None:
    others = {"httpGet": None} if handler != "httpGet" else {}
    answered = answer(of_container(livenessProbe={handler: given, **others}))

    assert container(answered)["livenessProbe"][handler].items() >= given.items()


def test_the_users_own_labels_of_pods_can_be_changed() -> None:
    resource = agent({"agent": {"pod": {"labels": {"team": "a"}}}})
    resource["spec"]["overrides"] = {
        "k8sensorDeployment": {"spec": {"template": {"metadata": {"labels": {"team": None}}}}}
    }
    made = answer(resource)

    assert "team" not in child(made, SENSOR)["spec"]["template"]["metadata"]["labels"]
    assert child(made, AGENT)["spec"]["template"]["metadata"]["labels"]["team"] == "a"


def test_labels_that_an_observed_selector_asks_for_stay() -> None:
    resource = agent({"agent": {"pod": {"labels": {"team": "a"}}}})
    observed = stored(answer(resource))
    daemonset = next(each for each in observed if each["kind"] == "DaemonSet")
    daemonset["spec"]["selector"]["matchLabels"]["team"] = "a"
    patched = of_template(metadata={"labels": {"team": None}})
    patched["spec"]["agent"] = resource["spec"]["agent"]

    told = message(answer(patched, observed=observed))
    assert f"spec.overrides.{TEMPLATE}.metadata.labels[team]" in told


def test_nulls_of_patches_stay_where_others_count_as_not_given() -> None:
    resource = of_container(livenessProbe=None)
    resource["spec"]["agent"]["mode"] = None

    assert errors_of(resource) == ()
    assert "livenessProbe" not in container(answer(resource))


def test_a_rotated_key_restarts_patched_pods() -> None:
    def checksum(key: str) -> str:
        resource = merged(of_pod(dnsPolicy="Default"), {"spec": {"agent": {"keysSecret": "keys"}}})
        made = child(answer(resource, secret("keys", key=key)), AGENT)
        found: str = made["spec"]["template"]["metadata"]["annotations"][CHECKSUM]
        return found

    assert checksum("a") != checksum("b")


def test_the_status_shows_a_list_that_is_replaced_as_a_whole() -> None:
    (path,) = answer(of_container(command=["a", "b"]))["status"]["overrides"]

    assert path == "agentDaemonSet.spec.template.spec.containers[instana-agent].command"


def test_the_status_shows_paths_without_values() -> None:
    resource = of_container(env=[{"name": "A", "value": SECRET}, {"name": "B", "$patch": "delete"}])
    resource["spec"]["overrides"]["agentService"] = {
        "metadata": {"annotations": {"example.com/a": SECRET}},
        "spec": {"type": None},
    }
    status = answer(resource)["status"]

    assert status["overrides"] == [
        "agentDaemonSet.spec.template.spec.containers[instana-agent].env[A].value",
        "agentDaemonSet.spec.template.spec.containers[instana-agent].env[B]",
        "agentService.metadata.annotations[example.com/a]",
        "agentService.spec.type",
    ]
    assert stored_by_schema(schema()["properties"]["status"], status) == status
    assert SECRET not in str(status)


def test_an_override_without_its_child_is_not_in_the_status() -> None:
    resource = overriding(
        "agentServiceAccount",
        {"metadata": {"labels": {"a": "b"}}},
        serviceAccount={"create": False, "name": "theirs"},
    )

    assert "overrides" not in answer(resource)["status"]


def test_patched_children_settle() -> None:
    resource = of_pod(
        containers=[{"name": "side", "image": "i", "env": [{"name": "A"}]}],
        volumes=[{"name": "sys", "hostPath": {"path": "/host/sys"}}],
    )
    first = answer(resource)
    second = answer(resource, observed=stored(first), now=LATER)

    assert second["children"] == first["children"]


def test_every_field_has_a_kind() -> None:
    overrides = schema()["properties"]["spec"]["properties"]["overrides"]["properties"]

    assert overrides.keys() == KINDS.keys()
