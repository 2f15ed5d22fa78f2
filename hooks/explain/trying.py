"""Changing one input at a time, to see which leaves follow."""

from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from itertools import islice
from typing import Final, TypeAlias

from hooks.errors import HookError
from hooks.explain.children import Situation, children_in_spite_of_rules, children_of
from hooks.explain.effects import Children, Effect, Leaf, effects
from hooks.explain.inputs import Input, Source, Ways
from hooks.explain.origins import Influence
from hooks.explain.retained import retained_leaves
from hooks.kube.objects import Obj
from hooks.observed import ObservedObjects

Make: TypeAlias = Callable[[Situation], list[Obj]]
Effects: TypeAlias = list[tuple[Leaf, Effect]]

WAYS_TO_MAKE: Final = (children_of, children_in_spite_of_rules)
"""By the rules as long as one of the other values keeps them."""


@dataclass(frozen=True, slots=True)
class Attempt:
    """A situation with the children that are made in it."""

    situation: Situation
    children: Children

    @classmethod
    def of(cls, situation: Situation) -> "Attempt":
        """Return the situation with its children; raises HookError for an invalid resource."""
        return cls(situation, Children.of(children_of(situation)))


@dataclass(slots=True)
class Search:
    """What was found so far: what has an effect on which leaf, and what cannot be changed.

    `now` is the situation that is to be explained, `anew` the same without observed children.
    """

    now: Attempt
    anew: Attempt
    observed: Children
    found: dict[Leaf, list[Influence]] = field(default_factory=lambda: defaultdict(list))
    untried: list[str] = field(default_factory=list)

    @classmethod
    def of(cls, situation: Situation) -> "Search":
        """Return a search that has found nothing yet."""
        now = Attempt.of(situation)
        return cls(now, _anew(now), Children.of(situation.request.children))

    def change(self, each: Input) -> None:
        """Change an input in all ways, each as far as it has any effect."""
        outcomes = [self._effects(each, ways) for ways in each.ways]
        possible = [outcome for outcome in outcomes if outcome is not None]
        if not possible and each.source is not Source.DEFAULT:
            self.untried.append(each.name)
        found: dict[Leaf, Effect] = {}
        for outcome in possible:
            found |= {leaf: min(effect, found.get(leaf, effect)) for leaf, effect in outcome}
        for leaf, effect in found.items():
            self._add(leaf, effect, each, len(found))

    def retain(self) -> None:
        """Look which leaves that nothing changes are retained as observed."""
        settled = {leaf for leaf, found in self.found.items() if any(map(_is_close, found))}
        unsettled = [leaf for leaf in self.now.children.all_leaves if leaf not in settled]
        for leaf in retained_leaves(self.now.situation, unsettled):
            self.found[leaf].append(Influence(Effect.VALUE, Source.OBSERVED, leaf[0], None, 1))

    def _add(self, leaf: Leaf, effect: Effect, cause: Input, breadth: int) -> None:
        source = cause.source
        if source is Source.OBSERVED:
            is_retained = self._is_retained(leaf)
            source = source if is_retained else Source.REMEMBERED
            effect = Effect.VALUE if is_retained else effect
        self.found[leaf].append(Influence(effect, source, cause.name, cause.value, breadth))

    def _is_retained(self, leaf: Leaf) -> bool:
        """Return whether a leaf of a child is what it is in the observed one."""
        child, path = leaf
        observed = self.observed.leaves.get(child, {})
        return path in observed and observed[path] == self.now.children.leaves[child][path]

    def _effects(self, each: Input, ways: Ways) -> Effects | None:
        """Return the effects of a way; None where no situation of it is possible."""
        before = self.anew if each.anew else self.now
        for make in WAYS_TO_MAKE:
            is_possible = False
            outcomes = (_made(make, other) for other in ways(before.situation))
            for after in islice((one for one in outcomes if one is not None), each.most):
                is_possible = True
                if found := self._differences(each, after):
                    return found
            if is_possible:
                return []
        return None

    def _differences(self, each: Input, after: list[Obj]) -> Effects:
        if not each.anew:
            return [*effects(self.now.children, after)]
        return [pair for pair in effects(self.anew.children, after) if self._is_as_anew(pair[0])]

    def _is_as_anew(self, leaf: Leaf) -> bool:
        """Return whether a leaf does not depend on which children are observed."""
        child, path = leaf
        now = self.now.children.leaves.get(child, {})
        return path in now and now[path] == self.anew.children.leaves[child][path]


def _anew(now: Attempt) -> Attempt:
    """Return a situation without observed children; the same one where that has no children."""
    request = now.situation.request
    children = request.children.by_kind
    related = {
        kind: {key: obj for key, obj in objects.items() if key not in children.get(kind, ())}
        for kind, objects in request.related.by_kind.items()
    }
    none: dict[str, dict[str, Obj]] = {kind: {} for kind in children}
    changed = replace(request, children=ObservedObjects(none), related=ObservedObjects(related))
    try:
        return Attempt.of(replace(now.situation, request=changed))
    except HookError:
        return now


def _made(make: Make, situation: Situation) -> list[Obj] | None:
    try:
        return make(situation)
    except HookError:
        return None


def _is_close(influence: Influence) -> bool:
    """Return whether it is about the leaf itself, not only about its whole child."""
    return influence.effect is not Effect.CHILD
