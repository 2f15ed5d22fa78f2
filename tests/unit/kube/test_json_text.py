"""A text that begins with `{` is JSON, as it is for kubectl, or else YAML."""

import json
from typing import Any

import pytest
import yaml

from hooks.kube.bounded_yaml import DEEPEST, Bounds
from hooks.kube.documents import documents_of
from hooks.kube.json_text import TOKEN, json_stream
from hooks.kube.places import Mark
from hooks.kube.yaml_values import NoDocument

BOUNDS = Bounds(longest=1_000_000, most_parts=100_000)
LONG = "k" * 2_000


def read(text: str) -> list[Any]:
    return [document.value for document in documents_of(text, BOUNDS)]


def values(text: str, levels: int = DEEPEST, most_parts: int = BOUNDS.most_parts) -> list[Any]:
    """Return what a text is as far as it is JSON."""
    return [document.value for document in json_stream(text, levels, most_parts).documents]


@pytest.mark.parametrize(
    "value",
    [
        {"face": "\U0001f600"},
        {LONG: 1},
        {"a": ["\x7f\x85\u2028", None, True, False, -1, 1.5, {}, []]},
        {"\\ud83d": "\\\\ud83d", "quote": '\\"{['},
    ],
    ids=["a character in two halves", "a long key", "values", "no halves"],
)
@pytest.mark.parametrize("is_ascii", [True, False])
def test_json_is_read_as_it_was_written(value: Any, is_ascii: bool) -> None:  # noqa: FBT001
    text = json.dumps(value, ensure_ascii=is_ascii)

    assert read(text) == [value]
    assert read(f" \n\t{text}\n\n") == [value]
    assert read(json.dumps(value, ensure_ascii=is_ascii, indent="\t")) == [value]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("1e3", 1000),
        ("1.0", 1),
        ("-0", 0),
        ("1e19", 1e19),
        (str(2**63 - 1), 2**63 - 1),
        (str(2**63), float(2**63)),
        (str(-(2**63)), -(2**63)),
        (str(2**64), float(2**64)),
        ("1" * 300, float("1" * 300)),
        (r'"\ud83d"', "\ufffd"),
        (r'"\ud83d\ud83d\ude00"', "\ufffd\U0001f600"),
        (r'"\ude00\ud83da\u0041"', "\ufffd\ufffdaA"),
    ],
)
def test_values_are_those_of_kubectl(text: str, expected: object) -> None:
    (document,) = read(f'{{"{LONG}": 0, "n": {text}}}')

    assert document["n"] == expected
    assert type(document["n"]) is type(expected)


@pytest.mark.parametrize("between", ["", " ", "\n", "\r\n"], ids=repr)
def test_documents_may_follow_one_another(between: str) -> None:
    documents = [{"a": "\U0001f600"}, {LONG: 2}, {}]

    assert read(between.join(map(json.dumps, documents)) + between) == documents


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("{a: 1}", [{"a": 1}]),
        ('{"a": y, b: [c,]} # [[[', [{"a": True, "b": ["c"]}]),
        ("{}\n---\na: y\n", [{}, {"a": True}]),
        ('{"a": 1}\n--- # more\n{"a": y}', [{"a": 1}, {"a": True}]),
        ('{"a": 1} b: 2', [{"a": 1}, {"b": 2}]),
        ("{} # nothing\n--- # more\n{a: '\"'}\n...\n", [{}, None, {"a": '"'}]),
        ("{a: 1} # " + "[" * 2 * DEEPEST, [{"a": 1}]),
        ("{a: 1} # " + ", ," * BOUNDS.most_parts, [{"a": 1}]),
        ('["a"]', [["a"]]),
    ],
)
def test_what_is_no_json_is_yaml(text: str, expected: list[Any]) -> None:
    assert read(text) == expected


@pytest.mark.parametrize("value", ["NaN", "Infinity", "-Infinity", '"\\x"'])
def test_what_json_does_not_know_is_left_to_yaml(value: str) -> None:
    assert values(f'{{"a": {value}}}') == []


@pytest.mark.parametrize("value", ["1e400", "-1e400", "9" * 5000])
def test_a_number_beyond_all_floats_is_refused(value: str) -> None:
    with pytest.raises(NoDocument, match="infinite") as error:
        read(f'{{"1e400": 1}}\n{{"a": {{"1e400": [1,\n {value}]}}}}')

    assert error.value.mark == Mark(3, 2)


@pytest.mark.parametrize(
    "text",
    [
        *('{"a": 1', '{"a": 1}}', f'{{"{LONG}": 1,}}', '{"a": "', '{"\\', '{"a" 1}'),
        *("{} {} a: 1", "{}{}\n---\na: 1", '{}\n---\n{"a": "\\ud83d\\ude00"}'),
    ],
)
def test_what_is_neither_is_refused(text: str) -> None:
    with pytest.raises(NoDocument):
        read(text)


@pytest.mark.parametrize(
    ("text", "what"),
    [
        ('{"a":' * (DEEPEST + 1) + "1" + "}" * (DEEPEST + 1), "more than [0-9,]+ levels"),
        ('{"a": ' + "[" * 100_000 + "]" * 100_000 + "}", "."),
        ('{"a": [' + ",".join("1" * 99_999) + "]}", "more than [0-9,]+ parts"),
        ('{"a": [' + ",".join(["[]"] * 99_999) + "]}", "more than [0-9,]+ parts"),
        ('{"a": "' + "x" * 1_000_000 + '"}', "more than [0-9,]+ characters"),
    ],
    ids=lambda given: given[-9:],
)
def test_nothing_is_made_of_too_much(text: str, what: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("hooks.kube.json_text.DECODER", None)

    with pytest.raises(yaml.YAMLError, match=what):
        read(text)


def test_as_much_is_taken_as_of_yaml() -> None:
    text = '{"a": [1, "b", {}]}\n{}'

    assert values(text, levels=3, most_parts=9) == [{"a": [1, "b", {}]}, {}]
    assert values(text, levels=2, most_parts=9) == []
    assert values(text, levels=3, most_parts=8) == []


def test_a_text_without_an_end_is_looked_at_once() -> None:
    text = '{"' + '\\"' * 10_000

    assert [token.span() for token in TOKEN.finditer(text)] == [(0, 1), (1, len(text))]
