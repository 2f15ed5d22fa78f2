"""Specs with mistakes that only rules see: each value has the type that its field wants."""

from collections.abc import Iterator
from typing import Any

from hypothesis import strategies as st

from hooks.kube.objects import Obj
from tests.property.specs import TEXTS, Path, paths, replaced, without
from tests.support.resources import agent, merged
from tests.support.rules import FURTHER_WARNINGS
from tests.support.verdicts import examples

SMALLEST: Obj = agent()["spec"]
DIFFERENCES: list[Obj] = [
    *(each for case in examples() if not case.rule.on_create for each in (case.bad, case.good)),
    *(spec for _, spec, _ in FURTHER_WARNINGS),
]
"""The examples of all rules, at all places of each."""


def _values(value: Any) -> Iterator[Any]:
    yield value
    if isinstance(value, dict | list):
        for part in value.values() if isinstance(value, dict) else value:
            yield from _values(part)


def _in_examples(of: type) -> list[Any]:
    return sorted({each for each in _values(DIFFERENCES) if type(each) is of})


ODD_TEXTS = st.one_of(
    st.sampled_from(_in_examples(str)),
    st.sampled_from(
        [
            "", " ", "\n", "a\n", "\v", "\x00", "\x85", "\u00a0", "\u2028", "ä✓", "-", "0", "-1",
            "00443", "٣", "+1", "1 ", "65536", "5%", "0%", "00%", "100%", "101%", "0s", "0h", "1h",
            "999999h", "1h0m1s", "-1h", "1e3", "-1Ki", "-0", "0.5", "0m", "1Gi", "x" * 63, "x" * 64,
            "a/b", "/", "//a", "/..", "a/../b", "a:b", "a@b", "::1", "[::1]", "eA==\n", "e A = =",
            "latest", "Exists", "NoExecute", "Off", "PodLabel", "None", "Ephemeral",
        ]
    ),
    TEXTS,
)  # fmt: skip
NUMBERS = st.one_of(
    st.sampled_from([*_in_examples(int), 3, 4317, 4318, 55680, 65535, 65536, 2**31 - 1, 2**31]),
    st.integers(-(2**63), 2**63 - 1),
)


@st.composite
def mistaken_specs(draw: st.DrawFn) -> Obj:
    """Draw a spec of the right types, whether or not it can be carried out."""
    return _mistaken(draw, SMALLEST)


@st.composite
def changes(draw: st.DrawFn) -> tuple[Obj, Obj]:
    """Draw a spec as it was, and what becomes of it."""
    before = _mistaken(draw, SMALLEST)
    return before, _mistaken(draw, before)


def _mistaken(draw: st.DrawFn, spec: Obj) -> Obj:
    changed: Any = spec
    for difference in draw(st.lists(st.sampled_from(DIFFERENCES), min_size=1, max_size=3)):
        changed = merged(changed, difference)
    for _ in range(draw(st.integers(0, 4))):
        own = _own_paths(changed)
        changed = _otherwise(draw, changed, draw(st.sampled_from(own))) if own else changed
    return dict(changed)


def _own_paths(spec: Obj) -> list[Path]:
    """Return the paths of what is not in every spec."""
    everywhere = {*paths(SMALLEST)}
    return [path for path in paths(spec) if path not in everywhere]


def _otherwise(draw: st.DrawFn, spec: Obj, path: Path) -> Any:
    """Return the spec with something else at a path, or nothing."""
    value = draw(_alike(_at(spec, path)))
    return without(spec, path) if value is None else replaced(spec, path, value)


def _at(value: Any, path: Path) -> Any:
    for step in path:
        value = value[step]
    return value


def _alike(value: Any) -> st.SearchStrategy[Any]:
    """Draw another value of the same type, or none at all."""
    if isinstance(value, bool):
        return st.none() | st.booleans()
    if isinstance(value, str):
        return st.none() | ODD_TEXTS
    if isinstance(value, int):
        return st.none() | NUMBERS
    if isinstance(value, list):
        return st.sampled_from([None, [], [*value, *value[:1]], value[1:]])
    return st.sampled_from([None, {}])
