"""Misconfigurations that were tried with the Go operator, and what becomes of each here.

A case is a directory of tests/fixtures/rejected: `input.yaml` has the resource, with what the Go
operator makes of it in its first line, and the objects beside it; `verdict.yaml` the verdict and,
if a rule decides, its identifier.
"""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

import yaml

from hooks.kube.objects import Obj
from hooks.rules import BY_IDENTIFIER, Layer
from tests.support.files import documents_in

FOLDER = Path("tests/fixtures/rejected")
PAGE = FOLDER / "README.md"
HEADER = """# Misconfigurations that were tried with the Go operator

Made from the cases by `make golden`. Each `input.yaml` says in its first line what the Go operator
makes of it, each `verdict.yaml` what becomes of it here: it is *refused*, it *works* or is *warned*
of, only the *status* can tell, or it is for *later*, as there is no InstanaAgentRemote here yet.

| Case | Verdict | Rule | First layer |
| --- | --- | --- | --- |
"""
LAYERS_HEADER = """
Refused cases by the first layer that can see them:

| Layer | Cases |
| --- | --- |
"""


class Verdict(StrEnum):
    """What becomes of a resource."""

    REFUSED = "refused"
    WARNED = "warned"
    WORKS = "works"
    STATUS = "status"
    LATER = "later"


@dataclass(frozen=True, slots=True)
class Case:
    """One case: its verdict, and the rule that it is about, if any."""

    name: str
    verdict: Verdict
    rule: str = ""

    @property
    def file(self) -> Path:
        """Return the file with the resource and the objects beside it."""
        return FOLDER / self.name / "input.yaml"

    @property
    def objects(self) -> list[Obj]:
        """Return the resource, and the objects beside it."""
        return documents_in(self.file)

    @property
    def first_layer(self) -> Layer | None:
        """Return the first layer that refuses it, if one does."""
        return BY_IDENTIFIER[self.rule].layers[0] if self.verdict is Verdict.REFUSED else None

    def __str__(self) -> str:
        return self.name


def _read(folder: Path) -> Case:
    content = yaml.safe_load((folder / "verdict.yaml").read_text())
    return Case(folder.name, Verdict(content.pop("verdict")), **content)


CASES = [_read(file.parent) for file in sorted(FOLDER.glob("*/input.yaml"))]
OF_AGENTS = [case for case in CASES if case.verdict is not Verdict.LATER]


def page() -> str:
    """Return the README of the cases as Markdown: a row per case, then how many a layer refuses."""
    return HEADER + "".join(map(_row, CASES)) + LAYERS_HEADER + "".join(_counts())


def _row(case: Case) -> str:
    rule = f"`{case.rule}`" if case.rule else ""
    return f"| [{case.name}]({case.name}) | {case.verdict} | {rule} | {case.first_layer or ''} |\n"


def _counts() -> Iterator[str]:
    counts = Counter(case.first_layer for case in CASES)
    for layer in Layer:
        yield f"| {layer} | {counts[layer]} |\n"
