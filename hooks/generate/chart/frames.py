"""Frames: templates of the chart that are written by hand around parts of manifests.

A line of a frame that starts with `@from` becomes a part of a manifest, indented like the line:

    @from FILE                                         all objects of the file
    @from FILE KIND/NAME                               those that match, such as */instana-agent
    @from FILE [KIND/NAME] /path/to/entry              an entry of the one object, with its key
    @from FILE [KIND/NAME] /path/* [without NAME ...]  all entries inside, but for these
    @from FOLDER/kustomization.yaml [KIND/NAME] /path  what its JSON patches write there
"""

import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from textwrap import indent
from typing import Final

from hooks.generate.chart.parts import ALL, NoSuchPart, Part, text_of, text_of_patches

Sources = Mapping[str, str]
"""The manifests of the repository: their text by their path."""

FOLDER: Final = Path(__file__).parent / "templates"
HEADER: Final = "{{- /* Generated from hooks/generate/chart/templates/%s by `make generate`. */}}\n"
FROM: Final = re.compile(
    r"^( *)@from (\S+)(?: ([^/\s]\S*))?(?: (/\S+))?(?: without (.+))?\n", re.MULTILINE
)
EXPRESSION: Final = re.compile(r"\{\{.*?\}\}", re.DOTALL)
KUSTOMIZATION: Final = "kustomization.yaml"


def frames() -> dict[str, str]:
    """Return the frames by the names of the templates that they become."""
    return {file.name: file.read_text() for file in sorted(FOLDER.iterdir())}


def files_in(frame: str) -> Iterator[str]:
    """Yield the paths of the files that a frame takes parts from."""
    yield from (found[2] for found in FROM.finditer(frame))


def filled(name: str, frame: str, sources: Sources) -> str:
    """Return the template made from a frame; NoSuchPart names a line that finds nothing."""
    return HEADER % name + FROM.sub(lambda line: _part(line, sources), frame)


def _part(line: re.Match[str], sources: Sources) -> str:
    margin, file, of, path, without = line.groups(default="")
    find = text_of_patches if file.endswith(KUSTOMIZATION) else text_of
    try:
        text = find(sources[file], Part(of or ALL, path, tuple(without.split())))
    except NoSuchPart as missing:
        msg = f"there is no {missing}: {line[0].strip()}"
        raise NoSuchPart(msg) from None
    return indent(EXPRESSION.sub(_quoted, text), margin)


def _quoted(expression: re.Match[str]) -> str:
    """Return an expression of another program, such as Prometheus, as Helm leaves it unchanged."""
    return f"{{{{ `{expression[0]}` }}}}"
