"""What people write in a resource that its schema does not have, and the message each gets."""

import pytest
import yaml

from hooks.generate.crd import departures
from hooks.generate.crd.former_values import NAMED_AFTER_RESOURCE, NO_LEADER_ELECTOR
from hooks.models.instana_agent import API_VERSION

CPU = "spec.agent.pod.limits.cpu"
CPU_LIMIT = "spec.agent.pod.limits[cpu]"
NESTED = "nest the fields instead of joining their names with dots"
QUOTES = "put it in quotes"
NO_FIELD = "is not a field of the resource: fix its name or its place"
WORD = "YAML reads words such as OFF, no and yes as true or false, so put it in quotes"


def messages(spec: str) -> list[str]:
    resource = {"apiVersion": API_VERSION, "spec": yaml.safe_load(spec)}
    return [
        f"{problem.path}: {problem.message}"
        for problem in departures(resource)
        if problem.message != "is required"
    ]


@pytest.mark.parametrize(
    ("written", "message"),
    [
        ("agnet: {}", f"spec.agnet: {NO_FIELD}; did you mean agent?"),
        ("agent: {tollerations: []}", f"spec.agent.tollerations: {NO_FIELD}"),
        ("name: prod", f"spec.name: {NO_FIELD}"),
        (
            "agent: {pod: {livenessProbe: {grpc: {port: 1, mode: TLS}}}}",
            f"spec.agent.pod.livenessProbe.grpc.mode: {NO_FIELD}",
        ),
        ("k8sSensor: {}", f"spec.k8sSensor: {NO_FIELD}; did you mean k8s_sensor?"),
        ("useSecretMount: true", f"spec.useSecretMount: {NO_FIELD}; did you mean useSecretMounts?"),
        (
            "agent: {pod: {tollerations: []}}",
            f"spec.agent.pod.tollerations: {NO_FIELD}; did you mean tolerations?",
        ),
        (
            "tolerations: []",
            f"spec.tolerations: {NO_FIELD}; did you mean spec.agent.pod.tolerations?",
        ),
        (
            "agent: {cluster: {name: a}}",
            f"spec.agent.cluster: {NO_FIELD}; did you mean spec.cluster?",
        ),
        ("zones: [{nodeSelector: {}}]", f"spec.zones[0].nodeSelector: {NO_FIELD}"),
        (
            "agent: {image: {repository: a}}",
            f"spec.agent.image.repository: {NO_FIELD}; did you mean spec.agent.image.name?",
        ),
        (
            'agent.cpuLimit: "1.0"',
            f'spec["agent.cpuLimit"]: {NO_FIELD}; since {API_VERSION} it is {CPU}',
        ),
        (
            "agent.endpointHost: a",
            f'spec["agent.endpointHost"]: {NO_FIELD}; {NESTED}: spec.agent.endpointHost',
        ),
        (
            "agent: {pod: {limits.cpu: 1}}",
            f'spec.agent.pod["limits.cpu"]: {NO_FIELD}; {NESTED}: {CPU}',
        ),
        (
            "agent: {k8s_sensor.pollrate: 5s}",
            f'spec.agent["k8s_sensor.pollrate"]: {NO_FIELD}; {NESTED}: spec.k8s_sensor.pollrate',
        ),
        (
            "agent: {pod: {agent.cpuLimit: 1}}",
            f'spec.agent.pod["agent.cpuLimit"]: {NO_FIELD}; since {API_VERSION} it is {CPU}',
        ),
        ("zone.colour: red", f'spec["zone.colour"]: {NO_FIELD}'),
        (
            "leaderElector.image.name: a",
            f'spec["leaderElector.image.name"]: {NO_FIELD}; {NO_LEADER_ELECTOR}',
        ),
        (
            "fullnameOverride: a",
            f"spec.fullnameOverride: {NO_FIELD}; {NAMED_AFTER_RESOURCE}",
        ),
        ("cluster: {'a b': 1}", f'spec.cluster["a b"]: {NO_FIELD}'),
        ("agent: {mode: OFF}", f"spec.agent.mode: must be a string: {WORD}"),
        ("agent: {endpointPort: 443}", f"spec.agent.endpointPort: must be a string: {QUOTES}"),
        ("agent: {env: {A: 1}}", f"spec.agent.env[A]: must be a string: {QUOTES}"),
        ("agent: {key: [a]}", "spec.agent.key: must be a string, not a list"),
        (
            "agent: {pod: {tolerations: {}}}",
            "spec.agent.pod.tolerations: must be a list, not an object: start each item with `- `",
        ),
        (
            "agent: {minReadySeconds: '10'}",
            "spec.agent.minReadySeconds: must be a whole number: remove the quotes",
        ),
        ("agent: {minReadySeconds: ten}", "spec.agent.minReadySeconds: must be a whole number"),
        (
            "useSecretMounts: 'true'",
            "spec.useSecretMounts: must be true or false: remove the quotes",
        ),
        ("useSecretMounts: 'yes'", "spec.useSecretMounts: must be true or false"),
        (
            "agent: {pod: {limits: {cpu: 0.5}}}",
            f'{CPU_LIMIT}: must be a whole number or a quantity in quotes such as "500m"',
        ),
    ],
)
def test_what_people_write_gets_its_message(written: str, message: str) -> None:
    assert messages(written) == [message]


def test_a_long_name_is_compared_with_none() -> None:
    assert messages(f"{'agent' * 20}: 1") == [f"spec.{'agent' * 20}: {NO_FIELD}"]
