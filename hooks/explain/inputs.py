"""What a value of a child may come from, each with ways to change it."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, TypeAlias

from hooks.explain.children import Situation

Ways: TypeAlias = Callable[[Situation], Iterator[Situation]]
"""Yields situations in which one thing is another one; the first with any effect counts."""

FEW, MANY = 2, 6
"""How many of these are tried at most."""


class Source(StrEnum):
    """Where a value of a child comes from, the most specific source first."""

    OVERRIDE = "override"
    """A patch in `spec.overrides`."""
    OBSERVED = "observed"
    """The observed child has the value, and it is retained."""
    RELATED = "related"
    """An object that is not a child, such as a Secret."""
    FIELD = "field"
    """A field that is given in the resource."""
    FACT = "fact"
    """A fact about the cluster or the installation."""
    DEFAULT = "default"
    """A field that is not given in the resource."""
    REMEMBERED = "remembered"
    """An observed child that has another value, from which this one follows."""
    RESOURCE = "resource"
    """The name, namespace or uid of the resource."""
    BUILT_IN = "built in"
    """A constant of the service."""


@dataclass(frozen=True, slots=True)
class Input:
    """Something that children are made from.

    `name`: a path in the resource, an object, or a fact; never a value. `ways`: each is tried, as
    one leads to another value and one to none. `value`: that of a field or a fact. `most`: how
    many other values are tried. `anew`: whether the observed children belong to the resource by
    it, so that it is changed without them.
    """

    source: Source
    name: str
    ways: tuple[Ways, ...]
    value: Any = None
    most: int = MANY
    anew: bool = False


@dataclass(frozen=True, slots=True)
class Inputs:
    """All of them, and what was put together because there is too much of it."""

    single: tuple[Input, ...]
    together: tuple[str, ...] = ()
