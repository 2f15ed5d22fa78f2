"""What YAML is as a whole, and in which lines it has a key again."""

import pytest
import yaml

from hooks.kube.yaml_shape import is_mapping, lines_of_repeated_keys


@pytest.mark.parametrize(
    "text",
    ["", "# nothing\n", "---\n", "~", "null", "a: 1", "{}", "? a", "&x {a: *x}", "--- !!map\na: 1"],
)
def test_it_is_a_mapping_or_nothing(text: str) -> None:
    assert is_mapping(text)


@pytest.mark.parametrize("text", ["a", "'null'", "''", "- a: 1", "[]", "7", "two\nlines", "a:1"])
def test_it_is_something_else(text: str) -> None:
    assert not is_mapping(text)


def test_no_more_is_read_than_shows_it() -> None:
    assert is_mapping("a: 1\nb: [")


@pytest.mark.parametrize(
    ("text", "lines"),
    [
        ("a: 1\nb: 1\n", []),
        ("a: 1\na: 2\n", [2]),
        ("a: 1\n'a': 2\n\na: 3\n", [2, 4]),
        ("a:\n  b: 1\n  b: 2\nb: 3\n", [3]),
        ("a: {b: 1}\nb: {b: 1}\n", []),
        ("- a: 1\n- a: 2\n", []),
        ("- a\n- a\n", []),
        ("a: a\nb: a\n", []),
        ("[a, a]: 1\na: 2\na: 3\n", [3]),
        ("a: 1\n---\na: 2\n", []),
        ("a: &x {b: 1}\nc: *x\na: 2\n", [3]),
        ("a: {<<: {b: 1}, <<: {c: 1}}\n", []),
    ],
)
def test_a_key_that_is_there_already_is_found(text: str, lines: list[int]) -> None:
    assert [*lines_of_repeated_keys(text)] == lines


def test_what_is_no_yaml_is_an_error() -> None:
    with pytest.raises(yaml.YAMLError):
        [*lines_of_repeated_keys("a: [")]
