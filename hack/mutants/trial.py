"""One mutant against the tests, in a process of its own that imports it in place of its module."""

import ast
import gc
import importlib
import importlib.abc
import os
import resource
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from importlib.machinery import ModuleSpec, SourceFileLoader
from importlib.util import spec_from_file_location
from multiprocessing.connection import Connection
from types import CodeType, ModuleType
from typing import Final

import pytest

from hack.mutants.changes import Mutant

CHOSEN: Final = "mutants-chosen-tests"
MEMORY: Final = 4 << 30
"""Bytes that a mutant may use: one that never ends should not take the machine with it."""


STANDARD_OUTPUTS: Final = (1, 2)


class Outcome(StrEnum):
    """What became of a mutant."""

    KILLED = "killed"
    SURVIVED = "survived"
    STILLBORN = "cannot be imported"
    ENDLESS = "killed, as it does not end"


class _Loader(SourceFileLoader):
    """Loads a module from a changed tree."""

    def __init__(self, mutant: Mutant) -> None:
        super().__init__(mutant.module, mutant.path)
        self.tree = mutant.tree

    def get_code(self, fullname: str) -> CodeType:
        """Return the code of the mutant."""
        del fullname
        return compile(ast.fix_missing_locations(self.tree), self.path, "exec")


class _Finder(importlib.abc.MetaPathFinder):
    """Finds the mutant under the name of its module, before others find the module."""

    def __init__(self, mutant: Mutant) -> None:
        self.loader = _Loader(mutant)

    def find_spec(
        self, fullname: str, path: Sequence[str] | None, target: ModuleType | None = None
    ) -> ModuleSpec | None:
        """Return the mutant for its name."""
        del path, target
        if fullname != self.loader.name:
            return None
        return spec_from_file_location(fullname, self.loader.path, loader=self.loader)


class _Chosen:
    """A plugin that lets the chosen tests run, in their order, after those that are not known."""

    def __init__(self, order: Sequence[str], known: frozenset[str]) -> None:
        self.rank = {test: rank for rank, test in enumerate(order)}
        self.known = known
        self.failed = ""

    @pytest.hookimpl(trylast=True)
    def pytest_collection_modifyitems(self, items: list[pytest.Item]) -> None:
        chosen = [each for each in items if each.nodeid in self.rank or self._is_new(each)]
        items[:] = sorted(chosen, key=lambda each: self.rank.get(each.nodeid, -1))

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        if report.failed:
            self.failed = report.nodeid

    def _is_new(self, item: pytest.Item) -> bool:
        return item.nodeid not in self.known


@dataclass(frozen=True, slots=True)
class Tests:
    """The tests to try a mutant with: parts of ids, which are run part by part until one fails.

    `options` are those of pytest that leave tests out, `known` has the ids of all others; `seconds`
    is the CPU time after which a mutant is taken to have no end.
    """

    parts: tuple[Sequence[str], ...]
    options: tuple[str, ...]
    known: frozenset[str]
    seconds: int


def try_mutant(mutant: Mutant, tests: Tests, answer: Connection) -> None:
    """Answer with the outcome and the test that killed; for a process of its own, which it ends."""
    resource.setrlimit(resource.RLIMIT_CPU, (tests.seconds, tests.seconds + 1))
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    silence = os.open(os.devnull, os.O_WRONLY)
    for descriptor in STANDARD_OUTPUTS:
        os.dup2(silence, descriptor)
    gc.disable()  # the process ends soon
    mutant.change.make()
    sys.meta_path.insert(0, _Finder(mutant))
    answer.send(_outcome(mutant, tests))
    answer.close()
    os._exit(0)


def _outcome(mutant: Mutant, tests: Tests) -> tuple[Outcome, str]:
    try:
        importlib.import_module(mutant.module)
    except Exception as error:  # noqa: BLE001 - whatever a change leads to
        return Outcome.STILLBORN, type(error).__name__
    for part in tests.parts:
        chosen = _Chosen(part, tests.known)
        files = dict.fromkeys(test.partition("::")[0] for test in part)
        code = pytest.main([*OPTIONS, *tests.options, *files], plugins=[chosen])
        if code not in {pytest.ExitCode.OK, pytest.ExitCode.NO_TESTS_COLLECTED}:
            return Outcome.KILLED, chosen.failed or "while tests are collected"
    return Outcome.SURVIVED, ""


OPTIONS: Final = ("-x", "-q", "--assert=plain", "--tb=no", "-p", "no:cacheprovider", "-n0")
