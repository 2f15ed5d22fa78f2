"""The figures of docs/sizing.md are those of the code and of the manifests."""

from pathlib import Path

import yaml

from hooks.desired.k8sensor.resources import DEFAULTS as SENSOR
from hooks.desired.pod.resources import DEFAULTS as AGENT

PAGE = Path("docs/sizing.md").read_text(encoding="utf-8")


def test_defaults_of_agents_and_k8sensors_are_listed() -> None:
    for pod, defaults in (("agent", AGENT), ("k8sensor", SENSOR)):
        (row,) = [line for line in PAGE.splitlines() if line.startswith(f"| {pod} |")]

        assert row.split(" | ")[2:4] == [", ".join(each) for each in defaults.values()]


def test_the_resources_of_the_service_are_named() -> None:
    deployment = yaml.safe_load(Path("deploy/base/deployment.yaml").read_text(encoding="utf-8"))
    (service,) = deployment["spec"]["template"]["spec"]["containers"]
    resources = service["resources"]

    assert deployment["spec"]["replicas"] == 2
    assert resources == {
        "requests": {"cpu": "50m", "memory": "128Mi"},
        "limits": {"memory": "512Mi"},
    }
    assert "50m\nCPU and 128 MiB and a limit of 512 MiB" in PAGE
