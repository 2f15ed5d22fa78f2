"""Frames of templates: what becomes of their lines."""

from pathlib import Path

import pytest

from hooks.generate.chart.frames import FROM, files_in, filled, frames
from hooks.generate.chart.parts import NoSuchPart

SOURCES = {
    "a.yaml": "kind: A\nmetadata:\n  name: one\n  labels:\n    b: c\n  text: '{{ $d }}'\n",
    "b/kustomization.yaml": "patches:\n  - target: {kind: A}\n    patch: |\n"
    "      - op: add\n        path: /list/-\n        value: e\n",
}


def template(frame: str) -> str:
    """Return what becomes of a frame, below the line that says what it is made from."""
    return filled("a.yaml", frame, SOURCES).partition("\n")[2]


def test_first_line_names_the_frame() -> None:
    (line,) = filled("a.yaml", "", SOURCES).splitlines()

    assert "hooks/generate/chart/templates/a.yaml" in line
    assert "make generate" in line


@pytest.mark.parametrize(
    ("line", "text"),
    [
        ("@from a.yaml A/* /metadata/name", "name: one\n"),
        ("@from a.yaml /metadata/labels", "labels:\n  b: c\n"),
        ("@from a.yaml /metadata/* without text labels", "name: one\n"),
        ("@from b/kustomization.yaml A/* /list/-", "- e\n"),
    ],
)
def test_part_is_in_place_of_its_line(line: str, text: str) -> None:
    indented = text.replace("\n", "\n    ").rstrip(" ")

    assert template(f"{line}\nrest: 1\n") == f"{text}rest: 1\n"
    assert template(f"x:\n    {line}\n{{{{- end }}}}\n") == f"x:\n    {indented}{{{{- end }}}}\n"


def test_whole_file_is_all_of_its_objects() -> None:
    assert template("@from a.yaml\n").startswith("kind: A\nmetadata:\n")


def test_what_looks_like_an_expression_stays_as_it_is() -> None:
    assert template("@from a.yaml /metadata/text\n") == "text: '{{ `{{ $d }}` }}'\n"


@pytest.mark.parametrize(
    "line",
    [
        "@from a.yaml /metadata/namespace",
        "@from a.yaml B/* /metadata/name",
        "@from b/kustomization.yaml A/* /list",
    ],
)
def test_mistake_is_told_with_its_line(line: str) -> None:
    with pytest.raises(NoSuchPart, match=line.replace("*", r"\*")):
        template(f"  {line}\n")


def test_files_are_those_of_the_lines() -> None:
    assert [*files_in("@from a.yaml\n  @from b.yaml /c\nd: 1\n")] == ["a.yaml", "b.yaml"]


def test_every_line_is_understood() -> None:
    lines = [line for frame in frames().values() for line in frame.splitlines() if "@" in line]

    assert [each for each in lines if not FROM.fullmatch(f"{each}\n")] == []


def test_every_file_that_they_name_is_there() -> None:
    files = {file for frame in frames().values() for file in files_in(frame)}

    assert [each for each in files if not Path(each).is_file()] == []
