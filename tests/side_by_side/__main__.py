"""`make side-by-side`: compare this version with another one, by all that users see of them."""

import json
import os
import signal
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Final

import click
from hypothesis import HealthCheck, Phase, given, settings

from tests.http.service import REPOSITORY
from tests.recorded import recorded_requests
from tests.side_by_side.generated import PATHS, Asked, asked
from tests.side_by_side.report import Outcome, Report
from tests.side_by_side.services import Pairs, settings_of

FILES: Final = ("crd", "deploy", "helm-chart", "metacontroller", "tests/fixtures")
COMMANDS: Final = (("validate",), ("render",), ("render", "--output=json"))
RUNNER: Final = """
import contextlib, io, json, runpy, sys
def call(arguments):
    out, err = (io.TextIOWrapper(io.BytesIO(), "utf-8", write_through=True) for _ in range(2))
    sys.argv = ["hooks", *arguments]
    try:
        with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
            runpy.run_module("hooks", run_name="__main__", alter_sys=True)
        code = 0
    except SystemExit as end:
        code = end.code or 0
    except Exception as error:
        code = 1
        err.write(repr(error))
    return [code, *(each.buffer.getvalue().decode() for each in (out, err))]
json.dump([call(arguments) for arguments in json.load(sys.stdin)], sys.stdout)
"""
"""Runs the command line with each list of arguments; knows nothing of the modules below it."""


@click.command()
@click.argument("base")
@click.option("--cases", type=click.Path(exists=True, file_okay=False, path_type=Path))
@click.option("--examples", type=click.IntRange(1), default=20_000, show_default=True)
def main(base: str, cases: Path | None, examples: int) -> None:
    """Compare this tree with the commit BASE; ends with 1 where they differ."""
    signal.signal(signal.SIGTERM, signal.default_int_handler)  # So that nothing is left behind.
    report = Report()
    with worktree(base) as tree, ExitStack() as stack:
        compare_files(base, report)
        compare_commands(tree, cases, report)
        pairs = Pairs((tree, REPOSITORY), report, stack)
        compare_recorded(pairs)
        compare_generated(pairs, examples)
    sys.exit(not report.is_good())


@contextmanager
def worktree(commit: str) -> Iterator[Path]:
    """Check a commit out in a directory of its own, and remove it afterwards."""
    with tempfile.TemporaryDirectory() as directory:
        tree = Path(directory) / "before"
        git("worktree", "add", "--quiet", "--detach", str(tree), commit)
        try:
            yield tree
        finally:
            git("worktree", "remove", "--force", str(tree))


def compare_files(base: str, report: Report) -> None:
    """Look whether files are other ones than before, or when they are made anew."""
    report.asked["files"] = 2
    before = git("diff")
    subprocess.run([sys.executable, "-m", "hooks", "generate"], cwd=REPOSITORY, check=True)
    report.compare("files", "generate", before, Outcome(0, before), Outcome(0, git("diff")))
    changed = git("diff", "--stat", base, "--", *FILES)
    report.compare("files", "git diff", changed, Outcome(0, b""), Outcome(0, changed))


def compare_commands(tree: Path, cases: Path | None, report: Report) -> None:
    """Compare what the commands print about each file that holds a resource."""
    folders = [REPOSITORY / "deploy/samples", REPOSITORY / "tests/fixtures"]
    folders += [cases.resolve()] if cases else []
    found = [file for folder in folders for file in sorted(folder.rglob("*.yaml"))]
    files = [file for file in found if b"InstanaAgent" in file.read_bytes()]
    for command in COMMANDS:
        report.asked[" ".join(command)] = len(files)
        before, now = (_outcomes(each, command, files) for each in (tree, REPOSITORY))
        for file, *outcomes in zip(files, before, now, strict=True):
            report.compare(" ".join(command), str(file), file.read_bytes(), *outcomes)


def _outcomes(tree: Path, command: tuple[str, ...], files: list[Path]) -> list[Outcome]:
    """Return what a command of a tree makes of each file, with the cluster beside it if any."""
    clusters = [file.with_name("cluster.yaml") for file in files]
    arguments = [
        [*command, *sorted({str(file), *([str(cluster)] if cluster.exists() else [])})]
        for file, cluster in zip(files, clusters, strict=True)
    ]
    run = subprocess.run(
        [sys.executable, "-c", RUNNER],
        cwd=tree,
        env=os.environ | {"PYTHONPATH": str(tree)},
        input=json.dumps(arguments).encode(),
        stdout=subprocess.PIPE,
        check=True,
    )
    return [
        Outcome(code, f"{out}\n--- standard error:\n{err}".encode())
        for code, out, err in json.loads(run.stdout)
    ]


def compare_recorded(pairs: Pairs) -> None:
    """Send all recorded requests."""
    for each in recorded_requests():
        path = f"/{each.hook.replace('cluster-rbac-', 'cluster-rbac/')}"
        body = (each.folder / "request.json").read_bytes()
        pairs.report.asked[f"recorded {path}"] += 1
        pairs.compare("recorded", str(each), each.facts, path, body)


def compare_generated(pairs: Pairs, examples: int) -> None:
    """Send generated requests, as many to each path."""
    pairs.report.asked.update({f"generated {path}": examples for path in PATHS})

    @settings(
        max_examples=examples,
        database=None,
        deadline=None,
        derandomize=True,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(asked())
    def compare(drawn: Asked) -> None:
        facts = drawn.situation.facts
        name = f"{drawn.situation.parent} with {settings_of(facts)}"
        for path, body in zip(PATHS, drawn.bodies, strict=True):
            pairs.compare("generated", name, facts, path, body)

    compare()


def git(*arguments: str) -> bytes:
    """Return what git prints."""
    command = ["git", *arguments]
    return subprocess.run(command, cwd=REPOSITORY, stdout=subprocess.PIPE, check=True).stdout


if __name__ == "__main__":
    main()
