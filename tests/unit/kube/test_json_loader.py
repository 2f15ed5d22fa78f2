"""Files are read as kubectl reads them: into what JSON can say, or not at all."""

from typing import Any

import pytest
import yaml

from hooks.kube.bounded_yaml import Bounds, OutOfBounds, documents_of

BOUNDS = Bounds(longest=1_000_000, most_parts=100_000)
OF_NO_TYPE = (
    *("!!int abc", '!!int ""', "!!int 0x", "!!int -", "0x_", "!!int _", "9" * 5000),
    *("!!float x", '!!float ""', "!!bool foo", "0x" + "f" * 5000, "!!timestamp x"),
)
NO_JSON = (
    *("!!timestamp 2001-01-01", "!!binary YQ==", "!!set {a: 1}", "!!omap [a: 1]"),
    *("!!pairs [a: 1]", ".inf", "-.INF", ".nan", "1.0e+400", "!unknown x"),
    *("{null: 1}", "{[1]: 2}", "? {a: 1}\n  : 1"),
)


def read(value: str) -> Any:
    (document,) = documents_of(f"a:\n  {value}\n", BOUNDS)
    return document["a"]


@pytest.mark.parametrize("value", OF_NO_TYPE + NO_JSON, ids=lambda value: value[:20])
def test_what_no_json_can_say_is_an_error_of_yaml(value: str) -> None:
    with pytest.raises(yaml.YAMLError) as error:
        read(value)

    assert not isinstance(error.value, OutOfBounds)


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("2001-01-01", "2001-01-01"),
        ("2001-99-99", "2001-99-99"),
        ("2001-01-01T00:00:00Z", "2001-01-01T00:00:00Z"),
        ("=", "="),
        ("{8080: a, 1.5: b, true: c}", {"8080": "a", "1.5": "b", "true": "c"}),
        ("{<<: {b: 1}, c: 2}", {"b": 1, "c": 2}),
        (str(2**64 - 1), 2**64 - 1),
        (str(-(2**63)), -(2**63)),
        (str(2**64), float(2**64)),
        ("1.5", 1.5),
        ("~", None),
    ],
)
def test_values_are_those_of_kubectl(value: str, expected: object) -> None:
    found = read(value)

    assert found == expected
    assert type(found) is type(expected)
