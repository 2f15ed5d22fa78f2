import pytest

from hooks.kube.objects import Obj
from tests.support.resources import problems

BACKEND = {"endpointHost": "b", "endpointPort": "1"}
ENTRY = {"name": "secret", "key": "entry"}
TOKEN_DIRECTORY = "/var/run/secrets/kubernetes.io/serviceaccount"


@pytest.mark.parametrize(
    "spec",
    [
        {"agent": {"key": None, "keysSecret": "keys"}},
        {"agent": {"keysSecret": "keys"}},
        {"agent": {"key": None, "keySecretKeyRef": ENTRY}},
        {"agent": {"tls": {"certificateSecretKeyRef": ENTRY, "keySecretKeyRef": ENTRY}}},
        {"cluster": None, "zone": {"name": "z"}},
        {"zones": [{"name": "a"}, {"name": "b.c-1"}]},
        {"agent": {"tls": {"certificate": "eA==", "key": "eA=="}}},
        {"agent": {"tls": {"secretName": "tls", "key": "eA=="}}},
        {"opentelemetry": {"enabled": False, "grpc": {"port": 0}}},
        {"opentelemetry": {"grpc": {"enabled": False, "port": 4318}}},
        {"opentelemetry": {"grpc": {"port": 65535}, "http": {"port": 1}}},
        {"k8s_sensor": {"deployment": {"replicas": 0, "minReadySeconds": 0}}},
        {"k8s_sensor": {"etcd": {"ca": {"mountPath": TOKEN_DIRECTORY}}}},
        {"k8s_sensor": {"etcd": {"ca": {"mountPath": "/elsewhere", "secretName": "ca"}}}},
        {"agent": {"configuration_yaml": "several\nlines\n"}},
    ],
)
def test_what_can_be_carried_out_has_no_problem(spec: Obj) -> None:
    assert problems(spec) == []


@pytest.mark.parametrize(
    ("spec", "path", "part"),
    [
        ({"agent": {"key": None}}, "spec.agent", "keysSecret"),
        ({"cluster": None}, "spec.cluster.name", "spec.zone.name"),
        ({"zones": [{"name": "a"}], "cluster": None}, "spec.cluster.name", "spec.zones"),
        ({"zones": [{"name": "A"}]}, "spec.zones[0].name", "lower case"),
        ({"zones": [{"name": "a"}, {"name": "-"}]}, "spec.zones[1].name", "lower case"),
        ({"zones": [{"name": n} for n in "baa"]}, "spec.zones[2].name", "two zones"),
        ({"agent": {"tls": {"certificate": "eA=="}}}, "spec.agent.tls.key", "certificate"),
        ({"agent": {"tls": {"key": "eA=="}}}, "spec.agent.tls.certificate", "key"),
        (
            {"agent": {"tls": {"certificateSecretKeyRef": ENTRY}}},
            "spec.agent.tls.keySecretKeyRef",
            "together",
        ),
        (
            {"agent": {"tls": {"keySecretKeyRef": ENTRY}}},
            "spec.agent.tls.certificateSecretKeyRef",
            "together",
        ),
        ({"opentelemetry": {"grpc": {"port": 0}}}, "spec.opentelemetry.grpc.port", "1 and 65535"),
        ({"opentelemetry": {"http": {"port": 65536}}}, "spec.opentelemetry.http.port", "65535"),
        ({"opentelemetry": {"http": {"port": -1}}}, "spec.opentelemetry.http.port", "65535"),
        (
            {"opentelemetry": {"http": {"port": 42699}}},
            "spec.opentelemetry.http.port",
            "42699",
        ),
        ({"agent": {"minReadySeconds": -1}}, "spec.agent.minReadySeconds", "from 0 to"),
        (
            {"k8s_sensor": {"deployment": {"replicas": -1}}},
            "spec.k8s_sensor.deployment.replicas",
            "from 0 to",
        ),
        (
            {"k8s_sensor": {"deployment": {"minReadySeconds": -1}}},
            "spec.k8s_sensor.deployment.minReadySeconds",
            "from 0 to",
        ),
        ({"k8s_sensor": {"pollrate": "10"}}, "spec.k8s_sensor.pollrate", "10s"),
        ({"k8s_sensor": {"pollrate": "10s\n"}}, "spec.k8s_sensor.pollrate", "10s"),
        (
            {"k8s_sensor": {"etcd": {"ca": {"secretName": "c", "mountPath": TOKEN_DIRECTORY}}}},
            "spec.k8s_sensor.etcd.ca.mountPath",
            "token",
        ),
        (
            {
                "k8s_sensor": {
                    "restClient": {"ca": {"secretName": "c", "mountPath": f"{TOKEN_DIRECTORY}/"}}
                }
            },
            "spec.k8s_sensor.restClient.ca.mountPath",
            "token",
        ),
    ],
)
def test_what_cannot_is_one_problem_with_a_path(spec: Obj, path: str, part: str) -> None:
    found = problems(spec)

    assert [problem.partition(": ")[0] for problem in found] == [path]
    assert part in found[0]


def test_equal_ports_are_a_problem_of_both() -> None:
    same = {"opentelemetry": {"grpc": {"port": 5000}, "http": {"port": 5000}}}

    assert [problem.partition(": ")[0] for problem in problems(same)] == [
        "spec.opentelemetry.grpc.port",
        "spec.opentelemetry.http.port",
    ]


@pytest.mark.parametrize("line_break", ["\n", "\r", "\x00"])
@pytest.mark.parametrize(
    "field",
    ["endpointHost", "endpointPort", "key", "proxyHost", "proxyPort", "proxyProtocol", "proxyUser"],
)
def test_a_backend_file_has_one_line_per_value(field: str, line_break: str) -> None:
    (problem,) = problems({"agent": {field: f"a{line_break}b"}})

    assert problem.startswith(f"spec.agent.{field}: must be a ")


@pytest.mark.parametrize("field", ["endpointHost", "endpointPort", "key"])
def test_the_file_of_an_additional_backend_has_too(field: str) -> None:
    backends = [BACKEND, BACKEND | {field: "a\nb"}]
    (problem,) = problems({"agent": {"additionalBackends": backends}})

    assert problem.startswith(f"spec.agent.additionalBackends[1].{field}: must be a ")
