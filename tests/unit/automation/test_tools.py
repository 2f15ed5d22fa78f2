"""The tools in Go are where the tests and the pages take them to be."""

import re
from pathlib import Path

GO_MOD = Path("hack/tools/go.mod").read_text()


def test_tools_are_those_of_the_page() -> None:
    (block,) = re.findall(r"^tool \((.*?)^\)", GO_MOD, re.MULTILINE | re.DOTALL)
    tools = [each.rpartition("/")[2] for each in block.split()]
    (line,) = re.findall(r"`make tools` also puts (.*?) there", one_line("CONTRIBUTING.md"))

    assert sorted(re.findall(r"`(\w+)`", line)) == sorted(tools)


def test_page_says_which_go_is_needed() -> None:
    (needed,) = re.findall(r"^go (\d+\.\d+)", GO_MOD, re.MULTILINE)

    assert f"With Go {needed} or newer" in one_line("CONTRIBUTING.md")


def one_line(page: str) -> str:
    """Return the text of a page without its line breaks."""
    return " ".join(Path(page).read_text().split())
