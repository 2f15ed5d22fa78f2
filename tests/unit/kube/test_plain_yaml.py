from typing import Any

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from hooks.kube.plain_yaml import LONGEST_LINE, PlainDumper, as_yaml, canonical_yaml

LOOKS_LIKE_ANOTHER_TYPE = [
    "2e3", "1E5", "+1", ".5", "5.", "0x1f", "0o17", "1_000", "007", "y", "N", "yes", "off",
    "true", "null", "~", "", "1.0", "2026-01-01", "1:30",
]  # fmt: skip


@pytest.mark.parametrize("text", LOOKS_LIKE_ANOTHER_TYPE)
def test_string_that_looks_like_another_type_is_quoted(text: str) -> None:
    assert as_yaml([{"value": text}]) == f"---\nvalue: '{text}'\n"


@pytest.mark.parametrize("text", ["abc", "1.2.3", "e3", "year", "500m", "10.0.0.1", "a_1"])
def test_other_string_is_written_as_it_is(text: str) -> None:
    assert as_yaml([{"value": text}]) == f"---\nvalue: {text}\n"


def test_same_value_twice_is_written_out_twice() -> None:
    shared = {"a": 1}

    assert as_yaml([{"one": shared, "two": shared}]) == "---\none:\n  a: 1\ntwo:\n  a: 1\n"


def test_documents_come_back_as_they_were() -> None:
    documents = [{"kind": "A", "text": "é\nb\n"}, {"kind": "B", "list": [1, True, None, 1.5]}]

    assert list(yaml.safe_load_all(as_yaml(documents))) == documents


JSON_VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(),
    lambda parts: st.lists(parts, max_size=4) | st.dictionaries(st.text(), parts, max_size=4),
    max_leaves=12,
)


@given(JSON_VALUES)
def test_the_one_text_is_that_of_the_library(value: Any) -> None:
    written = yaml.dump(
        value, Dumper=PlainDumper, allow_unicode=True, default_flow_style=False, width=LONGEST_LINE
    )

    assert canonical_yaml(value) == written


def test_values_that_are_equal_are_written_each_as_it_is() -> None:
    assert canonical_yaml([0.0, -0.0, 1, True, 1.0, "1", "true"]) == (
        "- 0.0\n- -0.0\n- 1\n- true\n- 1.0\n- '1'\n- 'true'\n"
    )
