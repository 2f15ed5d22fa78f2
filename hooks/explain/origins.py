"""What is known of a leaf in the end: where its value comes from, the most specific first."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from itertools import takewhile
from typing import Any, Final

from hooks.explain.effects import Effect, Leaf
from hooks.explain.inputs import Source
from hooks.masking import Mask

ORDER: Final = [*Source]
STEP: Final = re.compile(r"[^.\[\]]+")
STEPS: Final = re.compile(r'\["([^"]*)"\]|([^.\[\]]+)')
"""The steps of a path; names with other characters are in quotes."""


@dataclass(frozen=True, slots=True)
class Origin:
    """One thing that a value comes from.

    `value`: that of a field or a fact, where the leaf has it in itself, so that it is no secret.
    """

    source: Source
    name: str = ""
    value: Any = None


@dataclass(frozen=True, slots=True)
class Explained:
    """A leaf of a child: where its value comes from, and what the whole child depends on.

    `value` is None for what a Secret holds, and for other credentials. The first of the origins is
    the most specific one.
    """

    child: str
    path: str
    value: Any
    origins: tuple[Origin, ...]
    needs: tuple[Origin, ...]


@dataclass(frozen=True, slots=True)
class Influence:
    """What an input does to a leaf; `breadth` is on how many leaves it has an effect."""

    effect: Effect
    source: Source
    name: str
    value: Any
    breadth: int


def explained(leaf: Leaf, value: Any, influences: Iterable[Influence]) -> Explained:
    """Return what is known of a leaf with a value."""
    child, path = leaf
    shown = _shown(child, path, value)
    ranked = sorted(influences, key=lambda influence: _rank(influence, path, shown))
    close = [
        _origin(influence, shown) for influence in ranked if influence.effect is not Effect.CHILD
    ]
    far = [influence for influence in ranked if influence.effect is Effect.CHILD]
    return Explained(
        child,
        path,
        shown,
        origins=tuple(dict.fromkeys(close)) or (Origin(Source.BUILT_IN, value=shown),),
        needs=tuple(_origin(cause, None) for cause in far if cause.source is not Source.RESOURCE),
    )


def _shown(child: str, path: str, value: Any) -> Any:
    """Return the value of a leaf, None where a part of it is hidden."""
    steps = tuple(quoted or plain for quoted, plain in STEPS.findall(path))
    return value if Mask(child.partition("/")[0]).hidden(steps, value) == value else None


def _rank(influence: Influence, path: str, leaf: Any) -> tuple[Any, ...]:
    """Return by what influences are ordered: effect, source, how close they are."""
    return (
        influence.effect,
        ORDER.index(influence.source),
        not _has(leaf, influence.value),
        -_common_end(path, influence.name),
        influence.breadth,
        influence.name,
    )


def _common_end(path: str, name: str) -> int:
    """Return how many steps at the ends of two paths are the same."""
    pairs = zip(*(reversed(STEP.findall(steps)) for steps in (path, name)), strict=False)
    return len([*takewhile(lambda pair: pair[0] == pair[1], pairs)])


def _origin(influence: Influence, leaf: Any) -> Origin:
    value = influence.value
    is_public = influence.source is Source.DEFAULT or isinstance(value, bool)
    is_shown = is_public or _has(leaf, value)
    return Origin(influence.source, influence.name, value if is_shown else None)


def _has(leaf: Any, value: Any) -> bool:
    """Return whether a leaf has a value in itself, as an image has its tag."""
    if leaf is None or isinstance(value, bool | list | dict) or value in (None, ""):
        return False
    return re.search(rf"(?<!\w){re.escape(str(value))}(?!\w)", str(leaf)) is not None
