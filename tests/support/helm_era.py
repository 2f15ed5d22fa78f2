"""What the last chart of the Helm-based generations (1.2.74) left, in three settings."""

import json
from pathlib import Path

from hooks.kube.objects import Obj

FOLDER = Path("tests/fixtures/helm-era")
WITH_OLD_SENSOR = ("k8sensor", "kubernetes-sensor-deployment")
"""The states with a Deployment of the old sensor."""

STATES = (*WITH_OLD_SENSOR, "kubernetes-sensor-in-agent")


def recorded_state(name: str) -> list[Obj]:
    """Return the objects of a state, as Helm 3.22 made them on Kubernetes 1.36.3."""
    items: list[Obj] = json.loads((FOLDER / f"{name}.json").read_text())["items"]
    return items
