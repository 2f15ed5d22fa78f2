"""Which entries of the user's Secrets are credentials."""

import pytest

from hooks.desired.inputs.key_store import LONGEST_WRITTEN, credential_in
from hooks.kube.encoding import encoded
from hooks.kube.objects import Obj
from hooks.rules.bounds import LONGEST_CREDENTIAL


def holding(text: str) -> Obj:
    return {"data": encoded({"key": text})}


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("a key\n", "a key"),
        ("two\nlines", ""),
        ("k" * LONGEST_CREDENTIAL, "k" * LONGEST_CREDENTIAL),
        ("k" * (LONGEST_CREDENTIAL + 1), ""),
        ("a key" + " " * LONGEST_WRITTEN, ""),
    ],
    ids=["a line", "two lines", "as long as may be", "too long", "far more white space"],
)
def test_a_credential_is_one_line_of_some_length(text: str, found: str) -> None:
    assert credential_in(holding(text), "key") == found
