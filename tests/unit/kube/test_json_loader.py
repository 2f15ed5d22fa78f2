"""Files are read as kubectl reads them: into what JSON can say, or not at all."""

from typing import Any

import pytest
import yaml

from hooks.kube.bounded_yaml import Bounds, OutOfBounds, documents_of

BOUNDS = Bounds(longest=1_000_000, most_parts=100_000)
OF_NO_TYPE = (
    *("!!int abc", '!!int ""', "!!int 0x", "!!int -", "!!int 0x_", "!!int _", "9" * 5000),
    *("!!float x", '!!float ""', "!!bool foo", "0x" + "f" * 5000, "!!timestamp x"),
)
NO_JSON = (
    *("!!timestamp 2001-01-01", "!!binary YQ==", "!!set {a: 1}", "!!omap [a: 1]"),
    *("!!pairs [a: 1]", ".inf", "-.INF", ".nan", "1.0e+400"),
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
        *((value, True) for value in ("y", "Y", "yes", "on", "ON", "true")),
        *((value, False) for value in ("n", "N", "no", "off", "False")),
        *((value, value) for value in ("12:30", "1:30:00", "yEs", "Yy", "_1", "1e", "0x", "0x_")),
        *((value, value) for value in ("0b2", "0xg", "1.2.3", "+", ".", "..5", "tRue", "null1")),
        *(("08", 8), ("0o17", 15), ("017", 15), ("0b11", 3), ("0x1F", 31), ("-0x1f", -31)),
        *(
            ("1e3", 1000),
            ("1e19", 1e19),
            ("1_000", 1000),
            ("+12", 12),
            ("1_0.5", 10.5),
            (".5", 0.5),
        ),
        *(("5.", 5), ("1.0", 1), ("-1.5E-2", -0.015), ("0", 0), ("-0", 0), ("089.5", 89.5)),
        *(("!!int 7", 7), ("!!float 7", 7), ("!!str 7", "7"), ("!!bool y", True)),
        *(("'y'", "y"), ('"12"', "12")),
        *(("!other x", "x"), ("!other 12", "12"), ("!!other ~", "~")),
        *(("!other {a: 1}", {"a": 1}), ("!other [a, 1]", ["a", 1])),
    ],
)
def test_values_are_those_of_kubectl(value: str, expected: object) -> None:
    found = read(value)

    assert found == expected
    assert type(found) is type(expected)
