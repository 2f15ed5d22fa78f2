"""Generated requests: any resource, with children and related objects in any state."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any, Final

import orjson
from hypothesis import strategies as st

from hooks.kube.objects import Obj
from tests.property import applying, bindings, clusters, mistakes, specs
from tests.property.applying import Apply
from tests.property.clusters import Situation
from tests.support import hook
from tests.support.reviews import review

HOOKS: Final = ("/sync", "/customize", "/cluster-rbac/sync")
PATHS: Final = (*HOOKS, "/admission/validate", "/admission/default")
ACCOUNTS: Final = "ServiceAccount.v1"
ANY_SPEC: Final = specs.valid_specs() | specs.broken_specs() | mistakes.mistaken_specs()
SITUATIONS: Final = st.one_of(
    clusters.fresh(ANY_SPEC, complete=False),
    clusters.running(complete=False),
    clusters.running(ANY_SPEC, complete=False),
)

AFTER: Final[list[str | Apply]] = ["nothing", "storing", *clusters.APPLIES]


@dataclass(frozen=True)
class Asked:
    """A resource in its situation, and the bodies of the requests about it."""

    situation: Situation
    bodies: tuple[bytes, ...]


@st.composite
def asked(draw: st.DrawFn) -> Asked:
    """Draw a resource, its situation, and what each of the paths is asked about it."""
    situation = draw(after_answers())
    parent = situation.parent
    reviewed = review(parent, draw(st.none() | st.builds(specs.resource, ANY_SPEC)))
    bodies = (
        draw(damaged(situation.request)),
        {"controller": hook.CONTROLLER, "parent": parent},
        draw(roles(situation)),
        reviewed,
        reviewed,
    )
    return Asked(situation, tuple(map(orjson.dumps, bodies)))


@st.composite
def after_answers(draw: st.DrawFn) -> Situation:
    """Draw a situation, as it is or after its answer was stored or applied, or only its status."""
    situation = draw(SITUATIONS)
    answer, ready = situation.answer(), draw(st.booleans())
    after = draw(st.sampled_from(AFTER))
    if not isinstance(after, str):
        situation = situation.after(after, healthy=ready)
    elif after == "storing":
        stored = hook.by_kind(hook.stored(answer, ready=ready), applying.CHILD_KINDS)
        situation = situation.with_(children=stored)
    status = draw(st.sampled_from([{}, {"status": answer["status"]}]))
    return situation.with_(parent=situation.parent | status)


@st.composite
def damaged(draw: st.DrawFn, request: Obj) -> Any:
    """Draw the request as it is, or with some objects missing and others changed."""
    for _ in range(draw(st.integers(0, 3))):
        objects = [*_objects(request)]
        if objects:
            place, found = draw(st.sampled_from(objects))
            inside = draw(st.just(()) | st.sampled_from([*specs.paths(found)]))
            request = specs.without(request, place + inside)
            if inside != () and draw(st.booleans()):
                request = specs.replaced(request, place + inside, draw(specs.JUNK))
    return request


def _objects(request: Obj) -> Iterator[tuple[specs.Path, Obj]]:
    for part in ("children", "related"):
        for kind, objects in request[part].items():
            yield from (((part, kind, name), found) for name, found in objects.items())


@st.composite
def roles(draw: st.DrawFn, situation: Situation) -> Obj:
    """Draw a request for a ClusterRole, with the resource among the agents if these are known."""
    drawn, said = draw(bindings.situations()), {"status": draw(st.sampled_from(bindings.SAID))}
    agent = {applying.key_of(situation.parent): said | situation.parent}
    agents = None if drawn.agents is None else drawn.agents | agent
    accounts = {ACCOUNTS: situation.children.get(ACCOUNTS, {})}
    request = replace(drawn, agents=agents).request
    related = request["related"] | draw(st.sampled_from([{}, accounts]))
    return {"controller": {}, **request, "related": related, "finalizing": False}
