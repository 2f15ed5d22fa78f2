"""Specs with one to three mistakes in the parts of pods that are passed through to Kubernetes.

Where a mistake can be made, and of which kind, comes from the schema of the resource; none of it
knows what the service checks. The same seed makes the same specs.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from random import Random
from typing import Any, Final, TypeAlias

from hooks.generate.crd.definition import schema
from hooks.generate.crd.kubernetes_types import IS_INT_OR_STRING
from hooks.kube.objects import Obj
from tests.support.pod_places import IN_ZONES, ZONES, Part, parts, spec_with
from tests.support.resources import agent

Path: TypeAlias = tuple[str | int, ...]

MISSING, NULL, EMPTY, CASE, NAME, RANGE, TYPE, UNKNOWN, EXCLUSIVE, KEY, TWICE = (
    "missing", "null", "empty", "case", "name", "range", "type", "unknown", "exclusive", "key",
    "twice",
)  # fmt: skip
"""The kinds of mistakes."""

MOST_MISTAKES: Final = 3
OF_TYPES: Final = 0.15
"""How often a value of another type is wanted, which schemas see to: of many kinds it is one."""
LARGEST_INT32: Final = 2**31 - 1
ODD_NAMES: Final = (
    "", " ", "A B", "UPPER", "a_b", "-a", "a-", ".a", "..", "../a", "/a", "a/../b", "a/b/c", "/",
    "a=b", "a:b", "ä", "a" * 64, "a" * 254, "x/" + "a" * 64, "1", "0", "-1", "1.5", "5%", "true",
    "a.b", "ab--c", "Always", "example.com/a", "EXAMPLE.com/A", "a\n", "metadata.labels", "..a",
)  # fmt: skip
ODD_NUMBERS: Final = (
    -(2**31) - 1, -1, 0, 1, 2, 101, 256, 512, 599, 1000, 65535, 65536, LARGEST_INT32,
    LARGEST_INT32 + 1, 2**32 + 1,
)  # fmt: skip
OF_EACH_TYPE: Final[tuple[Any, ...]] = ("a", 1, True, [], {})
TEXTS: Final = {
    "kind": "PersistentVolumeClaim", "mountPath": "/b", "operator": "Exists", "path": "/a",
    "storage": "1Gi",
}  # fmt: skip
"""Texts that are right in a field of that name; elsewhere it is `a`."""


@dataclass(frozen=True, slots=True)
class Mistake:
    """One mistake: the field that it is in, without positions in lists, and its kind."""

    field: str
    kind: str


@dataclass(frozen=True, slots=True)
class Mistaken:
    """A spec, and the mistakes that were made in it; what is left may be right nevertheless."""

    spec: Obj
    mistakes: tuple[Mistake, ...]

    @property
    def resource(self) -> Obj:
        """Return the smallest resource with that spec."""
        return agent(self.spec)


def mistaken_specs(count: int, seed: int) -> Iterator[Mistaken]:
    """Yield as many specs with mistakes, in each field about as often as in others."""
    random = Random(seed)
    everything = parts()
    weights = [_count_of_fields(part) for part in everything]
    for part in random.choices(everything, weights, k=count):
        yield _mistaken(random, part)


def _count_of_fields(part: Part) -> int:
    of = _schema_at(part.place)
    return len({_field(path, of) for sample in part.samples for path in _paths(sample)})


def _mistaken(random: Random, part: Part) -> Mistaken:
    value = random.choice(part.samples)
    found: list[Mistake] = []
    for _ in range(random.choice((1, 1, 2, MOST_MISTAKES))):
        of = _schema_at(part.place)
        path = _any_path(random, value, of)
        value, kind = _with_mistake(random, value, path, of)
        found.append(Mistake(part.name + _field(path, of), kind))
    return Mistaken(spec_with(part, value), tuple(found))


def _any_path(random: Random, value: Any, of: Obj) -> Path:
    """Return the path of some value: each field has the same chance, however often it is there."""
    by_field: dict[str, list[Path]] = {}
    for path in _paths(value):
        by_field.setdefault(_field(path, of), []).append(path)
    if len(by_field) > 1:
        del by_field[""]
    return random.choice(by_field[random.choice(sorted(by_field))])


def _paths(value: Any, path: Path = ()) -> Iterator[Path]:
    yield path
    for step, below in _parts_of(value):
        yield from _paths(below, (*path, step))


def _parts_of(value: Any) -> list[tuple[str | int, Any]]:
    if isinstance(value, dict):
        return list(value.items())
    return list(enumerate(value)) if isinstance(value, list) else []


def _field(path: Path, of: Obj) -> str:
    """Return a path without positions in lists, and without names of entries of maps."""
    written = ""
    for step in path:
        if isinstance(step, int):
            written += "[]"
        else:
            written += f".{step}" if step in of.get("properties", {step: {}}) else "{}"
        of = _schema_below(of, (step,))
    return written


def _with_mistake(random: Random, value: Any, path: Path, of: Obj) -> tuple[Any, str]:
    """Return the value with a mistake at the path, and its kind."""
    below = _schema_below(of, path)
    at = _value_at(value, path)
    choices = [*_changes(random, at, below)]
    if path:
        holder = _value_at(value, path[:-1])
        in_object = [(MISSING, None), (NULL, None)]
        choices += in_object if isinstance(holder, dict) else [(TWICE, None)]
    if len(choices) > 1 and random.random() > OF_TYPES:
        choices = [each for each in choices if each[0] != TYPE]
    kind, changed = random.choice(choices)
    if kind == MISSING:
        return _without(value, path), kind
    if kind == TWICE:
        return _doubled(value, path), kind
    return _replaced(value, path, changed), kind


def _changes(random: Random, value: Any, of: Obj) -> Iterator[tuple[str, Any]]:
    """Yield what can be put in the place of a value, one of each kind of mistake."""
    others: list[Any] = [each for each in OF_EACH_TYPE if type(each) is not type(value)]
    yield TYPE, random.choice(others)
    if isinstance(value, bool):
        return
    if isinstance(value, int):
        yield RANGE, random.choice(ODD_NUMBERS)
    elif isinstance(value, str):
        yield from _of_text(random, value, of)
    elif isinstance(value, list):
        yield EMPTY, []
    elif isinstance(value, dict):
        yield EMPTY, {}
        yield from _of_object(random, value, of)


def _of_text(random: Random, value: str, of: Obj) -> Iterator[tuple[str, Any]]:
    yield EMPTY, ""
    yield NAME, random.choice(ODD_NAMES)
    cases = {value.lower(), value.upper(), value.swapcase(), value[:1].lower() + value[1:]}
    if cases := cases - {value}:
        yield CASE, random.choice(sorted(cases))
    if IS_INT_OR_STRING in of:
        yield RANGE, random.choice(ODD_NUMBERS)


def _of_object(random: Random, value: Obj, of: Obj) -> Iterator[tuple[str, Any]]:
    properties: Obj = of.get("properties", {})
    names = sorted(value)
    if not properties and names:
        name = random.choice(names)
        renamed = {each: part for each, part in value.items() if each != name}
        yield KEY, renamed | {random.choice(ODD_NAMES): value[name]}
        return
    if names:
        name = random.choice(names)
        rest = {each: part for each, part in value.items() if each != name}
        yield UNKNOWN, rest | {_misspelt(name): value[name]}
    if further := sorted(properties.keys() - value.keys()):
        name = random.choice(further)
        yield EXCLUSIVE, value | {name: example_of(properties[name], name)}


def _misspelt(name: str) -> str:
    return name[:-1] if len(name) > 1 else f"{name}s"


def example_of(of: Obj, name: str = "") -> Any:
    """Return a value of a schema, as small as it can be."""
    if IS_INT_OR_STRING in of:
        return TEXTS.get(name, "1")
    match of.get("type"):
        case "object":
            required = of.get("required", ())
            fields: Obj = of.get("properties", {})
            return {each: example_of(fields[each], each) for each in required}
        case "array":
            return [example_of(of["items"], name)]
        case "integer":
            return 1
        case "boolean":
            return True
    return TEXTS.get(name, "a")


def _schema_at(place: tuple[str, ...]) -> Obj:
    spec: Obj = schema()["properties"]["spec"]
    if place[0] == IN_ZONES:
        return _schema_below(spec, (ZONES, 0, *place[1:]))
    return _schema_below(spec, place)


def _schema_below(of: Obj, path: Path) -> Obj:
    """Return the schema at a path; an empty one where it has none."""
    for step in path:
        if isinstance(step, int):
            of = of.get("items", {})
        else:
            of = of.get("properties", {}).get(step) or of.get("additionalProperties") or {}
    return of


def _value_at(value: Any, path: Path) -> Any:
    for step in path:
        value = value[step]
    return value


def _replaced(value: Any, path: Path, changed: Any) -> Any:
    if not path:
        return changed
    step, rest = path[0], path[1:]
    copied = value.copy()
    copied[step] = _replaced(value[step], rest, changed)
    return copied


def _without(value: Any, path: Path) -> Any:
    holder = dict(_value_at(value, path[:-1]))
    del holder[path[-1]]
    return _replaced(value, path[:-1], holder)


def _doubled(value: Any, path: Path) -> Any:
    holder = _value_at(value, path[:-1])
    return _replaced(value, path[:-1], [*holder, holder[path[-1]]])
