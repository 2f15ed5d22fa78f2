"""How the API server stores the fields of a type: the building blocks of `canonical`."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial
from typing import Any, TypeAlias, overload

from hooks.errors import QUANTITY, InvalidResource, Problem
from hooks.kube.objects import Obj
from hooks.kube.quantities import InvalidQuantity, canonical_amount, canonical_quantity

_BEYOND_INTEGERS = 2**63
"""Numbers from here on do not fit into integers of the server, nor of our JSON."""

Rule: TypeAlias = Callable[[Any, str], Any]
"""Takes a value as written and the path of its field, returns the value as stored."""


@dataclass(frozen=True, slots=True)
class Shape:
    """What the API server does with the fields of one type, alone or in a list.

    `zero_dropped`: not stored when zero. `rules`: fields that are more than a plain value.
    `defaults`: stored if the field is not given.
    """

    zero_dropped: frozenset[str]
    rules: Mapping[str, Rule]
    defaults: Mapping[str, Callable[[], Any]]

    @overload
    def __call__(self, value: Obj, path: str) -> Obj: ...
    @overload
    def __call__(self, value: list[Obj], path: str) -> list[Obj]: ...
    @overload
    def __call__(self, value: object, path: str) -> Any: ...
    def __call__(self, value: Any, path: str) -> Any:
        """Return the value as stored; if it is neither an object nor a list, it stays as it is."""
        if isinstance(value, list):
            return [self(item, f"{path}[{index}]") for index, item in enumerate(value)]
        if not isinstance(value, dict):
            return value
        stored = {}
        for name, field in value.items():
            if field is None:
                continue
            rule = self.rules.get(name)
            part = _plain(field) if rule is None else rule(field, f"{path}.{name}")
            if part or name not in self.zero_dropped:
                stored[name] = part
        for name, make_default in self.defaults.items():
            if name not in stored:
                stored[name] = make_default()
        return stored


def shape(
    zero_dropped: str = "",
    *,
    defaults: Mapping[str, Callable[[], Any]] | None = None,
    **rules: Rule,
) -> Shape:
    """Return a shape; `zero_dropped` is a list of names, separated by spaces."""
    return Shape(frozenset(zero_dropped.split()), rules, defaults or {})


def constants(**values: Any) -> Mapping[str, Callable[[], Any]]:
    """Return defaults that are plain values."""
    return {name: partial(_plain, value) for name, value in values.items()}


def _plain(value: Any) -> Any:
    """Return a whole number as an integer: the server rejects `1.0` where it expects one."""
    if isinstance(value, float) and value.is_integer() and abs(value) < _BEYOND_INTEGERS:
        return int(value)
    return value


def quantity(value: Any, path: str) -> str:
    """Return a quantity as stored; raises InvalidResource with the field's path if invalid."""
    return _spelled(canonical_quantity, value, path)


@overload
def amounts(value: Obj, path: str) -> dict[str, str]: ...
@overload
def amounts(value: object, path: str) -> Any: ...
def amounts(value: Any, path: str) -> Any:
    """Return a list of resources (`limits`, `requests`) by name as stored.

    Raises InvalidResource, with the field's path, for a value that is not a quantity.
    """
    if not isinstance(value, dict):
        return value
    return {
        name: _spelled(canonical_amount, amount, f"{path}.{name}") for name, amount in value.items()
    }


def texts(value: Any, path: str) -> Any:  # noqa: ARG001
    """Return a map of strings as stored, in which null becomes the empty string."""
    if not isinstance(value, dict):
        return value
    return {name: "" if text is None else text for name, text in value.items()}


def _spelled(canonical: Callable[[Any], str], value: Any, path: str) -> str:
    try:
        return canonical(value)
    except InvalidQuantity as error:
        raise InvalidResource((Problem(path, str(error), QUANTITY),)) from None
