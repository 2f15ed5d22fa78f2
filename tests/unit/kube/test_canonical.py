"""The canonical parts against what a real API server (Kubernetes 1.36) stored for odd spellings.

`stored/*.json` hold, by kind of part, what was sent and what came back. Where the server refused
the spelling (`100.0` for an integer), what came back for the canonical form.
"""

import json
from collections.abc import Callable
from copy import deepcopy
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hooks.errors import InvalidResource
from hooks.kube.canonical import (
    canonical_affinity,
    canonical_env,
    canonical_probe,
    canonical_resource_claims,
    canonical_tolerations,
    canonical_update_strategy,
    canonical_volume_mounts,
    canonical_volumes,
)
from tests.unit.kube.dynamic_apply import merged

CANONICAL: dict[str, Callable[[Any, str], Any]] = {
    "affinity": canonical_affinity,
    "env": canonical_env,
    "probe": canonical_probe,
    "resource_claims": canonical_resource_claims,
    "tolerations": canonical_tolerations,
    "update_strategy": canonical_update_strategy,
    "volume_mounts": canonical_volume_mounts,
    "volumes": canonical_volumes,
}


def stored_cases() -> list[Any]:
    """Return kind, input and what the server stored for it."""
    return [
        pytest.param(kind, case["input"], case["stored"], id=f"{kind}: {case['case']}")
        for kind in CANONICAL
        for case in json.loads((Path(__file__).parent / "stored" / f"{kind}.json").read_text())
    ]


@pytest.mark.parametrize(("kind", "written", "stored"), stored_cases())
def test_dynamic_apply_of_the_canonical_part_writes_nothing(
    kind: str, written: Any, stored: Any
) -> None:
    desired = CANONICAL[kind](written, "spec")
    assert merged(stored, desired, desired) == stored


@pytest.mark.parametrize(("kind", "written", "stored"), stored_cases())
def test_what_is_canonical_stays_as_it_is(kind: str, written: Any, stored: Any) -> None:  # noqa: ARG001
    canonical = CANONICAL[kind]
    assert canonical(canonical(written, "spec"), "spec") == canonical(written, "spec")


@pytest.mark.parametrize(("kind", "written", "stored"), stored_cases())
def test_what_the_server_stored_is_canonical(kind: str, written: Any, stored: Any) -> None:  # noqa: ARG001
    assert merged(stored, stored, CANONICAL[kind](stored, "spec")) == without_nulls(stored)


@pytest.mark.parametrize(("kind", "written", "stored"), stored_cases())
def test_the_written_part_is_not_changed(kind: str, written: Any, stored: Any) -> None:  # noqa: ARG001
    before = deepcopy(written)
    CANONICAL[kind](written, "spec")
    assert written == before


@pytest.mark.parametrize(
    ("kind", "written", "canonical"),
    [
        ("tolerations", [{"key": "", "tolerationSeconds": 0}], [{"tolerationSeconds": 0}]),
        ("env", [{"name": "A", "value": ""}], [{"name": "A"}]),
        ("volume_mounts", [{"readOnly": False, "name": "v"}], [{"name": "v"}]),
        ("update_strategy", {"type": "", "rollingUpdate": None}, {}),
        ("probe", {"grpc": {"service": ""}, "periodSeconds": 0}, {"grpc": {"service": ""}}),
        ("volumes", [{"emptyDir": {}, "nfs": None}], [{"emptyDir": {}}]),
        ("volumes", [{"hostPath": {"type": ""}}], [{"hostPath": {"type": ""}}]),
        (
            "volumes",
            [{"secret": {"defaultMode": 0, "items": []}}],
            [{"secret": {"defaultMode": 0}}],
        ),
        ("volumes", [{"newInKubernetes": {"x": ""}}], [{"newInKubernetes": {"x": ""}}]),
    ],
)
def test_zeros_are_dropped_where_the_server_drops_them(
    kind: str, written: Any, canonical: Any
) -> None:
    assert CANONICAL[kind](written, "spec") == canonical


def test_of_variables_with_one_name_the_last_counts_in_the_first_place() -> None:
    env = [{"name": "A", "value": "1"}, {"name": "B"}, {"name": "A", "value": "2"}]
    assert canonical_env(env, "spec") == [{"name": "A", "value": "2"}, {"name": "B"}]


@pytest.mark.parametrize(
    ("kind", "written", "path"),
    [
        ("volumes", [{}, {"emptyDir": {"sizeLimit": "1 Gi"}}], "p[1].emptyDir.sizeLimit"),
        ("volumes", [{"emptyDir": {"sizeLimit": []}}], "p[0].emptyDir.sizeLimit"),
        (
            "volumes",
            [{"ephemeral": {"volumeClaimTemplate": {"spec": {
                "resources": {"limits": {"a": "x"}}
            }}}}],
            "p[0].ephemeral.volumeClaimTemplate.spec.resources.limits.a",
        ),
        (
            "volumes",
            [{"projected": {"sources": [{"downwardAPI": {"items": [
                {"resourceFieldRef": {"divisor": ""}}
            ]}}]}}],
            "p[0].projected.sources[0].downwardAPI.items[0].resourceFieldRef.divisor",
        ),
        (
            "env",
            [{"valueFrom": {"resourceFieldRef": {"divisor": "x"}}}],
            "p[0].valueFrom.resourceFieldRef.divisor",
        ),
    ],
)  # fmt: skip
def test_a_wrong_quantity_is_reported_with_its_path(kind: str, written: Any, path: str) -> None:
    with pytest.raises(InvalidResource) as caught:
        CANONICAL[kind](written, "p")
    assert [problem.path for problem in caught.value.problems] == [path]


FIELDS = st.sampled_from(
    (
        "name",
        "value",
        "valueFrom",
        "fieldRef",
        "divisor",
        "resourceFieldRef",
        "projected",
        "sources",
        "secret",
        "items",
        "emptyDir",
        "sizeLimit",
        "ephemeral",
        "volumeClaimTemplate",
        "spec",
        "resources",
        "limits",
        "podAffinity",
        "nodeAffinity",
        "preferredDuringSchedulingIgnoredDuringExecution",
        "preference",
        "labelSelector",
        "matchLabels",
        "matchExpressions",
        "httpGet",
        "exec",
        "rollingUpdate",
        "x",
    )
)
GARBAGE = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(FIELDS, inner, max_size=5),
    max_leaves=20,
)


@pytest.mark.parametrize("kind", CANONICAL)
@given(written=GARBAGE)
def test_garbage_raises_nothing_but_invalid_quantities(kind: str, written: Any) -> None:
    stored = _stored(kind, written)

    assert stored is None or _stored(kind, stored[0]) == stored


def _stored(kind: str, written: Any) -> tuple[Any] | None:
    """Return what would be stored, None if a quantity is none."""
    try:
        return (CANONICAL[kind](written, "spec"),)
    except InvalidResource:
        return None


def without_nulls(stored: Any) -> Any:
    """Return the stored part without the nulls in it (an empty list of projected sources)."""
    if isinstance(stored, list):
        return [without_nulls(item) for item in stored]
    if isinstance(stored, dict):
        return {name: without_nulls(value) for name, value in stored.items() if value is not None}
    return stored
