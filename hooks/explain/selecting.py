"""The leaves that a user asks about: by a child and a path in it."""

from collections.abc import Sequence
from difflib import get_close_matches
from typing import Final

from hooks.errors import HookError
from hooks.explain.origins import Explained
from hooks.status.condition import several

PLAIN: Final = str.maketrans({"[": ".", "]": "", '"': ""})
"""Takes from paths what is easily forgotten: nobody has to write quotes and brackets."""
CHILD_END: Final = ":"


class NoSuchLeaf(HookError):
    """No child has anything at a path."""


def selected(leaves: Sequence[Explained], wanted: str) -> list[Explained]:
    """Return the leaves at a place such as `DaemonSet/instana-agent:spec.template`, or below it.

    Without a path, those of the whole child. Raises NoSuchLeaf, with what could be meant.
    """
    child, _, path = wanted.partition(CHILD_END)
    of_child = [leaf for leaf in leaves if leaf.child == child]
    found = [leaf for leaf in of_child if _is_below(leaf.path, path)]
    if found:
        return found
    if of_child:
        known = {begin for leaf in of_child for begin in _begins(leaf.path)}
        raise NoSuchLeaf(_message(f"{child} has nothing at {path}", path, sorted(known)))
    children = sorted({leaf.child for leaf in leaves})
    msg = f"there is no {child}: the children are {several(children, ', ')}"
    raise NoSuchLeaf(msg)


def _is_below(leaf: str, path: str) -> bool:
    plain = _plain(path)
    return not plain or f"{_plain(leaf)}.".startswith(f"{plain}.")


def _plain(path: str) -> str:
    return path.translate(PLAIN).strip(".")


def _begins(path: str) -> list[str]:
    """Return the path, and the paths of what is around the leaf."""
    ends = [at for at, character in enumerate(path) if character in ".["]
    return [*(path[:end] for end in ends), path]


def _message(what: str, given: str, known: list[str]) -> str:
    meant = get_close_matches(given, known, n=1)
    return f"{what}; did you mean {meant[0]}?" if meant else what
