import pytest

from hooks.facts import Facts
from hooks.kube.objects import Obj
from hooks.kube.quantities import quantity_value
from hooks.kube.selectors import matches
from tests.support.hook import answer, child, children, conditions, env, mounts, pod
from tests.support.resources import agent, secret

AGENT = "DaemonSet/instana-agent"
K8SENSOR = "Deployment/instana-agent-k8sensor"
BACKENDS = {
    "agent": {"additionalBackends": [{"endpointHost": "b", "endpointPort": "1", "key": "k"}]},
    "k8s_sensor": {"podDisruptionBudget": {"enabled": True}},
}


def pod_labels(answered: Obj, workload: str) -> dict[str, str]:
    labels: dict[str, str] = child(answered, workload)["spec"]["template"]["metadata"]["labels"]
    return labels


def test_b15_a_control_plane_ca_without_a_mount_path_is_mounted() -> None:
    parent = agent({"k8s_sensor": {"restClient": {"ca": {"secretName": "ca"}}}})
    result = answer(parent, secret("ca", ca="x"))
    place = mounts(result, K8SENSOR)["control-plane-ca"]

    assert place == "/var/run/secrets/control-plane-ca"
    assert env(result, K8SENSOR)["CONTROL_PLANE_CA_FILE"] == f"{place}/ca.crt"


@pytest.mark.parametrize(
    "given",
    [
        {"requests": {"memory": "2Gi", "cpu": "4"}},
        {"limits": {"memory": "512Mi", "cpu": "100m"}},
    ],
)
@pytest.mark.parametrize("workload", [AGENT, K8SENSOR])
def test_b16_no_request_is_above_its_limit(given: Obj, workload: str) -> None:
    parent = agent({"agent": {"pod": given}, "k8s_sensor": {"deployment": {"pod": given}}})
    resources = pod(answer(parent), workload)["containers"][0]["resources"]

    for name in ("cpu", "memory"):
        requested, limit = resources["requests"][name], resources["limits"][name]
        assert quantity_value(requested) <= quantity_value(limit)


def test_b17_a_pod_label_of_the_user_does_not_leave_the_selector() -> None:
    result = answer(agent({"agent": {"pod": {"labels": {"app": "mine"}}}}))
    selector = child(result, K8SENSOR)["spec"]["selector"]

    assert matches(selector, pod_labels(result, K8SENSOR))


def test_b18_each_budget_counts_the_pods_of_its_own_backend() -> None:
    result = answer(agent(BACKENDS))
    names = "instana-agent-k8sensor", "instana-agent-k8sensor-1"
    counted = {
        budget: [
            deployment
            for deployment in names
            if matches(
                child(result, f"PodDisruptionBudget/{budget}")["spec"]["selector"],
                pod_labels(result, f"Deployment/{deployment}"),
            )
        ]
        for budget in names
    }

    assert counted == {name: [name] for name in names}


@pytest.mark.parametrize(("of_zone", "mode"), [("AWS", "AWS"), ("", "INFRASTRUCTURE")])
def test_b22_a_zone_has_its_mode_or_that_of_the_agent(of_zone: str, mode: str) -> None:
    parent = agent({"agent": {"mode": "INFRASTRUCTURE"}, "zones": [{"name": "a", "mode": of_zone}]})
    result = answer(parent)
    workload = f"{AGENT}-a"

    assert env(result, workload)["INSTANA_AGENT_MODE"] == mode
    assert pod_labels(result, workload)["instana/agent-mode"] == mode


def test_b22_a_zone_without_tolerations_has_those_of_the_agent() -> None:
    tolerations = [{"operator": "Exists"}]
    parent = agent({"agent": {"pod": {"tolerations": tolerations}}, "zones": [{"name": "a"}]})

    assert pod(answer(parent), f"{AGENT}-a")["tolerations"] == tolerations


@pytest.mark.parametrize(
    ("spec", "message"),
    [
        (
            {"cluster": None, "zone": {"name": "z"}, "zones": [{"name": "a"}]},
            "spec.cluster.name: is required with spec.zones",
        ),
        (
            {"zones": [{"name": "a"}, {"name": "a"}]},
            "spec.zones[1].name: is the name of two zones",
        ),
    ],
)
def test_b22_zones_that_cannot_work_are_refused(spec: Obj, message: str) -> None:
    assert conditions(answer(agent(spec)))["Valid"]["message"].startswith(message)


def test_b43_a_surge_alone_lets_no_agent_be_unavailable() -> None:
    parent = agent({"agent": {"updateStrategy": {"rollingUpdate": {"maxSurge": 1}}}})
    strategy = child(answer(parent), AGENT)["spec"]["updateStrategy"]

    assert strategy["rollingUpdate"] == {"maxSurge": 1, "maxUnavailable": 0}


@pytest.mark.parametrize("none", [0, "0%"])
def test_b43_no_surge_is_no_reason_to_let_no_agent_be_unavailable(none: object) -> None:
    parent = agent({"agent": {"updateStrategy": {"rollingUpdate": {"maxSurge": none}}}})
    strategy = child(answer(parent), AGENT)["spec"]["updateStrategy"]

    assert strategy["rollingUpdate"] == {"maxSurge": none, "maxUnavailable": 1}


def test_r08_no_k8sensor_can_be_wanted() -> None:
    result = answer(
        agent(
            {
                "k8s_sensor": {
                    "deployment": {"replicas": 0},
                    "podDisruptionBudget": {"enabled": True},
                }
            }
        )
    )

    assert child(result, K8SENSOR)["spec"]["replicas"] == 0
    assert "PodDisruptionBudget/instana-agent-k8sensor" not in children(result)


def test_r08_a_k8sensor_that_is_switched_off_has_no_budget() -> None:
    spec = {
        "k8s_sensor": {"deployment": {"enabled": False}, "podDisruptionBudget": {"enabled": True}}
    }

    assert "PodDisruptionBudget/instana-agent-k8sensor" not in children(answer(agent(spec)))


@pytest.mark.parametrize("port", [4318, 42699, 55680])
def test_r09_ports_that_collide_are_refused(port: int) -> None:
    result = answer(agent({"opentelemetry": {"grpc": {"port": port}}}))

    assert (
        "spec.opentelemetry.grpc.port: is already the port of"
        in conditions(result)["Valid"]["message"]
    )


def test_r06_sensors_can_be_closed_off_and_spread() -> None:
    constraint = {"maxSkew": 1, "topologyKey": "zone", "whenUnsatisfiable": "ScheduleAnyway"}
    sensor = {"deployment": {"pod": {"topologySpreadConstraints": [constraint]}}}
    result = answer(agent({"networkPolicy": {"enabled": True}, "k8s_sensor": sensor}))

    policies = [each for each in result["children"] if each["kind"] == "NetworkPolicy"]
    assert [each["spec"].get("ingress") for each in policies] == [None]
    assert pod(result, K8SENSOR)["topologySpreadConstraints"][0]["topologyKey"] == "zone"


def test_r07_a_sensor_has_settings_of_its_own() -> None:
    own = {"env": [{"name": "OWN", "value": "1"}], "labels": {"own": "1"}}
    result = answer(agent({"k8s_sensor": {"deployment": {"pod": own}}}))

    assert "OWN" in env(result, K8SENSOR)
    assert "OWN" not in env(result, AGENT)


def test_r10_nodes_of_openshift_get_no_directories_of_cloud_foundry() -> None:
    result = answer(agent(), facts=Facts(openshift=True))

    assert not [path for path in mounts(result, AGENT).values() if path.startswith("/var/vcap")]


def test_r11_hosts_without_proxy_are_added_to() -> None:
    result = answer(agent({"agent": {"proxyHost": "proxy.example", "env": {"NO_PROXY": ".svc"}}}))

    assert env(result, K8SENSOR)["NO_PROXY"] == ".svc,kubernetes.default.svc"


def test_r01_an_agent_has_three_probes() -> None:
    container = pod(answer(agent()), AGENT)["containers"][0]

    assert {"startupProbe", "readinessProbe", "livenessProbe"} <= container.keys()


def test_s07_a_restricted_k8sensor_is_hardened() -> None:
    result = answer(agent({"k8s_sensor": {"securityProfile": "Restricted"}}))
    (container,) = pod(result, K8SENSOR)["containers"]

    assert pod(result, K8SENSOR)["securityContext"]["runAsNonRoot"] is True
    assert container["securityContext"]["allowPrivilegeEscalation"] is False
    assert container["securityContext"]["capabilities"] == {"drop": ["ALL"]}
