"""The tools in Go are where the tests and the pages take them to be."""

import re
import subprocess
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


def test_helm_takes_clusters_for_those_of_its_modules() -> None:
    (minor,) = re.findall(r"k8s\.io/client-go v0\.(\d+)\.", GO_MOD)
    recipe = subprocess.run(
        ["make", "--dry-run", "--what-if=hack/tools/go.mod", "tools"],
        capture_output=True,
        text=True,
        check=True,
    ).stdout

    assert f"-X helm.sh/helm/v3/pkg/chartutil.k8sVersionMinor={minor} " in recipe
    assert f"-X helm.sh/helm/v3/pkg/lint/rules.k8sVersionMinor={minor}'" in recipe


def one_line(page: str) -> str:
    """Return the text of a page without its line breaks."""
    return " ".join(Path(page).read_text().split())
