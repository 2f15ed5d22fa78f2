"""What the pages of the documentation tell their readers to do."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from textwrap import dedent

FENCED = re.compile(
    r"(?:^ *<!-- (?P<mark>[^\n]+?) -->\n)?"
    r"^(?P<indent> *)```(?P<language>[a-z]*)\n(?P<text>.*?)^(?P=indent)```$",
    re.MULTILINE | re.DOTALL,
)
COMMANDS = frozenset({"bash", "console", "sh", "shell"})
"""The languages of blocks with commands."""

NOT_RUN, RUN, FILE, ADDED = "not run: ", "run: ", "file: ", "added to: "
MARKS = (NOT_RUN, RUN, FILE, ADDED)
"""The comments above a block that say what tests do with it; readers do not see them."""


@dataclass(frozen=True)
class Block:
    """A block of a page, without a list's indentation, and the mark above it."""

    line: int
    language: str
    text: str
    mark: str

    @property
    def has_commands(self) -> bool:
        return self.language in COMMANDS

    @property
    def not_run(self) -> str:
        """Return why no test runs the block, or ""."""
        return self._after(NOT_RUN)

    @property
    def run(self) -> tuple[str, ...]:
        """Return where a test runs the block, and what is special about it."""
        return tuple(filter(None, self._after(RUN).split("; ")))

    @property
    def file(self) -> str:
        """Return the file that the reader saves the block as, or ""."""
        return self._after(FILE)

    @property
    def added_to(self) -> str:
        """Return the file that the reader adds the block to, or ""."""
        return self._after(ADDED)

    def _after(self, word: str) -> str:
        return self.mark.removeprefix(word) if self.mark.startswith(word) else ""


def pages() -> list[str]:
    """Return all pages, as paths from the root of the project."""
    folders = (Path(), Path("docs"), Path("docs/adr"), Path("helm-chart"))
    found = (page for folder in folders for page in folder.glob("*.md"))
    return sorted(str(page) for page in found if page.name != "CHANGELOG.md")


def all_blocks(page: str) -> list[Block]:
    """Return the blocks of a page, which is a path from the root of the project."""
    return [*_blocks_of(Path(page).read_text())]


def _blocks_of(text: str) -> Iterator[Block]:
    for found in FENCED.finditer(text):
        line = text.count("\n", 0, found.start("indent")) + 1
        yield Block(line, found["language"], dedent(found["text"]), found["mark"] or "")


def blocks(page: str, language: str) -> list[str]:
    """Return the code of a language on a page of docs/, block by block."""
    found = all_blocks(f"docs/{page}")
    return [block.text for block in found if block.language == language]


def block(page: str, language: str, having: str) -> str:
    """Return the one block that has a text in it."""
    (found,) = [text for text in blocks(page, language) if having in text]
    return found


def commands(page: str) -> list[Block]:
    """Return the blocks of commands of a page of docs/."""
    return [block for block in all_blocks(f"docs/{page}") if block.has_commands]
