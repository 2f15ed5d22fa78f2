"""Entries of Secrets, from texts and back."""

import pytest

from hooks.kube.encoding import canonical_base64, decoded, encoded


def test_an_entry_is_read_without_white_space_at_its_ends() -> None:
    assert decoded({"data": encoded({"key": " a b\n"})}, "key") == "a b"


@pytest.mark.parametrize(
    "data", [{}, {"key": 7}, {"key": "%"}, {"key": "YQ"}, {"key": "é"}, {"key": "/w=="}]
)
def test_what_holds_no_text_is_empty(data: dict[str, object]) -> None:
    assert decoded({"data": data}, "key") == ""


@pytest.mark.parametrize("text", ["%", "YQ", "é"])
def test_what_is_not_base64_has_no_canonical_form(text: str) -> None:
    with pytest.raises(ValueError, match=r"base64|ASCII|padding"):
        canonical_base64(text)


def test_base64_is_written_on_one_line() -> None:
    assert canonical_base64(" YW\nJj\n") == "YWJj"
