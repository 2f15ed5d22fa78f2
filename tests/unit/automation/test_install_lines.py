"""Python packages are installed exactly as locked: no line of the project has one looked for."""

import re
from pathlib import Path

import pytest

PLACES = ("Makefile", "Dockerfile*", "*.md", "docs/**/*", ".github/**/*", ".ci/**/*")
FOR_USERS = {"docs/cli.md"}
"""Pages about what people install on their own machines, by tools that look for packages."""
SCRIPTS = ("hack/**/*", "deploy/**/*", "helm-chart/**/*")

OPTIONS = r"(?:-\S+\s+)*"
INSTALLING = re.compile(
    rf"\bpip[\d.]*\s+{OPTIONS}(?:install|download|wheel)\b.*"
    rf"|\buv\s+{OPTIONS}(?:(?:pip\s+{OPTIONS})?(?:install|sync)|add|run|tool)\b.*"
    r"|\b(?:uvx|pipx|easy_install)\b.*|.*--upgrade-deps\b|\bpip-install:.*",
    re.IGNORECASE,
)
EXACTLY = {"--require-hashes", "--no-deps"}


def installing(text: str) -> list[str]:
    """Return the commands of a text that install, each in one line and without quotes."""
    lines = re.sub(r"\\\n", " ", text)
    return INSTALLING.findall(re.sub(r"[\"'`${}()\[\],]", " ", lines))


def resolving(text: str) -> list[str]:
    """Return those that may install something else than what is locked."""
    return [command for command in installing(text) if not set(command.split()) >= EXACTLY]


def files() -> dict[str, str]:
    """Return the texts of everything that may install something, by name."""
    found = [each for place in (*PLACES, *SCRIPTS) for each in Path().glob(place) if each.is_file()]
    texts = {str(each): each.read_text() for each in found if each.suffix != ".pyc"}
    return {name: text for name, text in texts.items() if name not in FOR_USERS}


def test_nothing_looks_for_packages() -> None:
    assert {name: lines for name, text in files().items() if (lines := resolving(text))} == {}


def test_there_is_one_way_to_install() -> None:
    installers = {name for name, text in files().items() if installing(text)}

    # The others try the locks or pack what these name, and leave nothing behind.
    others = {"hack/installs.py", "hack/platforms.py", "hack/wheels.py"}
    assert installers == {"hack/install", *others}
    assert "hack/install $(BIN)/python requirements-dev.txt" in files()["Makefile"]
    assert "RUN hack/install python requirements.txt packages" in files()["Dockerfile"]


@pytest.mark.parametrize(
    "line",
    [
        "pip install coverage",
        "RUN pip3 install --no-cache-dir flask==3.1.3",
        "$(BIN)/python -m pip install --require-hashes -r requirements.txt",
        "python -m pip --quiet install --no-deps -r requirements.txt",
        "python -m pip install --quiet \\\n  --require-hashes -r requirements.txt",
        "PIP install --no-deps uv==$(UV_VERSION)",
        '"$PIP" install -r requirements.txt',
        "uv pip install --require-hashes -r requirements.txt",
        "uv --quiet pip sync requirements.txt",
        "uv tool install ruff",
        "uvx ruff check",
        "- run: pipx run build",
        "python3 -m venv --upgrade-deps .venv",
        "pip-install: -r requirements.txt",
        '[sys.executable, "-m", "pip", "install", "--no-deps", name]',
    ],
)
def test_a_line_that_looks_for_packages_is_seen(line: str) -> None:
    assert resolving(f"first\n{line}\nlast")


@pytest.mark.parametrize(
    "line",
    [
        "pip install --require-hashes --no-deps --requirement requirements.txt",
        "python -m pip \\\n  install --no-deps --require-hashes -r requirements.txt",
        "$(BIN)/uv pip compile --generate-hashes requirements.in",
        "python -m pip check",
        "make install",
    ],
)
def test_a_line_that_looks_for_none_is_let_be(line: str) -> None:
    assert not resolving(line)
