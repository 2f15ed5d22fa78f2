"""Every image of an installation, for mirroring: what its pods pull, and what uses it."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any, Final

from hooks import __version__
from hooks.facts import Facts
from hooks.kube.objects import Obj, as_object, as_objects, describe
from hooks.kube.pods import containers_of
from hooks.kube.workloads import pod_spec
from hooks.rendering import Rendered, render

SERVICE: Final = "Deployment/instana-agent-hooks"
METACONTROLLER: Final = "StatefulSet/metacontroller"
PINNED: Final = {
    METACONTROLLER: "ghcr.io/metacontroller/metacontroller:v4.17.2",
    SERVICE: f"instana-agent-hooks:{__version__}",
}
"""What the manifests of this version install; a test compares it with them."""


@dataclass(frozen=True, slots=True)
class UsedImage:
    """An image as pods name it, and the places that name it, such as `Kind/name container`."""

    reference: str
    used_by: tuple[str, ...]

    @property
    def digest(self) -> str:
        """Return the digest, empty where the image is named by a tag only."""
        return self.reference.partition("@")[2]

    def as_json(self) -> Obj:
        """Return it for programs."""
        used_by = list(self.used_by)
        return {"image": self.reference, "digest": self.digest or None, "usedBy": used_by}


@dataclass(frozen=True, slots=True)
class Images:
    """The images of an installation, and what was rendered of its resource."""

    images: tuple[UsedImage, ...]
    rendered: Rendered


def images(
    documents: Iterable[Any], facts: Facts, now: str, *, with_installation: bool = False
) -> Images:
    """Return the images of the InstanaAgent among the documents, sorted.

    `with_installation`: those of the service and of Metacontroller too, as the documents have them,
    else as the manifests of this version do. Raises UnfitObject or UnreadableRequest for documents
    that cannot be read so.
    """
    given = [*documents]
    rendered = render(given, facts, now)
    named = [use for child in rendered.children for use in _used_by(child)]
    if with_installation:
        named += _of_installation(given)
    return Images(tuple(_collected(named)), rendered)


def _collected(named: Iterable[tuple[str, str]]) -> Iterator[UsedImage]:
    users: dict[str, set[str]] = {}
    for image, user in named:
        users.setdefault(image, set()).add(user)
    for image in sorted(users):
        yield UsedImage(image, tuple(sorted(users[image])))


def _of_installation(documents: Iterable[Any]) -> Iterator[tuple[str, str]]:
    found = {describe(obj): obj for document in documents for obj in _objects(document)}
    for workload, image in PINNED.items():
        if workload in found:
            yield from _used_by(found[workload])
        else:
            yield image, workload


def _objects(document: Any) -> Iterator[Obj]:
    given = as_object(document)
    for item in as_objects(given.get("items")):
        yield from _objects(item)
    if given:
        yield given


def _used_by(workload: Obj) -> Iterator[tuple[str, str]]:
    """Yield the images of containers and of volumes that are images, each with what names it."""
    pod = pod_spec(workload)
    for container in containers_of(pod):
        yield str(container.get("image")), f"{describe(workload)} {container.get('name')}"
    for volume in as_objects(pod.get("volumes")):
        if reference := as_object(volume.get("image")).get("reference"):
            yield str(reference), f"{describe(workload)} volume {volume.get('name')}"
