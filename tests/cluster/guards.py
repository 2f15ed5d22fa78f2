"""The policies of deploy/guards, put in force on an API server and taken away again."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import requests
import yaml

from tests.cluster.api import Api, Obj, wait_for
from tests.support.guards import OURS, THE_INSTALLATIONS, owner, with_metadata
from tests.support.resources import NAME, agent, obj

FILE = Path("deploy/guards/policies.yaml")
OF_THE_INSTALLATION = obj("ConfigMap", "guarded", metadata={"labels": THE_INSTALLATIONS})


def policies() -> list[Obj]:
    """Return the policies with their bindings."""
    return list(yaml.safe_load_all(FILE.read_text()))


@contextmanager
def guards_in_force(api: Api) -> Iterator[None]:
    """Install the policies and remove them at the end, each time until the API server knows."""
    api.apply(OF_THE_INSTALLATION)
    api.apply_all(policies())
    wait_for(lambda: not any(_taken(api)), "the guards are in force")
    api.delete(OF_THE_INSTALLATION)
    try:
        yield
    finally:
        for each in policies():
            api.delete(each)
        api.apply(OF_THE_INSTALLATION)
        wait_for(lambda: all(_taken(api)), "the guards are gone")
        api.delete(OF_THE_INSTALLATION)


def _taken(api: Api) -> list[bool]:
    """Return whether the API server takes what each of the policies refuses."""
    owned = child_of({"metadata": {"name": NAME, "uid": "uid"}}, OF_THE_INSTALLATION)
    probes = (owned, as_created(agent(name="instana-agent-hooks")))
    return [written_over(api, each, dryRun="All").ok for each in probes]


def as_created(resource: Obj) -> Obj:
    """Return a resource as it is created: without a uid."""
    metadata = {name: resource["metadata"][name] for name in ("name", "namespace")}
    return resource | {"metadata": metadata}


def child_of(parent: Obj, original: Obj) -> Obj:
    """Return an object as Metacontroller applies a child: with labels and the owner."""
    metadata = parent["metadata"]
    references = [owner(metadata["name"], metadata["uid"])]
    return with_metadata(original, labels=OURS, ownerReferences=references)


def written_over(api: Api, child: Obj, **query: str) -> requests.Response:
    """Apply an object, which takes all fields of one that is there."""
    return api.session.patch(
        api.url(child),
        params={"fieldManager": "metacontroller", "force": "true", **query},
        json=child,
        headers={"Content-Type": "application/apply-patch+yaml"},
    )
