"""One run of the tests as they are: what each runs, and how much time it takes."""

import json
import os
import pickle
import subprocess
import sys
import time
from collections.abc import Generator, Iterable
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final

import pytest
from coverage import CoverageData

NOTES: Final = "MUTANTS_NOTES"
"""The variable with the directory into which the processes of the run write."""


@dataclass(frozen=True, slots=True)
class Baseline:
    """What is known of tests.

    `seconds` says how much CPU time each takes, by its id; `tests` which ones run a line, by the
    path of a module and its lines; `modules` what they import, beside the project's own.
    """

    seconds: dict[str, float]
    tests: dict[str, dict[int, frozenset[str]]]
    modules: tuple[str, ...]

    def running(self, path: str, lines: Iterable[int]) -> set[str]:
        """Return the ids of the tests that run one of the lines."""
        of_lines = self.tests.get(path, {})
        return {test for line in lines for test in of_lines.get(line, ())}


def measured(package: str, selection: list[str], processes: int) -> Baseline:
    """Run the selected tests, which have to pass, and return what is known of them."""
    with TemporaryDirectory() as directory:
        data = Path(directory) / "coverage"
        environment = os.environ | {NOTES: directory, "COVERAGE_FILE": str(data)}
        side_by_side = (f"--numprocesses={processes}", "--dist=worksteal")
        command = [
            sys.executable, "-m", "pytest", "--quiet", "-p", "hack.mutants.baseline",
            *(side_by_side if processes > 1 else ()),
            f"--cov={package}", "--cov-context=test", "--cov-report=", "--cov-fail-under=0",
            *selection,
        ]  # fmt: skip
        if subprocess.run(command, env=environment, check=False).returncode:
            sys.exit("tests fail without any change: mutants are tried with tests that pass")
        notes = [json.loads(file.read_text()) for file in Path(directory).glob("*.json")]
        return Baseline(
            seconds={test: seconds for note in notes for test, seconds in note["seconds"].items()},
            tests=_tests_of_lines(data),
            modules=tuple(dict.fromkeys(name for note in notes for name in note["modules"])),
        )


def remembered(file: Path) -> Baseline:
    """Return what was known before."""
    return pickle.loads(file.read_bytes())  # type: ignore[no-any-return]  # noqa: S301 - our own


def _tests_of_lines(file: Path) -> dict[str, dict[int, frozenset[str]]]:
    """Read what a run found; many lines are run by the same tests, which are there once only."""
    data = CoverageData(str(file))
    data.read()
    once: dict[frozenset[str], frozenset[str]] = {}
    found: dict[str, dict[int, frozenset[str]]] = {}
    for path in data.measured_files():
        of_lines = found[os.path.relpath(path)] = {}
        for line, contexts in data.contexts_by_lineno(path).items():
            tests = frozenset(sys.intern(each.rpartition("|")[0]) for each in contexts if each)
            of_lines[line] = once.setdefault(tests, tests)
    return found


class _Notes:
    """A plugin that writes how long tests took and what is imported at their end."""

    def __init__(self) -> None:
        self.seconds: dict[str, float] = {}

    @pytest.hookimpl(wrapper=True)
    def pytest_runtest_protocol(self, item: pytest.Item) -> Generator[None, object, object]:
        before = time.process_time()
        done = yield
        self.seconds[item.nodeid] = time.process_time() - before
        return done

    def pytest_sessionfinish(self) -> None:
        modules = [name for name, module in sys.modules.items() if _is_installed(module)]
        notes = {"seconds": self.seconds, "modules": modules}
        Path(os.environ[NOTES], f"{os.getpid()}.json").write_text(json.dumps(notes))


def _is_installed(module: object) -> bool:
    """Tell whether a module comes from Python or from an installed package."""
    file = getattr(module, "__file__", None) or ""
    return file.startswith((sys.prefix, sys.base_prefix))


def pytest_configure(config: pytest.Config) -> None:
    """Take notes in each process that runs tests."""
    if hasattr(config, "workerinput") or not config.getoption("numprocesses"):
        config.pluginmanager.register(_Notes())
