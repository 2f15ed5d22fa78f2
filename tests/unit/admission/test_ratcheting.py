"""The value that a problem is about, by its path, in which anybody may have written a name."""

from typing import Any

import pytest

from hooks.admission import ratcheting
from hooks.admission.ratcheting import STEP, introduced
from hooks.errors import Problem

DIGITS = "9" * 5000
RESOURCE: dict[str, Any] = {"spec": {"items": [{"name": "a"}, {"name": "b"}], "map": {"x.y": 1}}}


def is_introduced(path: str, old: dict[str, Any]) -> bool:
    problem = (Problem(path, "is wrong", "rule"),)
    return bool(introduced(problem, RESOURCE, problem, old))


@pytest.mark.parametrize("path", ["spec.items[1].name", "spec.map[x.y]", 'spec.map["x.y"]'])
def test_the_value_at_the_path_counts(path: str) -> None:
    assert not is_introduced(path, RESOURCE)
    assert is_introduced(path, {"spec": {}})


@pytest.mark.parametrize("path", [f"spec.items[{DIGITS}]", "spec.items[7]", "spec.items[\u0663]"])
def test_what_is_no_place_in_a_list_has_no_value(path: str) -> None:
    assert not is_introduced(path, {"spec": {}})


def test_each_bracket_is_looked_at_once() -> None:
    assert STEP.findall("a[b[c].d") == [("", "a"), ("", "b"), ("c", ""), ("", "d")]
    assert STEP.match("[" * 3 + "]") is None


def test_the_way_to_a_list_is_gone_once_for_all_of_its_items(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    asked: list[str] = []
    below = ratcheting._below

    def counted(value: Any, path: str) -> Any:
        asked.append(path)
        return below(value, path)

    monkeypatch.setattr(ratcheting, "_below", counted)
    problems = tuple(Problem(f"spec.items[{at}].name", "is wrong", "rule") for at in range(2))

    assert introduced(problems, RESOURCE, problems[:1], RESOURCE) == problems[1:]
    assert asked.count("spec.items") == 2
    assert asked.count("[0].name") == 2
