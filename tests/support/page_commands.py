"""The commands of a page, run in a directory like the reader's."""

import os
import re
import shutil
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import yaml

from tests.support.helm import binary
from tests.support.kustomize import checkout, make_credentials
from tests.support.pages import Block, all_blocks
from tests.support.resources import merged
from tests.support.tools import LITTLE_COLLECTION, skip_without

ROOT = Path.cwd()
REQUEST = ROOT / "tests/fixtures/sync/healthy/request.json"
FILES = ROOT / "tests/fixtures/pages"
"""What a reader has beside the checkout, as far as no page has it."""

CLUSTER = "on a cluster"
WITH_CHART = "on a cluster with the chart"
EMPTY_CLUSTER = "on an empty cluster"
SAME_CLUSTER = "on the same cluster"
CLUSTERS = (CLUSTER, WITH_CHART, EMPTY_CLUSTER, SAME_CLUSTER)
"""Where a block with a mark is run: all of this is installed, or nothing, or what is left."""

BY = "by "
EXAMPLE = "the output is an example"
ENDS = re.compile(r"ends with (\d+)")
COMMAND = re.compile(r"^\$ (.*(?:(?<=[\\|])\n.*)*)\n", re.MULTILINE)
TOOLS = ("helm", "jq", "kubectl", "openssl")
OF_MAKE = ("MAKEFLAGS", "MAKELEVEL", "MFLAGS")
SEPARATOR = "--- next command ---"


class PageError(AssertionError):
    """A command of a page does something else than the page says."""


@dataclass(frozen=True)
class Typed:
    """A command, and the output that the page shows, which may be none."""

    command: str
    shown: str


def is_run_offline(block: Block) -> bool:
    """Return whether a block of commands needs no cluster, and is left to no other test."""
    elsewhere = any(part in CLUSTERS or part.startswith(BY) for part in block.run)
    return block.has_commands and not block.not_run and not elsewhere


def is_run_on_cluster(block: Block) -> bool:
    """Return whether a block of commands is run on a cluster."""
    return block.has_commands and any(part in CLUSTERS for part in block.run)


def typed(block: Block) -> list[Typed]:
    """Return the commands of a block; those of a script are one."""
    if block.language != "console":
        return [Typed(block.text.rstrip("\n"), "")]
    _, *parts = COMMAND.split(block.text)
    return [Typed(*pair) for pair in zip(parts[::2], parts[1::2], strict=True)]


def reader_directory(page: str, place: Path) -> Path:
    """Return a directory with a checkout and the files that a page names, at a place."""
    shutil.copytree(FILES, place)
    checkout(place)
    for name in ("Makefile", "helm-chart", "requirements.txt", "requirements-build.txt"):
        (place / name).symlink_to(ROOT / name)
    (place / "instana-agent-hooks").symlink_to(".")
    (place / "tests/instana/prod").mkdir(parents=True)
    (place / "tests/fixtures").symlink_to(ROOT / "tests/fixtures")
    for block in all_blocks("docs/install.md"):
        if block.file == "kustomization.yaml":
            save(block, place)
    for file in ("request.json", "tests/instana/prod/request.json"):
        shutil.copy(REQUEST, place / file)
    for program in ("bin/python", ".venv/bin/python", "bin/instana-hooks"):
        _write_program(place / program)
    (place / ".venv/run.stamp").touch()
    if helm := binary():
        (place / "bin/helm").symlink_to(Path(helm).resolve())
    _make_repository(place)
    if "deploy/make-credentials" not in Path(page).read_text():
        make_credentials(place, "self-signed")
    return place


def save(block: Block, place: Path) -> None:
    """Write a block as the file that its mark names, or add it to that file."""
    if block.file:
        (place / block.file).parent.mkdir(exist_ok=True)
        (place / block.file).write_text(block.text)
    if block.added_to:
        file = place / block.added_to
        added = merged(yaml.safe_load(file.read_text()), yaml.safe_load(block.text))
        file.write_text(yaml.safe_dump(added))


def assert_runs(block: Block, place: Path, environ: Mapping[str, str]) -> None:
    """Run the commands of a block; fails with what they print if that is not what it shows."""
    commands = typed(block)
    _require_tools(block)
    separator = f"\nprintf '%s\\n' '{SEPARATOR}'\n"
    script = separator.join(["set -euo pipefail", *(each.command for each in commands)])
    done = subprocess.run(
        ["bash", "-c", script],
        cwd=place,
        env={**_environment(place), **environ},
        check=False,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    if done.returncode != _expected_code(block):
        msg = f"line {block.line}: ends with {done.returncode}:\n{block.text}\n{done.stdout}"
        raise PageError(msg)
    if EXAMPLE not in block.run:
        _, *printed = done.stdout.split(f"{SEPARATOR}\n")
        for command, output in zip(commands, printed, strict=True):
            _compare(block, command.shown, output)


def _compare(block: Block, shown: str, output: str) -> None:
    """Fail if the output is another one; `...` in what is shown is any text, lines too."""
    pattern = r"\s+".join(re.escape(word) for word in shown.split())
    pattern = pattern.replace(r"\.\.\.", ".*")
    if shown.strip() and not re.fullmatch(pattern, output.strip(), re.DOTALL):
        msg = f"line {block.line}: shows\n{shown}\nand prints\n{output}"
        raise PageError(msg)


def _expected_code(block: Block) -> int:
    found = (ENDS.fullmatch(part) for part in block.run)
    return next((int(end[1]) for end in found if end), 0)


def _require_tools(block: Block) -> None:
    needed = block.text.replace("make-credentials", "openssl")
    for tool in TOOLS:
        is_there = binary() if tool == "helm" else shutil.which(tool)
        if re.search(rf"\b{tool} ", needed) and not is_there:
            skip_without(tool)


def _environment(place: Path) -> dict[str, str]:
    """Return the environment of a reader, without a cluster."""
    environ = os.environ | LITTLE_COLLECTION
    for name in (*OF_MAKE, "PYTHONDONTWRITEBYTECODE"):
        environ.pop(name, None)
    return environ | {
        "HOME": str(place / "home"),
        "KUBECONFIG": str(place / "no-cluster"),
        "PATH": f"{place / 'bin'}:{os.environ['PATH']}",
        "PYTHONPATH": str(ROOT),
    }


def _write_program(file: Path) -> None:
    """Write Python, or the command line, as a program."""
    arguments = "" if file.name == "python" else " -m hooks"
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(f'#!/bin/sh\nexec {sys.executable}{arguments} "$@"\n')
    file.chmod(0o755)


def _make_repository(place: Path) -> None:
    """Make the directory a clone in which one commit, a change of an agent, is not pushed."""
    author = ("-c", "user.name=Reader", "-c", "user.email=reader@example.com")
    file = place / "clusters/east.yaml"
    for arguments in (
        ("init", "--quiet", "--initial-branch=main"),
        ("add", "clusters"),
        (*author, "commit", "--quiet", "--message=Agents"),
        ("clone", "--quiet", "--bare", ".", "origin.git"),
        ("remote", "add", "origin", "origin.git"),
        ("fetch", "--quiet", "origin"),
        ("branch", "--quiet", "--set-upstream-to=origin/main"),
    ):
        subprocess.run(["git", *arguments], cwd=place, check=True)
    file.write_text(file.read_text().replace("mode: APM", "mode: INFRASTRUCTURE"))
    commit = ["git", *author, "commit", "--quiet", "--all", "--message=Less"]
    subprocess.run(commit, cwd=place, check=True)
