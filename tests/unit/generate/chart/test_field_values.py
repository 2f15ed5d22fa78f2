"""Values as users write them for the chart, in files and as options: what becomes of each."""

import shlex
from pathlib import Path
from typing import Any

import pytest

from tests.support.helm import Obj, Refused, needs_helm, spec_of

pytestmark = needs_helm

FOLDER = Path("tests/fixtures/field-values")
TAKEN: dict[str, tuple[str, Any]] = {
    "numeric-env": ("agent.env.INSTANA_AGENT_PROXY_PORT", "3128"),
    "additional-backends-by-set": ("agent.additionalBackends.0.endpointPort", "443"),
    "git-tag-like-exponent": ("k8s_sensor.image.tag", "65e4231"),
    "k3s-labs": ("agent.pod.limits.cpu", "1"),
    "pod-null-reset": ("agent.pod.tolerations", []),
    "tags-with-commas": ("agent.env.INSTANA_AGENT_TAGS", "openshift,airgapped,x"),
    "tolerations-infra": ("agent.updateStrategy.rollingUpdate.maxUnavailable", "20%"),
    "zone-with-blank": ("zone.name", "Agent zone777"),
}
"""A field of the resource that each is about, and its value."""

REFUSED = {
    "agent-resources-numeric-env": ["/agent", "resources"],
    "config-yaml-as-object": ["agent.configuration_yaml: must be a string, not an object: "],
    "made-up-top-level": ["agentKey", "clusterName", "endpointHost", "endpointPort", "resources"],
    "memory-number-leader-elector": [
        "* leaderElector: ",
        "* agent.pod.requests.memory: ",
        "* agent.pod.limits.memory: ",
    ],
    "old-defaults-whole-file": ["limits", "requests"],
    "otel-enable-typo": ["enable"],
    "terraform-old-values": ["* kubernetes: "],
}
"""What the refusal of each names."""


def spec(case: str) -> Obj:
    """Return the spec of the resource that the values of a case make."""
    values, options = FOLDER / case / "values.yaml", FOLDER / case / "args"
    return spec_of(
        values.read_text() if values.exists() else None,
        *(shlex.split(options.read_text()) if options.exists() else ()),
    )


def test_every_case_is_tried() -> None:
    assert {each.name for each in FOLDER.iterdir()} == {*TAKEN, *REFUSED}


@pytest.mark.parametrize("case", TAKEN)
def test_they_are_taken(case: str) -> None:
    path, expected = TAKEN[case]
    found: Any = spec(case)
    for step in path.split("."):
        found = found[int(step) if step.isdigit() else step]

    assert found == expected


@pytest.mark.parametrize("case", REFUSED)
def test_they_are_refused_with_what_is_wrong(case: str) -> None:
    with pytest.raises(Refused) as refused:
        spec(case)

    assert [each for each in REFUSED[case] if each not in str(refused.value)] == []
