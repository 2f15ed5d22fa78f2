"""YAML that would take the parser very long, or become a huge value, is left before it does."""

from collections.abc import Iterator
from typing import Any

import pytest
import yaml

from hooks.kube.bounded_yaml import (
    DEEPEST,
    MOST_ALIASES,
    MOST_DIRECTIVES,
    Bounds,
    OutOfBounds,
    check_yaml,
)
from hooks.kube.documents import documents_of
from hooks.kube.yaml_values import NoDocument

BOUNDS = Bounds(longest=1_000_000, most_parts=100_000)
BOMB = "a0: &a0 [x]\n" + "".join(
    f"a{level}: &a{level} [{', '.join([f'*a{level - 1}'] * 9)}]\n" for level in range(1, 30)
)
SOON = {"levels": 3 * DEEPEST, "directives": 0, "aliases": 2 * MOST_ALIASES, "characters": 0}
"""Events that the parser yields until there is too much of something, at most."""


@pytest.fixture(name="events")
def _events(monkeypatch: pytest.MonkeyPatch) -> list[Any]:
    """Return what the parser has yielded."""
    seen: list[Any] = []
    parse = yaml.parse

    def noting(*arguments: Any, **options: Any) -> Iterator[Any]:
        for event in parse(*arguments, **options):
            seen.append(event)
            yield event

    monkeypatch.setattr(yaml, "parse", noting)
    return seen


@pytest.mark.parametrize(
    ("text", "what"),
    [
        ("a: " + "[\n" * 100_000, "levels"),
        ("{a: " * 100_000, "levels"),
        ("- " * 100_000, "levels"),
        ("? " * 100_000, "levels"),
        ("".join(f"%TAG !{index}! b\n" for index in range(50_000)) + "--- 1\n", "directives"),
        ("\ufeff" + "%YAML 1.1\r" * 50_000, "directives"),
        ("a: &a 1\nb: [" + "*a, " * 50_000 + "]", "aliases"),
        (BOMB, "parts"),
        ("- a\n" * 150_000, "parts"),
        ("---\n" * 150_000, "parts"),
        ("#" * 1_000_001, "characters"),
    ],
    ids=lambda given: given[:12].strip() if isinstance(given, str) else None,
)
def test_too_much_is_left_soon(text: str, what: str, events: list[Any]) -> None:
    with pytest.raises(OutOfBounds, match=f"more than [0-9,]+ {what}"):
        check_yaml(text, BOUNDS)

    assert len(events) <= SOON.get(what, 2 * BOUNDS.most_parts)


@pytest.mark.parametrize("text", ["[" * 100_000, "a: " + "{" * 100_000])
def test_levels_in_one_line_are_left_as_soon(text: str, events: list[Any]) -> None:
    """Newer versions of libyaml give up themselves, before they say what they have found."""
    with pytest.raises(yaml.YAMLError):
        check_yaml(text, BOUNDS)

    assert len(events) <= SOON["levels"]


@pytest.mark.parametrize(
    "text",
    [
        "[" * DEEPEST + "]" * DEEPEST,
        "".join("  " * level + "a:\n" for level in range(DEEPEST)),
        "a: &a {b: 1}\nc: [" + "*a, " * MOST_ALIASES + "]",
        "a: '%'\nb: |\n  %\n  %\n" + "# %\n" * 100,
        "",
    ],
)
def test_what_is_within_the_bounds_is_taken(text: str) -> None:
    check_yaml(text, BOUNDS)

    found = [document.value for document in documents_of(text, BOUNDS)]
    assert found == list(yaml.load_all(text, Loader=yaml.CSafeLoader))


def test_some_directives_are_taken() -> None:
    text = "%TAG !a! b\n---\n" * MOST_DIRECTIVES
    check_yaml(text, BOUNDS)

    with pytest.raises(OutOfBounds):
        check_yaml(text + "%TAG !a! b\n---\n", BOUNDS)


@pytest.mark.parametrize("text", ["a: *a", "a: &a [*a]", "--- &a 1\n--- *a\n", "a: [", "*a"])
def test_what_is_no_yaml_or_without_end_is_an_error_of_yaml(text: str) -> None:
    with pytest.raises(yaml.YAMLError):
        check_yaml(text, BOUNDS)
    with pytest.raises(NoDocument):
        list(documents_of(text, BOUNDS))


def lists_in_lists(levels: int) -> str:
    """Return a list with lists that are inside one another by aliases alone."""
    return "- &a0 []\n" + "".join(
        f"- &a{level} [*a{level - 1}]\n" for level in range(1, levels - 1)
    )


def test_levels_that_aliases_add_up_to_count() -> None:
    assert len(list(documents_of(lists_in_lists(DEEPEST), BOUNDS))) == 1
    with pytest.raises(OutOfBounds, match="levels"):
        list(documents_of(lists_in_lists(DEEPEST + 1), BOUNDS))


@pytest.mark.parametrize(
    ("text", "parts"),
    [("a: [b, c]", 6), ("a: &a [b, c]\nd: *a", 10), ("a: &a [b, c]\nd: &d [*a, *a]\ne: *d", 22)],
)
def test_an_alias_counts_as_all_that_it_stands_for(text: str, parts: int) -> None:
    check_yaml(text, Bounds(100, parts))

    with pytest.raises(OutOfBounds):
        check_yaml(text, Bounds(100, parts - 1))
