"""What is nested too deep is cut, and nothing else."""

import json
import sys
from typing import Any

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from hooks.kube.deep_json import without_depths

VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text('"\\[]{}a,: \n'),
    lambda inner: st.lists(inner) | st.dictionaries(st.text('"\\[]{}a'), inner),
)


def cut(value: Any, levels: int) -> Any:
    """Return the value as it should be: what is below the levels is null."""
    if not isinstance(value, dict | list):
        return value
    if levels == 0:
        return None
    if isinstance(value, list):
        return [cut(part, levels - 1) for part in value]
    return {name: cut(part, levels - 1) for name, part in value.items()}


@given(value=VALUES, levels=st.integers(1, 5), indent=st.sampled_from([None, 1]))
def test_it_cuts_what_is_below_the_levels(value: Any, levels: int, indent: int | None) -> None:
    text = json.dumps(value, indent=indent).encode()

    assert json.loads(without_depths(text, levels)) == cut(value, levels)


@given(text=st.binary() | st.text('"\\[]{}a,').map(str.encode))
def test_what_is_no_json_stays_none(text: bytes) -> None:
    assume(not _is_json(text))

    assert not _is_json(without_depths(text, sys.maxsize))


def _is_json(text: bytes) -> bool:
    try:
        json.loads(text)
    except ValueError:
        return False
    return True


@pytest.mark.parametrize(
    ("opening", "closing"), [("[", "]"), ('{"a":', "}"), ('[{"]":"[","b":', "}]"), ("[0,", ",1]")]
)
def test_a_value_of_a_megabyte_is_cut(opening: str, closing: str) -> None:
    count = 500_000 // len(opening)
    text = f'{{"good": [1], "bad": {opening * count}0{closing * count}, "last": 2}}'.encode()
    cut_text = without_depths(text)

    found = json.loads(cut_text)
    assert (found["good"], found["last"]) == ([1], 2)
    assert len(cut_text) < len(text) // 100


@pytest.mark.parametrize("text", [b'"' + b'\\"' * 500_000, b'["a' * 300_000, b"]" * 500_000])
def test_what_does_not_end_takes_no_longer(text: bytes) -> None:
    with pytest.raises(ValueError, match=r"."):
        json.loads(without_depths(text))
