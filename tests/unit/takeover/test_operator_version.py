"""An operator that is newer than the version this service was compared with is named."""

from pathlib import Path
from typing import Any

import pytest

from hooks.labels import OPERATOR
from hooks.takeover.operator_version import COMPARED, LABEL, operator_version
from tests.unit.takeover.former import (
    FINALIZER,
    NAMESPACE,
    agent,
    operator,
    planned,
)

DEPLOYMENT = f"Deployment {NAMESPACE}/instana-agent-controller-manager"
NAMED = {"app.kubernetes.io/name": OPERATOR}
DIGEST = f"sha256:{'0' * 64}"


def with_image(image: str, **labels: str) -> dict[str, Any]:
    pods = {"metadata": {"labels": labels}, "spec": {"containers": [{"image": image}]}}
    return operator(template=pods)


def version_label(version: str) -> dict[str, str]:
    return {LABEL: version}


@pytest.mark.parametrize(
    ("deployment", "version"),
    [
        (with_image("icr.io/instana/instana-agent-operator:2.2.20"), "2.2.20"),
        (with_image("icr.io/instana/instana-agent-operator:v2.2.20"), "2.2.20"),
        (with_image("icr.io/instana/instana-agent-operator:2.3.0-rc1"), "2.3.0"),
        (with_image(f"localhost:5000/operator:2.2.17@{DIGEST}"), "2.2.17"),
        (with_image(f"icr.io/operator@{DIGEST}", **version_label("2.2.21")), "2.2.21"),
        (with_image("icr.io/operator:2.2.15", **version_label("2.2.21")), "2.2.21"),
        (operator(labels=NAMED | version_label("10.0.1")), "10.0.1"),
        (operator(labels=NAMED | {"olm.owner": "instana-agent-operator.v2.2.18"}), "2.2.18"),
        (
            operator(
                ownerReferences=[
                    {"kind": "ClusterServiceVersion", "name": "instana-agent-operator.v2.2.19"}
                ]
            ),
            "2.2.19",
        ),
        (with_image("icr.io/instana/instana-agent-operator:latest"), ""),
        (with_image("localhost:5000/instana-agent-operator"), ""),
        (with_image(f"icr.io/instana/instana-agent-operator@{DIGEST}"), ""),
        (with_image("icr.io/operator:" + "1" * 600), ""),
        (operator(), ""),
    ],
)
def test_the_version_is_told_by_what_shows_it(deployment: dict[str, Any], version: str) -> None:
    assert operator_version(deployment) == version


def notes(*objects: dict[str, Any]) -> list[str]:
    found = planned(*objects)
    assert found.blocked == ()
    return [each.what for each in found.steps if "version" in each.what]


@pytest.mark.parametrize("version", ["2.2.17", "2.2.21", "2.10.0", "3.0.0"])
def test_a_newer_one_is_named_and_blocks_nothing(version: str) -> None:
    running = operator(labels=NAMED | version_label(version))

    assert notes(running, agent()) == [f"check what is new in its version {version}"]


@pytest.mark.parametrize("version", [COMPARED, "2.2.9", "1.99.99", "latest", ""])
def test_one_that_is_known_is_not_named(version: str) -> None:
    assert notes(operator(labels=NAMED | version_label(version)), agent()) == []


@pytest.mark.parametrize(("finalizers", "count"), [([FINALIZER], 1), ([], 0)])
def test_one_that_was_stopped_counts_until_all_is_handed_over(
    finalizers: list[str], count: int
) -> None:
    stopped = operator(labels=NAMED | version_label("2.2.20"), replicas=0)

    assert len(notes(stopped, agent(finalizers=finalizers))) == count


@pytest.mark.parametrize("page", ["README.md", "docs/migrate.md", "docs/go-operator-defects.md"])
def test_the_manual_names_the_version_that_was_compared(page: str) -> None:
    assert f" {COMPARED}" in Path(page).read_text()
