"""What the pages of the documentation tell their readers to do."""

import re
from dataclasses import dataclass
from pathlib import Path
from textwrap import dedent

COMMANDS = re.compile(
    r"(?:^<!-- not run: (?P<reason>[^\n]+) -->\n)?^```(?:sh|console)\n(?P<text>.*?)^```$",
    re.MULTILINE | re.DOTALL,
)


@dataclass(frozen=True)
class Commands:
    """A block of commands; `not_run`: why no test runs it, in a comment that readers do not see."""

    text: str
    not_run: str


def blocks(page: str, language: str) -> list[str]:
    """Return the code of a language on a page, block by block, without a list's indentation."""
    text = Path("docs", page).read_text()
    fenced = re.compile(rf"^( *)```{language}\n(.*?)^\1```$", re.MULTILINE | re.DOTALL)
    return [dedent(found[2]) for found in fenced.finditer(text)]


def block(page: str, language: str, having: str) -> str:
    """Return the one block that has a text in it."""
    (found,) = [each for each in blocks(page, language) if having in each]
    return found


def commands(page: str) -> list[Commands]:
    """Return the blocks of commands of a page, each with the reason why no test runs it, or ""."""
    found = COMMANDS.finditer(Path("docs", page).read_text())
    return [Commands(each["text"], each["reason"] or "") for each in found]
