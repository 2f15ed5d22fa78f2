"""The tools in Go are where the tests and the pages take them to be."""

import os
import re
from pathlib import Path

import pytest

from tests.support.helm import binary

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


@pytest.mark.skipif(not os.environ.get("CI"), reason="elsewhere tests with Helm may be skipped")
def test_no_test_is_skipped_in_ci_for_want_of_helm() -> None:
    assert binary()
