"""Other values than a given one, of its type: what a field is changed to, to see what follows."""

import re
from collections.abc import Iterator
from typing import Any, Final

from hooks.kube.objects import Obj

NUMBER: Final = re.compile(r"\d+")
WORD: Final = "explained"
TEXTS: Final = (WORD, "7", f"https://{WORD}.example", "10.7.7.7", f"/{WORD}", "7Mi")
"""What may be where no text is given: a name, a number, an address, a directory, an amount."""
NUMBERS: Final = (7, 1, 17, 4711)
OPPOSITES: Final = {"true": "false", "false": "true"}
ANYTHING: Final = ("string", "integer", "boolean")


def others(value: Any, allowed: tuple[Any, ...] = ()) -> Iterator[Any]:
    """Yield other values of the type of a given one, those that are allowed first.

    Nothing for what has no other value: a null, an object or a list with nothing in it.
    """
    yield from (candidate for candidate in allowed if candidate not in (value, ""))
    match value:
        case bool():
            yield not value
        case int() | float():
            yield from (value + 1, value - 1, 2 * value + 3)
        case str():
            yield from _other_texts(value)
        case dict() | list():
            yield from _all_others(value)


def fresh(of: Obj, allowed: tuple[Any, ...] = ()) -> Iterator[Any]:
    """Yield values for a field that is not given, of which the schema is known."""
    yield from (candidate for candidate in allowed if candidate != "")
    types = [schema["type"] for schema in of.get("anyOf", (of,)) if "type" in schema]
    if "boolean" in types:
        yield from (True, False)
    if "integer" in types:
        yield from NUMBERS
    if "string" in types:
        yield from TEXTS


def _other_texts(text: str) -> Iterator[str]:
    if text.lower() in OPPOSITES:
        yield OPPOSITES[text.lower()]
    if not text:
        yield from TEXTS
        return
    for more in (1, -1):
        if NUMBER.search(text):
            yield NUMBER.sub(lambda found: str(abs(int(found[0]) + more)), text, count=1)  # noqa: B023
    last = "b" if text[-1] == "a" else "a"
    digit = "2" if text[-1] == "1" else "1"
    yield from (f"{text}x", f"x{text}", f"{text[:-1]}{last}", f"{text[:-1]}{digit}")
    if "\n" in text:
        yield f"{text.rstrip()}\n# {WORD}\n"


def _all_others(value: Any) -> Iterator[Any]:
    """Yield an object or a list in which every value is another one."""
    if isinstance(value, dict) and value:
        yield {name: _one_other(part) for name, part in value.items()}
    elif value:
        yield [*map(_one_other, value)]


def _one_other(value: Any) -> Any:
    return next(others(value), value)
