"""Where the values of children come from: found by changing one thing at a time.

The children are made once, then again with one input changed: the leaves that differ come from it.
So no builder has to say where its values come from, and an origin is never wrong: change what it
names, and the leaf changes. A leaf that nothing changes is a constant of the service.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import TypeAlias

from hooks.explain.children import Situation
from hooks.explain.fields import fields_of
from hooks.explain.inputs import Input
from hooks.explain.origins import Explained, explained
from hooks.explain.surroundings import surroundings_of
from hooks.explain.trying import Search

Watch: TypeAlias = Callable[[list[Input]], Iterable[Input]]


@dataclass(frozen=True, slots=True)
class Explanation:
    """All leaves of all children.

    `together`: what was changed as a whole, as it has too many parts to change each. `untried`:
    what is given and cannot be changed, as no other value is possible.
    """

    leaves: tuple[Explained, ...]
    together: tuple[str, ...]
    untried: tuple[str, ...]


def explain(situation: Situation, watch: Watch = iter) -> Explanation:
    """Return where each value of the children comes from; raises HookError for an invalid resource.

    `watch` gets all inputs and gives them back one by one, so that it sees how far this is.
    """
    search = Search.of(situation)
    fields, surroundings = fields_of(situation.request.parent), surroundings_of(situation)
    for changed in watch([*fields.single, *surroundings.single]):
        search.change(changed)
    search.retain()
    leaves = (
        explained((child, path), value, search.found.get((child, path), ()))
        for child, of_child in search.now.children.leaves.items()
        for path, value in of_child.items()
    )
    together = (*fields.together, *surroundings.together)
    return Explanation(tuple(leaves), together, tuple(search.untried))
