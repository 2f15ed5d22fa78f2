"""Entries of Secrets that cannot be known stay as observed."""

from hooks.desired.inputs.entries import Entries, settled_entries
from hooks.desired.inputs.unresolved import Unresolved

WAITING = (Unresolved("spec.agent.keysSecret", "Secret keys is missing", is_missing=True),)
OBSERVED = {"data": {"a": "old", "b": "old"}}


def test_known_entries_replace_what_is_observed() -> None:
    assert settled_entries(OBSERVED, Entries({"a": "new"})) == {"a": "new"}


def test_unresolved_entries_are_retained_by_name() -> None:
    waiting = Entries({"a": "new", "c": "new"}, frozenset({"a", "c"}), WAITING)

    assert settled_entries(OBSERVED, waiting) == {"a": "old"}


def test_there_is_nothing_to_retain_of_a_new_object() -> None:
    assert settled_entries(None, Entries({"a": "new"}, frozenset({"a"}), WAITING)) == {}


def test_a_later_part_wins() -> None:
    former = Entries({}, frozenset({"a", "b"}), WAITING)

    assert settled_entries(OBSERVED, former, Entries({"b": "new"})) == {"a": "old", "b": "new"}
