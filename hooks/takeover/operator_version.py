"""The version of the running operator, and a note if it is newer than the versions known here."""

import re
from collections.abc import Iterator
from typing import Final, TypeAlias

from hooks.kube.objects import Obj, as_objects, labels_of
from hooks.kube.workloads import pod_spec, template_of
from hooks.takeover.cluster import Cluster
from hooks.takeover.go_operator import has_finalizer
from hooks.takeover.running_operator import is_running, operators, version_of_olm
from hooks.takeover.steps import Step

Version: TypeAlias = tuple[int, ...]

COMPARED: Final = "2.2.16"
"""The version whose builders and children the tests compare this service with."""

LABEL: Final = "app.kubernetes.io/operator-version"
VERSION: Final = re.compile(r"(?:.*[^\d.])?(\d{1,6})\.(\d{1,6})\.(\d{1,6})(?:[-+].*)?", re.DOTALL)
LONGEST: Final = 512
"""A longer text is not the name of a version or an image."""


def version_steps(cluster: Cluster) -> Iterator[Step]:
    """Yield a note for each operator of a newer version that still has something to hand over."""
    for deployment in operators(cluster):
        version = operator_version(deployment)
        if _is_newer(version) and _is_in_use(cluster, deployment):
            yield Step(
                deployment,
                f"check what is new in its version {version}",
                f"this service was compared with versions up to {COMPARED}: docs/migrate.md "
                "lists known differences of newer ones, and `python -m hooks diff` "
                "shows what would change",
            )


def operator_version(deployment: Obj) -> str:
    """Return the version of an operator's Deployment, "" if nothing shows it."""
    found = (_version_in(text) for text in _version_texts(deployment))
    return next((".".join(map(str, version)) for version in found if version), "")


def _version_texts(deployment: Obj) -> Iterator[str]:
    """Yield the texts that show the version: labels, Operator Lifecycle Manager, image tag."""
    for labelled in (deployment, template_of(deployment)):
        yield labels_of(labelled).get(LABEL, "")
    yield version_of_olm(deployment)
    for container in as_objects(pod_spec(deployment).get("containers")):
        _, _, tag = str(container.get("image", "")).partition("@")[0].rpartition(":")
        yield tag


def _version_in(text: str) -> Version:
    found = VERSION.fullmatch(text) if len(text) <= LONGEST else None
    return tuple(map(int, found.groups())) if found else ()


def _is_newer(version: str) -> bool:
    return _version_in(version) > _version_in(COMPARED)


def _is_in_use(cluster: Cluster, deployment: Obj) -> bool:
    return is_running(cluster, deployment) or any(map(has_finalizer, cluster.agents))
