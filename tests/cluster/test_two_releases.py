"""An upgrade and a downgrade of the service: two releases behind one address, and nothing flips."""

from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import pairwise
from pathlib import Path
from typing import TypeAlias

import pytest
import yaml

from hooks.kube.objects import Identity, identity
from tests.cluster.api import Api, Obj, wait_for
from tests.cluster.cases import NAMESPACE, rendered, resource
from tests.cluster.loop import KINDS, MANAGED, remove, settled, sync_again, versions
from tests.cluster.metacontroller import (
    LOOPBACK,
    MANIFESTS,
    STRATEGIES,
    asking,
    metacontroller,
    naming,
    service,
)
from tests.cluster.releases import NEW, NEXT_RELEASE, OLD, Balancer, of_release

pytestmark = pytest.mark.loop

Forms: TypeAlias = dict[Identity, Obj]

AGENT = resource("minimal")
DAEMONSET = next(
    identity(each) for each in rendered("minimal").children if each["kind"] == "DaemonSet"
)
CHILDREN = len([*rendered("minimal").children, *rendered("minimal").attachments])
CALLS = 6
LIST_OF_NAMESPACES = "instana-agent-namespaces"
"""A ConfigMap that follows the namespaces of the cluster, which other tests make and remove."""


@contextmanager
def both_releases(logs: Path) -> Iterator[tuple[int, int]]:
    """Run the old and the new release; yields their ports."""
    with (
        service(logs / "old.log", **of_release(OLD)) as old_port,
        service(logs / "new.log", NEXT_RELEASE, **of_release(NEW)) as new_port,
    ):
        yield old_port, new_port


@pytest.mark.parametrize("by", ["call", "connection"])
@pytest.mark.parametrize("strategy", STRATEGIES)
def test_each_way_changes_children_once(strategy: str, by: str, api: Api, logs: Path) -> None:
    with both_releases(logs) as (old, new):
        balancer = Balancer(old, by=by)
        balancer.balance(old)
        log = logs / f"releases-{strategy}-{by}.log"
        with metacontroller(api, strategy, balancer.port, log, release=OLD):
            api.apply(AGENT)
            wait_for(lambda: len(versions(api)) >= CHILDREN, "all children are there")
            settled(api, AGENT)

            balancer.balance(old, new)
            assert _changes(api, balancer, "before") == {}
            seen = _forms_while_changing(api, balancer, NEW, (old, new), (new,))
            assert _changed(seen)[DAEMONSET] == 1, "the template is another one"
            assert set(_changed(seen).values()) == {1}
            seen = _forms_while_changing(api, balancer, OLD, (new, old), (old,))
            assert _changed(seen)[DAEMONSET] == 1, "the template is the former one again"
            assert set(_changed(seen).values()) == {1}
            remove(api, AGENT, [])
        balancer.close()


def _forms_while_changing(
    api: Api, balancer: Balancer, release: str, both: tuple[int, int], after: tuple[int]
) -> list[Forms]:
    """Let the controllers name a release while both answer, and then one of them alone."""
    seen = [_forms(api)]
    balancer.balance(*both)
    _name(api, balancer, release)
    seen += _forms_at_calls(api, balancer, f"both-{release}")
    balancer.balance(*after)
    return seen + _forms_at_calls(api, balancer, f"alone-{release}")


def _name(api: Api, balancer: Balancer, release: str) -> None:
    """Let the controllers name a release, as applying its manifests does."""
    for manifest in MANIFESTS:
        controller = yaml.safe_load(Path(manifest).read_text())
        address = f"http://{LOOPBACK}:{balancer.port}"
        api.apply(naming(release, asking(address, controller)))
    calls = len(balancer.exchanges)
    wait_for(lambda: len(balancer.exchanges) > calls, "the changed controller asks")


def _changes(api: Api, balancer: Balancer, phase: str) -> dict[Identity, int]:
    return _changed([_forms(api), *_forms_at_calls(api, balancer, phase)])


def _changed(seen: list[Forms]) -> dict[Identity, int]:
    """Return how often each child was another one than before, if it ever was."""
    changes = Counter(
        child
        for before, after in pairwise(seen)
        for child in before.keys() | after.keys()
        if before.get(child) != after.get(child)
    )
    return dict(changes)


def _forms_at_calls(api: Api, balancer: Balancer, phase: str) -> list[Forms]:
    """Make calls, and return what the children were after each, and in the end."""
    seen = []
    for number in range(CALLS):
        sync_again(api, AGENT, balancer, f"{phase}-{number}")
        seen.append(_forms(api))
    settled(api, AGENT)
    return [*seen, _forms(api)]


def _forms(api: Api) -> Forms:
    """Return what the children are, without what others write of them."""
    found = [
        each
        for kind, version in KINDS
        for each in api.list(kind, version, NAMESPACE, labelSelector=MANAGED)
    ]
    return {
        identity(each): _form(each)
        for each in found
        if each["metadata"]["name"] != LIST_OF_NAMESPACES
    }


def _form(child: Obj) -> Obj:
    metadata = child["metadata"]
    kept = {name: metadata.get(name) for name in ("labels", "annotations")}
    return {**child, "metadata": kept, "status": None}
