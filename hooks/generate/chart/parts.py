"""Parts of manifests as text, found by their path: formatted as they are, with their comments."""

from collections.abc import Iterator
from dataclasses import dataclass
from fnmatch import fnmatchcase
from itertools import takewhile
from textwrap import dedent, indent
from typing import Final

import yaml

ALL: Final = "*"
APPEND: Final = "-"
BETWEEN_DOCUMENTS: Final = "---\n"
STEP: Final = "  "


class NoSuchPart(ValueError):
    """A part that a manifest does not have, does not have exactly once, or not in block style."""


@dataclass(frozen=True)
class Part:
    """What to copy from a manifest, or from the patches of a kustomization.

    `of` is a pattern for the KIND/NAME of objects. `path` leads to an entry; it names items of
    lists by their name, or else by their index, and the paths of patches as the patches write them.
    With `*` as its last step it means everything inside, except the entries `without`; no path
    means the whole object.
    """

    of: str = ALL
    path: str = ""
    without: tuple[str, ...] = ()


def text_of(manifest: str, part: Part) -> str:
    """Return the text of a part, without indentation: entries with their keys and comments.

    Without a path these are all objects that match, as documents. With one, exactly one object must
    match and have something there; NoSuchPart names what is missing.
    """
    documents = yaml.compose_all(manifest, Loader=yaml.CSafeLoader)
    found = [document for document in documents if fnmatchcase(_kind_and_name(document), part.of)]
    if not found or (part.path and len(found) > 1):
        raise NoSuchPart(part.of)
    lines = manifest.splitlines(keepends=True)
    return BETWEEN_DOCUMENTS.join(_inside(document, lines, part) for document in found)


def text_of_patches(kustomization: str, part: Part) -> str:
    """Return what JSON patches write at a path of the objects that match, without indentation.

    For a path that ends with `-` these are items, otherwise an entry with its key. Several patches
    of one path follow each other; raises NoSuchPart if there is none.
    """
    key = part.path.rpartition("/")[2]
    found = [
        _written(key, value, patch)
        for patch in _patches(kustomization, part.of)
        for path, value in _operations(patch)
        if path == part.path
    ]
    if not found:
        raise NoSuchPart(part.path)
    return "".join(found)


def _kind_and_name(document: yaml.Node) -> str:
    return f"{_at(document, 'kind').value}/{_at(_at(document, 'metadata'), 'name').value}"


def _inside(document: yaml.Node, lines: list[str], part: Part) -> str:
    *steps, last = part.path.split("/")[1:] or [ALL]
    place = document
    for step in steps:
        place = _at(place, step)
    if not _is_block(place):
        raise NoSuchPart(part.path)
    chosen = [
        _comments_above(lines, line, column) + _text(lines, line, column, value)
        for name, line, column, value in _entries(place)
        if (name not in part.without if last == ALL else name == last)
    ]
    if not chosen:
        raise NoSuchPart(part.path)
    return "".join(chosen)


def _at(node: yaml.Node, step: str) -> yaml.Node:
    for name, _, _, value in _entries(node):
        if name == step:
            return value
    raise NoSuchPart(step)


def _entries(node: yaml.Node) -> Iterator[tuple[str, int, int, yaml.Node]]:
    """Yield each entry or item: its name, the line and column where it starts, its value."""
    if isinstance(node, yaml.MappingNode):
        for key, value in node.value:
            yield key.value, key.start_mark.line, key.start_mark.column, value
    elif isinstance(node, yaml.SequenceNode):
        for index, item in enumerate(node.value):
            name = _name_of(item) or str(index)
            yield name, item.start_mark.line, node.start_mark.column, item


def _name_of(item: yaml.Node) -> str:
    entries = item.value if isinstance(item, yaml.MappingNode) else ()
    return next((value.value for key, value in entries if key.value == "name"), "")


def _is_block(node: yaml.Node) -> bool:
    return isinstance(node, yaml.CollectionNode) and not node.flow_style


def _comments_above(lines: list[str], line: int, column: int) -> str:
    mark = " " * column + "#"
    above = takewhile(lambda text: text.startswith(mark), reversed(lines[:line]))
    return dedent("".join(reversed([*above])))


def _text(lines: list[str], line: int, column: int, value: yaml.Node) -> str:
    """Return the text from a place to the end of a value, without its indentation."""
    first, *rest = lines[line : _last_line(value) + 1]
    return dedent("".join([" " * column + first[column:], *rest]))


def _last_line(node: yaml.Node) -> int:
    """Return the last line of a node: YAML lets a block end where the next one starts."""
    if _is_block(node):
        last = node.value[-1]
        return _last_line(last[1] if isinstance(last, tuple) else last)
    end = node.end_mark
    return end.line if end.column else end.line - 1


def _patches(kustomization: str, of: str) -> Iterator[str]:
    for entry in yaml.safe_load(kustomization)["patches"]:
        target = entry.get("target", {})
        if "patch" in entry and fnmatchcase(f"{target.get('kind')}/{target.get('name')}", of):
            yield entry["patch"]


def _operations(patch: str) -> Iterator[tuple[str, yaml.Node]]:
    (operations,) = yaml.compose_all(patch, Loader=yaml.CSafeLoader)
    for operation in filter(_is_block, operations.value):
        yield _at(operation, "path").value, _at(operation, "value")


def _written(key: str, value: yaml.Node, patch: str) -> str:
    start = value.start_mark
    text = _text(patch.splitlines(keepends=True), start.line, start.column, value)
    if key == APPEND:
        return "- " + indent(text, STEP).removeprefix(STEP)
    return f"{key}:\n{indent(text, STEP)}" if _is_block(value) else f"{key}: {text}"
