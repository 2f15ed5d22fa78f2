import pytest

from hooks.desired import build_context
from hooks.desired.k8sensor.secrets import delivery
from hooks.kube.objects import Obj
from hooks.observed import ObservedObjects
from hooks.rules import parse_agent
from tests.support.hook import (
    FACTS,
    answer,
    child,
    children,
    conditions,
    env,
    pod,
    stored,
    texts,
    volumes,
)
from tests.support.resources import agent, secret

K8SENSOR = "Deployment/instana-agent-k8sensor"
BUDGET = "PodDisruptionBudget/instana-agent-k8sensor"
SECOND = {"endpointHost": "second", "endpointPort": "444", "key": "k2"}
BACKENDS = {"agent": {"additionalBackends": [SECOND]}}
PROXY = {"proxyHost": "proxy", "proxyUser": "u", "proxyPassword": "p"}


def sensor(**fields: object) -> Obj:
    return agent({"k8s_sensor": fields})


def template(answered: Obj, which: str = K8SENSOR) -> Obj:
    found: Obj = child(answered, which)["spec"]["template"]
    return found


def test_each_backend_has_a_deployment() -> None:
    result = answer(agent(BACKENDS))

    assert [name for name in children(result) if name.startswith("Deployment")] == [
        K8SENSOR,
        f"{K8SENSOR}-1",
    ]
    assert env(result, f"{K8SENSOR}-1")["BACKEND"] == {
        "configMapKeyRef": {"key": "backend-1", "name": "instana-agent-k8sensor"}
    }
    assert template(result, f"{K8SENSOR}-1")["metadata"]["labels"]["instana.io/backend"] == "1"


def test_the_backends_addresses_are_in_a_configmap() -> None:
    backends = [SECOND, {"endpointHost": "fd00::1", "endpointPort": "1", "key": "k"}]
    result = answer(agent({"agent": {"additionalBackends": backends}}))

    assert child(result, "ConfigMap/instana-agent-k8sensor")["data"] == {
        "backend": "backend.example:443",
        "backend-1": "second:444",
        "backend-2": "[fd00::1]:1",
    }


def test_k8sensors_that_are_switched_off_have_no_deployment() -> None:
    result = answer(sensor(deployment={"enabled": False}))

    assert K8SENSOR not in children(result)


@pytest.mark.parametrize(
    ("deployment", "expected"),
    [
        ({}, {"replicas": 3}),
        ({"replicas": 0}, {"replicas": 0}),
        ({"replicas": 1, "minReadySeconds": 5}, {"replicas": 1, "minReadySeconds": 5}),
    ],
)
def test_the_deployment_follows_the_resource(deployment: Obj, expected: Obj) -> None:
    spec = child(answer(sensor(deployment=deployment)), K8SENSOR)["spec"]

    assert {name: spec[name] for name in spec if name not in ("selector", "template")} == expected


def test_the_settings_of_the_pod_reach_it() -> None:
    affinity: Obj = {"podAffinity": {}}
    result = answer(
        sensor(
            deployment={
                "pod": {
                    "affinity": affinity,
                    "nodeSelector": {"a": "b"},
                    "priorityClassName": "high",
                    "tolerations": [{"operator": "Exists"}],
                }
            }
        )
    )
    spec = pod(result, K8SENSOR)

    assert spec["affinity"].items() > affinity.items()
    assert spec["nodeSelector"] == {"a": "b"}
    assert spec["priorityClassName"] == "high"
    assert spec["tolerations"] == [{"operator": "Exists"}]


def test_k8sensors_prefer_nodes_without_another_one() -> None:
    affinity = pod(answer(agent()), K8SENSOR)["affinity"]["podAntiAffinity"]

    assert affinity["preferredDuringSchedulingIgnoredDuringExecution"][0]["weight"] == 100


@pytest.mark.parametrize(
    ("spec", "name", "value"),
    [
        ({}, "AGENT_ZONE", "cluster"),
        ({"cluster": None, "zone": {"name": "z"}}, "AGENT_ZONE", "z"),
        ({}, "ETCD_INSECURE", "false"),
        ({"k8s_sensor": {"etcd": {"insecure": True}}}, "ETCD_INSECURE", "true"),
        ({"agent": {"proxyHost": "p"}}, "NO_PROXY", "kubernetes.default.svc"),
        ({}, "NO_PROXY", None),
        ({"agent": {"env": {"NO_PROXY": "mine"}}}, "NO_PROXY", "mine"),
        *(
            ({"agent": {"proxyHost": "p", "env": env}}, "NO_PROXY", hosts)
            for env, hosts in (
                ({"NO_PROXY": "10.0.0.0/8,.svc"}, "10.0.0.0/8,.svc,kubernetes.default.svc"),
                ({"NO_PROXY": "a,"}, "a,kubernetes.default.svc"),
                ({"NO_PROXY": "kubernetes.default.svc,a"}, "kubernetes.default.svc,a"),
                ({"NO_PROXY": ""}, "kubernetes.default.svc"),
                ({"no_proxy": "a"}, "a,kubernetes.default.svc"),
                ({"NO_PROXY": "a", "no_proxy": "b"}, "a,kubernetes.default.svc"),
            )
        ),
        (
            {"agent": {"env": {"POD_IP": "mine"}}},
            "POD_IP",
            {"fieldRef": {"apiVersion": "v1", "fieldPath": "status.podIP"}},
        ),
        (
            {"agent": {"redactKubernetesSecrets": "true"}},
            "INSTANA_KUBERNETES_REDACT_SECRETS",
            "true",
        ),
        (
            {"k8s_sensor": {"restClient": {"hostAllowlist": ["b", "a"]}}},
            "REST_CLIENT_HOST_ALLOWLIST",
            "b,a",
        ),
        (
            {"k8s_sensor": {"restClient": {"ca": {"mountPath": "/c"}}}},
            "CONTROL_PLANE_CA_FILE",
            "/c/ca.crt",
        ),
        ({}, "CONTROL_PLANE_CA_FILE", None),
    ],
)
def test_the_environment_follows_the_resource(spec: Obj, name: str, value: object) -> None:
    assert env(answer(agent(spec)), K8SENSOR).get(name) == value


def test_secrets_are_files() -> None:
    result = answer(agent({"agent": PROXY}))

    assert pod(result, K8SENSOR)["containers"][0]["args"] == [
        "-pollrate",
        "10s",
        "-agent-key-file",
        "/opt/instana/agent/etc/instana/secrets/INSTANA_AGENT_KEY",
        "-https-proxy-file",
        "/opt/instana/agent/etc/instana/secrets/HTTPS_PROXY",
    ]
    assert texts(result, "Secret/instana-agent")["HTTPS_PROXY"] == "http://u:p@proxy:80"


def test_secrets_can_be_variables() -> None:
    result = answer(agent({"useSecretMounts": False, "agent": PROXY}))

    assert env(result, K8SENSOR)["AGENT_KEY"] == {
        "secretKeyRef": {"key": "key", "name": "instana-agent"}
    }
    assert env(result, K8SENSOR)["HTTPS_PROXY"] == {
        "secretKeyRef": {"key": "HTTPS_PROXY", "name": "instana-agent"}
    }
    assert "instana-secrets" not in volumes(result, K8SENSOR)


def test_a_proxy_of_the_keys_secret_is_for_a_proxy_of_the_resource_only() -> None:
    keys = secret("keys", key="k", httpsProxy="http://other:1")
    parent = agent({"agent": {"key": None, "keysSecret": "keys"}, "useSecretMounts": False})

    assert "HTTPS_PROXY" not in env(answer(parent, keys), K8SENSOR)


@pytest.mark.parametrize(
    ("of_agent", "url"),
    [
        ({}, "http://proxy:80"),
        ({"proxyPort": "3128", "proxyProtocol": "https"}, "https://proxy:3128"),
        ({"proxyUser": "u"}, "http://proxy:80"),
        ({"proxyUser": "u:", "proxyPassword": "@/ "}, "http://u%3A:%40%2F%20@proxy:80"),
        ({"proxyUser": "a-_.~", "proxyPassword": "$&+,;="}, "http://a-_.~:$&+,;=@proxy:80"),
        ({"proxyHost": "fd00::1"}, "http://[fd00::1]:80"),
        ({"proxyHost": "[fd00::1]"}, "http://[fd00::1]:80"),
    ],
)
def test_the_url_of_the_proxy_is_put_together(of_agent: Obj, url: str) -> None:
    result = answer(agent({"agent": {"proxyHost": "proxy", **of_agent}}))

    assert texts(result, "Secret/instana-agent")["HTTPS_PROXY"] == url


@pytest.mark.parametrize(
    "change",
    [
        {"key": "other"},
        {"endpointHost": "other"},
        {"endpointPort": "1"},
        {"proxyHost": "proxy"},
    ],
)
def test_a_k8sensor_restarts_when_what_it_reads_changes(change: Obj) -> None:
    before = template(answer(agent()))["metadata"]["annotations"]
    after = template(answer(agent({"agent": change})))["metadata"]["annotations"]

    assert before["instana.io/secrets-checksum"] != after["instana.io/secrets-checksum"]


def test_annotations_of_the_user_stand_beside_the_checksum() -> None:
    annotations = template(answer(agent({"agent": {"pod": {"annotations": {"a": "b"}}}})))

    assert annotations["metadata"]["annotations"].keys() == {"a", "instana.io/secrets-checksum"}


def test_without_a_known_key_there_is_no_checksum() -> None:
    result = answer(agent({"agent": {"key": None, "keysSecret": "keys"}}))

    assert "annotations" not in template(result)["metadata"]


def test_the_selector_of_an_observed_deployment_stays() -> None:
    observed = stored(answer(agent()))
    deployment = next(each for each in observed if each["kind"] == "Deployment")
    deployment["spec"]["selector"] = {"matchLabels": {"app": "old"}}
    deployment["spec"]["template"]["metadata"]["labels"] = {"app": "old"}
    result = answer(agent(), observed=[deployment])

    assert child(result, K8SENSOR)["spec"]["selector"] == {"matchLabels": {"app": "old"}}
    assert template(result)["metadata"]["labels"]["app"] == "old"


@pytest.mark.parametrize(("replicas", "available"), [(2, 1), (3, 2)])
def test_a_budget_lets_one_pod_go(replicas: int, available: int) -> None:
    result = answer(
        sensor(podDisruptionBudget={"enabled": True}, deployment={"replicas": replicas})
    )

    assert child(result, BUDGET)["spec"] == {
        "minAvailable": available,
        "selector": {
            "matchLabels": {
                "app.kubernetes.io/name": "instana-agent",
                "app.kubernetes.io/instance": "instana-agent",
                "app.kubernetes.io/component": "k8sensor",
            }
        },
    }


@pytest.mark.parametrize(
    "fields",
    [
        {},
        {"podDisruptionBudget": {"enabled": False}},
        {"podDisruptionBudget": {"enabled": True}, "deployment": {"replicas": 1}},
    ],
)
def test_there_is_no_budget_unless_it_is_asked_for_and_of_use(fields: Obj) -> None:
    assert BUDGET not in children(answer(sensor(**fields)))


def test_a_backend_without_a_deployment_has_no_budget() -> None:
    spec = {
        "agent": {"additionalBackends": [SECOND | {"key": None}]},
        "k8s_sensor": {"podDisruptionBudget": {"enabled": True}},
    }
    result = answer(agent(spec))

    assert BUDGET in children(result)
    assert f"{BUDGET}-1" not in children(result)
    assert conditions(result)["Ready"]["reason"] == "ReferenceMissing"


def test_a_backend_that_lost_its_key_keeps_its_budget() -> None:
    spec = {"k8s_sensor": {"podDisruptionBudget": {"enabled": True}}}
    before = answer(agent(BACKENDS | spec))
    keyless = {"agent": {"additionalBackends": [SECOND | {"key": None}]}}
    after = answer(agent(keyless | spec), observed=stored(before))

    assert child(after, f"{BUDGET}-1") == child(before, f"{BUDGET}-1")


@pytest.mark.parametrize("mounted", [True, False])
def test_a_backend_without_a_key_has_nothing_to_be_delivered(mounted: bool) -> None:  # noqa: FBT001
    keyless = {"additionalBackends": [SECOND | {"key": ""}]}
    parent = parse_agent(agent({"useSecretMounts": mounted, "agent": keyless}))
    nothing = ObservedObjects({})
    context = build_context(parent, nothing, nothing, FACTS)
    delivered = delivery(context, context.backends[1])

    assert (delivered.env, delivered.mounts) == ({}, ())


@pytest.mark.parametrize("field", ["labels", "annotations"])
def test_pods_have_what_the_user_gives_all_pods_and_their_own(field: str) -> None:
    of_all, own = {"team": "a", "both": "agent"}, {"tier": "b", "both": "sensor"}
    spec = {
        "agent": {"pod": {field: of_all}},
        "k8s_sensor": {"deployment": {"pod": {field: own}}},
    }
    metadata = template(answer(agent(spec)))["metadata"]

    assert metadata[field].items() >= {"team": "a", "tier": "b", "both": "sensor"}.items()
