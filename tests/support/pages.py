"""What the pages of the documentation tell their readers to do."""

import re
from pathlib import Path
from textwrap import dedent


def blocks(page: str, language: str) -> list[str]:
    """Return the code of a language on a page, block by block, without a list's indentation."""
    text = Path("docs", page).read_text()
    fenced = re.compile(rf"^( *)```{language}\n(.*?)^\1```$", re.MULTILINE | re.DOTALL)
    return [dedent(found[2]) for found in fenced.finditer(text)]


def block(page: str, language: str, having: str) -> str:
    """Return the one block that has a text in it."""
    (found,) = [each for each in blocks(page, language) if having in each]
    return found
