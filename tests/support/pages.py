"""What the pages of the documentation tell their readers to do."""

import re
from pathlib import Path


def blocks(page: str, language: str) -> list[str]:
    """Return the code of a language on a page, block by block."""
    text = Path("docs", page).read_text()
    return re.findall(rf"^```{language}\n(.*?)^```$", text, re.MULTILINE | re.DOTALL)


def block(page: str, language: str, having: str) -> str:
    """Return the one block that has a text in it."""
    (found,) = [each for each in blocks(page, language) if having in each]
    return found
