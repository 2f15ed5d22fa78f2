"""A random sample of the mutants of a package, tried side by side."""

import ast
import contextlib
import multiprocessing
import random
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from multiprocessing import connection
from pathlib import Path
from typing import Final

from hack.mutants.baseline import Baseline
from hack.mutants.changes import Mutant, changes_of
from hack.mutants.trial import Outcome, Tests, try_mutant
from hack.mutants.uses import Uses

FIRST_SECONDS: Final = 1.0
"""CPU time of the tests that are tried first: most mutants are killed by one of them."""

COUNTS: Final = (0.1, 0.3, 1.0)
"""Which part of a test's time counts for its rank: of the same module, the same package, others."""

COUNTS_WITH_TEXT: Final = 0.1
"""Which part of that counts where the test's file has the text that the mutant lacks, and which
where its parameter begins with a text of the changed module, such as the name of a rule."""

SHORTEST_TEXT: Final = 3
SHORTEST_PARAMETER: Final = 6

MOST_SECONDS: Final = 20.0
"""CPU time of all tests of a mutant: where there are more, the slowest are left out."""

TIMES_AS_LONG: Final = 5
START_SECONDS: Final = 20
"""The limit of a trial, in CPU time: this often as long as its tests, and as long to start."""

WAITS: Final = 600.0
"""Seconds without an end of any trial after which one is taken to hang."""


@dataclass(frozen=True, slots=True)
class Result:
    """What became of a mutant: which test killed it, or how many did not."""

    mutant: Mutant
    outcome: Outcome
    killer: str
    tests: int


@dataclass(frozen=True, slots=True)
class Suite:
    """The tests that mutants are tried with: what is known of them, and how they are selected."""

    baseline: Baseline
    options: tuple[str, ...]
    uses: Uses

    def tests_for(self, mutant: Mutant) -> Tests:
        """Return the tests that a change can matter to: the nearest and fastest come first."""
        known = self.baseline.seconds
        first: list[str] = []
        further: list[str] = []
        spent = 0.0
        for test in self._in_order(mutant):
            spent += known.get(test, 0.0)
            if spent > MOST_SECONDS:
                break
            (first if spent <= FIRST_SECONDS or not first else further).append(test)
        return Tests(
            parts=tuple(part for part in (first, further) if part),
            options=self.options,
            known=frozenset(known),
            seconds=START_SECONDS + int(TIMES_AS_LONG * spent),
        )

    def _in_order(self, mutant: Mutant) -> list[str]:
        """Return the tests by rank, those of one file or function spread among those of others."""
        ranks = sorted(self._rank(each, mutant) for each in self._tests_of(mutant))
        seen: Counter[str] = Counter()
        spread = []
        for rank, test in ranks:
            file, function = test.partition("::")[0], test.partition("[")[0]
            seen[file] += function not in seen
            seen[function] += 1
            spread.append((rank * seen[file] * seen[function], test))
        return [test for _, test in sorted(spread)]

    def _tests_of(self, mutant: Mutant) -> set[str]:
        change = mutant.change
        found = self.baseline.running(mutant.path, change.lines)
        if not (change.in_function and found):  # it is run by an import
            found |= self._tests_that_use(mutant) or self._tests_that_use(mutant, by_functions=True)
            found |= self._tests_that_import(mutant)
        return found

    def _tests_that_use(self, mutant: Mutant, *, by_functions: bool = False) -> set[str]:
        users = self.uses.functions_that_use(
            mutant.module, mutant.change.top, by_functions=by_functions
        )
        return {
            test
            for module, lines in users
            for test in self.baseline.running(_path_of(module), lines)
        }

    def _tests_that_import(self, mutant: Mutant) -> set[str]:
        """Return the tests of the files that import what is made of the changed statement."""
        names = self.uses.constants_made_of(mutant.module, mutant.change.top)
        files = {test.partition("::")[0] for test in self.baseline.seconds}
        importing = {file for file in files if names & _imported_by(Path(file))}
        return {test for test in self.baseline.seconds if test.partition("::")[0] in importing}

    def _rank(self, test: str, mutant: Mutant) -> tuple[float, str]:
        """Return how late a test is tried: by its time, of which little counts for a near one."""
        file, source = Path(test.partition("::")[0]), Path(mutant.path)
        distance = 2 - (file.parent.name == source.parent.name) - (source.stem in file.stem)
        part = COUNTS[distance]
        part *= COUNTS_WITH_TEXT if _has_text(file, mutant) else 1
        part *= COUNTS_WITH_TEXT if _is_about(test, mutant.tree) else 1
        return self.baseline.seconds.get(test, 0.0) * part, test


def _has_text(file: Path, mutant: Mutant) -> bool:
    """Tell whether a file has the constant that is changed: its tests may well look for it."""
    old = mutant.change.old
    text = str(old.value).removesuffix(".0").strip() if isinstance(old, ast.Constant) else ""
    return len(text) >= SHORTEST_TEXT and text in _text_of(file)


def _is_about(test: str, tree: ast.Module) -> bool:
    """Tell whether the parameter of a test begins with a text of a module."""
    return test.partition("[")[2].startswith(_texts_of(tree))


@cache
def _texts_of(tree: ast.Module) -> tuple[str, ...]:
    constants = (node.value for node in ast.walk(tree) if isinstance(node, ast.Constant))
    texts = (each for each in constants if isinstance(each, str))
    return tuple(each for each in texts if len(each) >= SHORTEST_PARAMETER)


@cache
def _imported_by(file: Path) -> frozenset[str]:
    """Return the names that a file imports from the project."""
    return frozenset(
        alias.name
        for node in ast.walk(ast.parse(_text_of(file)))
        if isinstance(node, ast.ImportFrom)
        for alias in node.names
    )


@cache
def _text_of(file: Path) -> str:
    return file.read_text(encoding="utf-8") if file.is_file() else ""


def all_mutants(root: Path, package: str, trees: dict[str, ast.Module]) -> list[Mutant]:
    """Return every mutant of a package or module, in the order of its files."""
    place = root / package.replace(".", "/")
    files = sorted(place.rglob("*.py")) if place.is_dir() else [place.with_suffix(".py")]
    found = []
    for file in files:
        path = str(file.relative_to(root))
        module = module_of(path)
        found += [Mutant(module, path, trees[module], each) for each in changes_of(trees[module])]
    return found


def module_of(path: str) -> str:
    """Return the dotted name of the module in a file."""
    return path.removesuffix(".py").removesuffix("/__init__").replace("/", ".")


def _path_of(module: str) -> str:
    path = module.replace(".", "/")
    return f"{path}.py" if Path(f"{path}.py").is_file() else f"{path}/__init__.py"


def trees_of(root: Path, package: str) -> dict[str, ast.Module]:
    """Return the trees of all modules of a package, by their names."""
    files = sorted((root / package).rglob("*.py"))
    return {
        module_of(str(file.relative_to(root))): ast.parse(file.read_text(encoding="utf-8"))
        for file in files
    }


def tried(
    mutants: list[Mutant], count: int, seed: str, suite: Suite, processes: int
) -> Iterator[Result]:
    """Try a sample; yield what became of each, and of those that cannot be imported as well.

    Those count for nothing: another one is drawn for each.
    """
    drawn = iter(random.Random(seed).sample(mutants, len(mutants)))  # noqa: S311
    running: dict[connection.Connection, _Trial] = {}
    viable = 0
    while True:
        while len(running) < processes and viable + len(running) < count:
            if (mutant := next(drawn, None)) is None:
                break
            trial = _Trial(mutant, suite)
            running[trial.answer] = trial
        if not running:
            return
        for answer in _ready(running):
            result = running.pop(answer).result()
            viable += result.outcome is not Outcome.STILLBORN
            yield result


def _ready(running: dict[connection.Connection, "_Trial"]) -> list[connection.Connection]:
    """Return those that have ended; after a long time without an end, the one that runs longest."""
    ready = connection.wait(list(running), WAITS)
    return [each for each in running if each in ready] or [next(iter(running))]


class _Trial:
    """A process that tries a mutant."""

    def __init__(self, mutant: Mutant, suite: Suite) -> None:
        self.mutant = mutant
        self.tests = suite.tests_for(mutant)
        self.answer, sending = multiprocessing.Pipe(duplex=False)
        self.process = multiprocessing.get_context("fork").Process(
            target=try_mutant, args=(mutant, self.tests, sending)
        )
        self.process.start()
        sending.close()

    def result(self) -> Result:
        """Return what became of the mutant; one that sent nothing was ended by a limit."""
        outcome, killer = Outcome.ENDLESS, ""
        with contextlib.suppress(EOFError):
            if self.answer.poll():
                outcome, killer = self.answer.recv()
        self.process.kill()
        self.process.join()
        self.answer.close()
        return Result(self.mutant, outcome, killer, sum(map(len, self.tests.parts)))
