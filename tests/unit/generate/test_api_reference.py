"""The page of fields names types as their readers know them."""

import pytest

from hooks.generate.api_reference import _type, api_reference

ROWS = {line.split("`")[1]: line for line in api_reference().splitlines() if line.startswith("| `")}


@pytest.mark.parametrize(
    ("field", "type_", "default"),
    [
        ("spec.agent", "object", "**required**"),
        ("spec.agent.endpointPort", "string", "**required**"),
        ("spec.agent.image.tag", "string", "`latest`"),
        ("spec.agent.image.pullSecrets[]", "list of LocalObjectReference", ""),
        ("spec.agent.additionalBackends[]", "list of objects", ""),
        ("spec.agent.additionalBackends[].key", "string", ""),
        ("spec.agent.pod.affinity", "Affinity", ""),
        ("spec.agent.pod.env[]", "list of EnvVar", ""),
        ("spec.agent.pod.labels", "map of strings", ""),
        ("spec.agent.pod.limits", "map of Quantity", ""),
        ("spec.zones[].tolerations[]", "list of Toleration", ""),
        ("spec.k8s_sensor.etcd.insecure", "boolean", "`false`"),
        ("spec.k8s_sensor.etcd.targets[]", "list of strings", ""),
        ("spec.k8s_sensor.deployment.replicas", "integer", "`3`"),
        ("spec.openshift", "boolean", ""),
        ("spec.kubernetes", "object", ""),
    ],
)
def test_a_row_has_type_and_default(field: str, type_: str, default: str) -> None:
    assert ROWS[field].startswith(f"| `{field}` | {type_} | {default} | ")


def test_every_row_has_a_description() -> None:
    assert [field for field, row in ROWS.items() if not row.split(" | ")[3].strip(" |")] == []


def test_a_number_or_a_text_is_named_so() -> None:
    assert _type({"anyOf": [{"type": "integer"}, {"type": "string"}]}) == "integer or string"
