"""One side of the comparison: the documents of its files, and the problems of its resources."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cached_property
from pathlib import PurePosixPath
from typing import Final

from hooks.admission import errors_in
from hooks.cli.inputs.agents import (
    ERROR,
    Findings,
    GivenAgent,
    agents_in,
    findings_about,
    is_served,
)
from hooks.cli.inputs.files import BOUNDS, GivenDocument
from hooks.facts import Facts
from hooks.kube.bounded_yaml import OutOfBounds
from hooks.kube.documents import documents_of, text_of
from hooks.kube.yaml_values import NoDocument
from hooks.models.instana_agent import KIND
from hooks.review import File

TEMPLATE: Final = b"{{"
MENTIONED: Final = KIND.encode()
ANY_LINE: Final = ": "


@dataclass(frozen=True)
class Side:
    """The files of one side, by path."""

    contents: dict[str, bytes]

    @cached_property
    def _read(self) -> dict[str, list[GivenDocument] | str]:
        """Return the documents of each file that counts, or the line about its mistake.

        Only folders with a resource count; templates of Helm and other tools do not.
        """
        folders = {_folder(path) for path, text in self.contents.items() if MENTIONED in text}
        return {
            path: read
            for path, text in self.contents.items()
            if _folder(path) in folders and (read := _documents(path, text)) is not None
        }

    @property
    def files(self) -> list[File]:
        """Return the files with their documents."""
        return [
            File(path, [document.value for document in read])
            for path, read in self._read.items()
            if not isinstance(read, str)
        ]

    def findings(self, facts: Facts) -> Findings:
        """Return the lines about all problems, each with its file, line and column."""
        mistakes = [read for read in self._read.values() if isinstance(read, str)]
        documents = [
            document
            for read in self._read.values()
            if not isinstance(read, str)
            for document in read
        ]
        found = [_about(agent, facts) for agent in agents_in(documents)]
        errors = (*mistakes, *(line for findings in found for line in findings.errors))
        return Findings(errors, tuple(line for findings in found for line in findings.warnings))


def _folder(path: str) -> PurePosixPath:
    return PurePosixPath(path).parent


def _documents(path: str, content: bytes) -> list[GivenDocument] | str | None:
    try:
        found = [*documents_of(text_of(content), BOUNDS)]
    except (OutOfBounds, NoDocument) as error:
        if TEMPLATE in content or MENTIONED not in content:
            return None
        return f"{path}:{error.mark}: {ERROR}: {error}"
    return [GivenDocument(path, document) for document in found]


def _about(agent: GivenAgent, facts: Facts) -> Findings:
    by_rules = errors_in(agent.resource, facts) if is_served(agent) else ()
    return findings_about(agent, by_rules)


def with_known(lines: Iterable[str], before: Iterable[str]) -> Iterator[str]:
    """Yield the lines, and of each whether the base has that problem too.

    Lines and columns do not count: they change with everything above them.
    """
    known = {_without_place(line) for line in before}
    for line in lines:
        yield f"{line} [not new]" if _without_place(line) in known else line


def _without_place(line: str) -> tuple[str, str]:
    where, _, problem = line.partition(ANY_LINE)
    return where.partition(":")[0], problem
