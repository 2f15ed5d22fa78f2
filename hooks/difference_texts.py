"""Differences as lines for people: one for a changed value, several for a part or a long text.

Lines about what is added begin with `+`, those about what is removed with `-`.
"""

import json
from collections.abc import Iterable, Iterator, Sequence
from difflib import SequenceMatcher
from typing import Any, Final

from hooks.differences import NOTHING, REORDERED, Difference
from hooks.kube.plain_yaml import as_yaml

ARROW: Final = "→"
CUT: Final = "…"
LONGEST: Final = 100
MOST_LINES: Final = 20
BEFORE_DIFFERENCE: Final = 20


def lines_about(difference: Difference) -> Iterator[str]:
    """Yield the lines about a difference."""
    before, after, path = difference.before, difference.after, difference.path
    if before is NOTHING:
        yield from _part("+", path, after)
    elif after is NOTHING:
        yield from _part("-", path, before)
    elif isinstance(before, dict | list) or isinstance(after, dict | list):
        yield from (*_part("-", path, before), *_part("+", path, after))
    elif _is_long_text(before) and isinstance(after, str):
        yield from (f"{path}:", *_changed_lines(before.splitlines(), after.splitlines()))
    elif before == REORDERED:
        yield f"{path}: the order of the items changes"
    else:
        yield f"{path}: {f' {ARROW} '.join(_both(before, after))}"


def _is_long_text(value: Any) -> bool:
    return isinstance(value, str) and "\n" in value.rstrip("\n")


def _part(sign: str, path: str, part: Any) -> Iterator[str]:
    """Yield the lines of a part that is added or removed."""
    if not isinstance(part, dict | list) and not _is_long_text(part):
        yield f"{sign} {path}: {_cut(_text(part))}"
        return
    lines = part.splitlines() if isinstance(part, str) else _yaml_lines(part)
    yield f"{sign} {path}:"
    yield from _shortened(f"{sign}   {_cut(line)}" for line in lines)


def _yaml_lines(part: Any) -> list[str]:
    return as_yaml([_with_plain_names(part)]).removeprefix("---").strip("\n ").splitlines()


def _with_plain_names(part: Any) -> Any:
    """Return a part with plain names: those of items of lists have a type of their own."""
    if isinstance(part, dict):
        return {str(name): _with_plain_names(value) for name, value in part.items()}
    return [*map(_with_plain_names, part)] if isinstance(part, list) else part


def _changed_lines(before: Sequence[str], after: Sequence[str]) -> Iterator[str]:
    matcher = SequenceMatcher(None, before, after, autojunk=False)
    lines = [
        f"{sign} {_cut(line)}"
        for tag, begin, end, new_begin, new_end in matcher.get_opcodes()
        if tag != "equal"
        for sign, part in (("-", before[begin:end]), ("+", after[new_begin:new_end]))
        for line in part
    ]
    yield from _shortened(lines or ["only the line breaks at the end change"])


def _shortened(lines: Iterable[str]) -> Iterator[str]:
    every = [*lines]
    yield from (f"  {line}" for line in every[:MOST_LINES])
    if len(every) > MOST_LINES:
        yield f"  {CUT} {len(every) - MOST_LINES} more lines"


def _both(before: Any, after: Any) -> tuple[str, str]:
    """Return two values in short; with quotes if only the types differ."""
    if type(before) is not type(after):
        return _cut(_json(before)), _cut(_json(after))
    old, new = _text(before), _text(after)
    begin = max(_first_difference(old, new) - BEFORE_DIFFERENCE, 0)
    return _cut(old, begin), _cut(new, begin)


def _first_difference(old: str, new: str) -> int:
    pairs = enumerate(zip(old, new, strict=False))
    return next((index for index, (one, other) in pairs if one != other), min(len(old), len(new)))


def _cut(text: str, begin: int = 0) -> str:
    """Return a text in at most so many characters, from about where it gets interesting."""
    if len(text) <= LONGEST:
        return text
    shown = text[begin : begin + LONGEST]
    end = CUT if begin + LONGEST < len(text) else ""
    return f"{CUT if begin else ''}{shown}{end}"


def _text(value: Any) -> str:
    return value if isinstance(value, str) and value else _json(value)


def _json(value: Any) -> str:
    """Return JSON: numbers in YAML may be larger than orjson takes."""
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))
