"""Mutants are what is promised, meet the tests that matter, and are told to have lived or not."""

import ast
import os
import subprocess
import sys
from pathlib import Path

import pytest

from hack.mutants.baseline import Baseline, measured
from hack.mutants.changes import changes_of, difference
from hack.mutants.sample import Suite, all_mutants, trees_of
from hack.mutants.uses import Uses

SUMS = """
LEAST = int("9")

def total(numbers):
    return max(LEAST, sum(numbers))

def untested(numbers):
    return not numbers
"""
TESTS = """
from tiny.sums import total

def test_total():
    assert total([4, 6]) == 10
"""


def changed(text: str) -> list[str]:
    """Return the texts of all mutants of a module."""
    count = len(list(changes_of(ast.parse(text))))
    made = []
    for index in range(count):
        tree = ast.parse(text)
        list(changes_of(tree))[index].make()
        made.append(ast.unparse(ast.fix_missing_locations(tree)))
    return made


@pytest.mark.parametrize(
    ("text", "mutants"),
    [
        ("a < b", ["pass", "a <= b"]),
        ("x = a == b != c", ["x = a != b != c", "x = a == b == c"]),
        ("x = a in b and c", ["x = a in b or c", "x = a not in b and c"]),
        ("x = 1 if a else 'no'", ["x = 1 if not a else 'no'"]),
        ("x = [a for a in b if a]", ["x = [a for a in b if not a]"]),
        ("x = not a", ["x = a"]),
        ("x = True", ["x = False"]),
        ("x = {'a': b, **c}", ["x = {**c}", "x = {'a': b}", "x = {'a~': b, **c}"]),
        ("x = {a}", ["x = set()"]),
        ("x = call(a, b=c)", ["x = call(a)"]),
        ("x = a | b", ["x = a"]),
        ("x = a - b", ["x = a + b"]),
        ("x = all(a)", ["x = any(a)"]),
        ("x = a.startswith(b)", ["x = a.endswith(b)"]),
        ("x = a[0]", ["x = a[1]"]),
        ("x = ''", ["x = '~'"]),
        ("x = 'name'", ["x = 'na~me'"]),
        ("for a in b:\n    continue", ["for a in b:\n    break"]),
        ("def a(b=1):\n    return b", ["def a(b=2):\n    return b"]),
    ],
)
def test_code_is_changed(text: str, mutants: list[str]) -> None:
    assert set(mutants) <= set(changed(text))
    assert len(changed(text)) == len(set(changed(text)))


@pytest.mark.parametrize(
    "text",
    [
        "'Docstring.'",
        "import a",
        "from a import b",
        "def a(b: Literal['c']) -> Literal['d']:\n    return b",
        "@a(b=1)\ndef c():\n    return d",
        "A: TypeAlias = B | C",
        "A = Literal['b', 'c']",
        "__all__ = ['a', 'b']",
        "x = 'is the name of two zones'",
        "x = Rule(a, bad={'b': 1}, good={'c': 2})",
        "x = cast('A', b)",
        "x = None",
    ],
)
def test_what_is_no_behavior_stays(text: str) -> None:
    assert changed(text) == []


def test_parts_of_expressions_are_changed() -> None:
    text = "x = '!has(self.a) || self.b <= 63'"

    assert changed(text) == [
        "x = 'has(self.a) || self.b <= 63'",
        "x = '!has(self.a) && self.b <= 63'",
        "x = '!has(self.a) || self.b < 63'",
        "x = '!has(self.a) || self.b <= 64'",
    ]
    assert all(change.in_cel for change in changes_of(ast.parse(text)))


def test_a_mutant_is_told_with_its_own_line(tmp_path: Path) -> None:
    (tmp_path / "wide.py").write_text("x = call(\n    a,\n    1,\n)\n")

    assert [*map(str, all_mutants(tmp_path, "wide", trees_of(tmp_path, "")))] == [
        "wide.py:3: 1  ->  2"
    ]


def test_a_change_is_told_by_what_differs() -> None:
    before = "call(" + "a, " * 20 + "b == c" + ", a" * 40 + ")"

    assert difference("a < b", "a <= b") == "a < b  ->  a <= b"
    told = difference(before, before.replace("==", "!="))
    assert "b == c" in told
    assert "b != c" in told
    assert len(told) < len(before)


def suite_of(directory: Path, tests: dict[str, dict[int, frozenset[str]]]) -> Suite:
    baseline = Baseline({"t.py::a": 0.1, "t.py::b": 2.0, "t.py::c": 99.0}, tests, ())
    return Suite(baseline, (), Uses(trees_of(directory, "pair")))


def pair(directory: Path) -> Path:
    """Write a module with a constant, and one that uses it by way of another."""
    (directory / "pair").mkdir()
    (directory / "pair/one.py").write_text("A = 1\n\ndef f():\n    return not B\n\nB = [A]\n")
    (directory / "pair/two.py").write_text(
        "from pair.one import B as C\n\ndef g():\n    return C\n"
    )
    return directory


def test_the_tests_of_a_line_are_tried_the_fastest_first(tmp_path: Path) -> None:
    tests = {"pair/one.py": {4: frozenset({"t.py::b", "t.py::a", "t.py::c"})}}
    suite = suite_of(pair(tmp_path), tests)
    mutants = all_mutants(tmp_path, "pair", trees_of(tmp_path, "pair"))
    (mutant,) = [each for each in mutants if each.change.in_function]

    chosen = suite.tests_for(mutant)

    assert chosen.parts == (["t.py::a"], ["t.py::b"])
    assert chosen.known == {"t.py::a", "t.py::b", "t.py::c"}


def test_a_test_whose_file_has_the_changed_text_is_tried_before_a_faster_one(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("pair").mkdir()
    Path("pair/one.py").write_text("def a():\n    return 'Idle'\n")
    Path("told.py").write_text("assert told() == 'Idle'\n")
    ids = {"t.py::a": 0.1, "told.py::b": 0.3}
    tests = {"pair/one.py": {2: frozenset(ids)}}
    trees = trees_of(tmp_path, "pair")
    (mutant,) = all_mutants(tmp_path, "pair", trees)

    chosen = Suite(Baseline(ids, tests, ()), (), Uses(trees)).tests_for(mutant)

    assert chosen.parts == (["told.py::b", "t.py::a"],)


def test_a_test_with_a_text_of_the_module_as_parameter_is_tried_before_a_faster_one(
    tmp_path: Path,
) -> None:
    (tmp_path / "pair").mkdir()
    (tmp_path / "pair/one.py").write_text("def a():\n    return b('zone-name', not c)\n")
    ids = {"t.py::a[zone-repeated]": 0.1, "told.py::b[zone-name-spec]": 0.3}
    trees = trees_of(tmp_path, "pair")
    mutant = all_mutants(tmp_path, "pair", trees)[-1]

    chosen = Suite(Baseline(ids, {"pair/one.py": {2: frozenset(ids)}}, ()), (), Uses(trees))

    assert str(mutant).endswith("not c  ->  c")
    assert chosen.tests_for(mutant).parts == ([*ids][::-1],)


def test_the_first_test_of_another_file_is_tried_before_the_last_of_one(tmp_path: Path) -> None:
    ids = {f"many.py::{each}": 0.1 for each in "abcd"} | {"single.py::e": 0.25}
    tests = {"pair/one.py": {4: frozenset(ids)}}
    trees = trees_of(pair(tmp_path), "pair")
    (mutant,) = [each for each in all_mutants(tmp_path, "pair", trees) if each.change.in_function]

    (chosen,) = Suite(Baseline(ids, tests, ()), (), Uses(trees)).tests_for(mutant).parts

    assert [each[-1] for each in chosen] == ["a", "b", "e", "c", "d"]


def test_a_test_of_its_own_is_tried_before_the_further_cases_of_another_one(tmp_path: Path) -> None:
    ids = {f"many.py::f[{each}]": 0.1 for each in "abcd"} | {"many.py::e": 0.12}
    tests = {"pair/one.py": {4: frozenset(ids)}}
    trees = trees_of(pair(tmp_path), "pair")
    (mutant,) = [each for each in all_mutants(tmp_path, "pair", trees) if each.change.in_function]

    (chosen,) = Suite(Baseline(ids, tests, ()), (), Uses(trees)).tests_for(mutant).parts

    assert chosen.index("many.py::e") < chosen.index("many.py::f[d]")


def test_a_function_that_imports_run_is_tried_with_the_tests_of_what_it_makes(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("pair").mkdir()
    Path("pair/one.py").write_text("def a():\n    return 1\n\nA = a()\n\ndef f():\n    return A\n")
    suite = suite_of(tmp_path, {"pair/one.py": {7: frozenset({"t.py::a"})}})
    (mutant,) = all_mutants(tmp_path, "pair", trees_of(tmp_path, "pair"))

    assert suite.tests_for(mutant).parts == (["t.py::a"],)


def test_a_function_that_another_one_calls_in_imports_is_tried_too(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("pair").mkdir()
    Path("pair/one.py").write_text(
        "def a():\n    return 1\n\ndef b():\n    return a()\n\nB = b()\n\ndef f():\n    return B\n"
    )
    suite = suite_of(tmp_path, {"pair/one.py": {10: frozenset({"t.py::a"})}})
    (mutant,) = all_mutants(tmp_path, "pair", trees_of(tmp_path, "pair"))

    assert suite.tests_for(mutant).parts == (["t.py::a"],)


def test_a_constant_is_tried_with_the_tests_of_those_that_use_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(pair(tmp_path))
    suite = suite_of(tmp_path, {"pair/two.py": {4: frozenset({"t.py::a"})}})
    (mutant, *_) = all_mutants(tmp_path, "pair", trees_of(tmp_path, "pair"))

    assert str(mutant) == "pair/one.py:1: 1  ->  2"
    assert suite.tests_for(mutant).parts == (["t.py::a"],)


def test_a_table_is_tried_with_the_tests_that_import_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(pair(tmp_path))
    Path("tables.py").write_text("from pair.two import C\n")
    trees = trees_of(tmp_path, "pair")
    (mutant, *_) = all_mutants(tmp_path, "pair", trees)
    baseline = Baseline({"tables.py::a": 0.1, "others.py::b": 0.1}, {}, ())

    assert Suite(baseline, (), Uses(trees)).tests_for(mutant).parts == (["tables.py::a"],)


def test_tests_that_fail_without_a_change_tell_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    failed = subprocess.CompletedProcess[str](args=[], returncode=1)
    monkeypatch.setattr(subprocess, "run", lambda *_, **__: failed)

    with pytest.raises(SystemExit, match="tests fail without any change"):
        measured("tiny", [], processes=1)


@pytest.mark.timeout(300)
def test_what_tests_miss_is_told(tmp_path: Path) -> None:
    (tmp_path / "tiny").mkdir()
    (tmp_path / "tiny/sums.py").write_text(SUMS)
    (tmp_path / "tests/unit/tiny").mkdir(parents=True)
    (tmp_path / "tests/unit/tiny/test_sums.py").write_text(TESTS)

    done = subprocess.run(
        [sys.executable, "-m", "hack.mutants", "tiny", "--seed=1", "--count=99", "--processes=1"],
        cwd=tmp_path,
        env=os.environ | {"PYTHONPATH": str(Path.cwd())},
        capture_output=True,
        text=True,
        check=False,
    )

    assert "survived 0 tests: tiny/sums.py:8: not numbers  ->  numbers" in done.stdout
    assert "tiny: 1 of 2 killed (50.0%)" in done.stdout
    assert "drawn from 3, of which 1 could not be imported" in done.stdout
    assert done.returncode == 1
