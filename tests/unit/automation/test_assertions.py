"""Each test can fail: it asserts something whatever its input is, and not only of a constant."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

FILES = sorted(Path("tests").rglob("test_*.py"))
HELPERS = re.compile(r"_?assert_\w+|wait_for|raises|fail")
"""Functions that fail by an assertion of their own."""

CONSTANT = re.compile(r"[A-Z][A-Z0-9_]*")


@pytest.mark.parametrize("file", FILES, ids=str)
def test_each_test_asserts_something_in_any_case(file: Path) -> None:
    tests = list(_tests(file.read_text()))

    assert [test.name for test in tests if not _asserts(test.body)] == []
    assert [test.name for test in tests if _returns(test.body)] == []
    assert [ast.unparse(each) for test in tests for each in _of_constants(test)] == []


@pytest.mark.parametrize(
    "body",
    [
        "pass",
        "if x: assert y",
        "for x in y(): assert x",
        "for x in []: assert x",
        "[x for x in y()]",
        "def inner(): assert x",
        "with suppress(Error): y()",
    ],
)
def test_what_asserts_nothing_is_found(body: str) -> None:
    assert not _asserts(ast.parse(body).body)


@pytest.mark.parametrize(
    "body",
    [
        "assert x",
        "for x in (1, 2): assert x",
        "for x in range(3): assert x",
        "for x in NAMES: assert x",
        "with y() as x: assert x",
        "with pytest.raises(Error): y()",
        "try:\n    assert x\nfinally:\n    y()",
        "_assert_settled(x)",
    ],
)
def test_what_asserts_something_is_taken(body: str) -> None:
    assert _asserts(ast.parse(body).body)


@pytest.mark.parametrize("body", ["return", "if x: return", "with y(): return x"])
def test_a_test_that_ends_early_is_found(body: str) -> None:
    assert _returns(ast.parse(body).body)


@pytest.mark.parametrize(
    "body",
    ["assert True", "assert NAME", "assert module.NAME", "assert NAME == 'a'", "assert (x, y)",
     "assert x == x", "assert (y for y in x)", "assert x or True"],
)  # fmt: skip
def test_an_assertion_that_cannot_fail_is_found(body: str) -> None:
    assert list(_of_constants(ast.parse(body)))


def _tests(source: str) -> Iterator[ast.FunctionDef]:
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.FunctionDef) and node.name.startswith("test_"):
            yield node


def _asserts(body: list[ast.stmt]) -> bool:
    """Tell whether the statements assert something however they are gone through."""
    return any(map(_does_assert, body))


def _does_assert(statement: ast.stmt) -> bool:
    match statement:
        case ast.Assert():
            return True
        case ast.Expr(value=ast.Call(func=function)):
            return _is_helper(function)
        case ast.With(items=items, body=body):
            calls = [each.context_expr for each in items]
            return _asserts(body) or any(
                isinstance(each, ast.Call) and _is_helper(each.func) for each in calls
            )
        case ast.For(iter=values, body=body):
            return _is_never_empty(values) and _asserts(body)
        case ast.Try(body=body, finalbody=last):
            return _asserts([*body, *last])
    return False


def _is_helper(function: ast.expr) -> bool:
    return HELPERS.fullmatch(ast.unparse(function).rpartition(".")[2]) is not None


def _is_never_empty(values: ast.expr) -> bool:
    match values:
        case ast.Tuple(elts=parts) | ast.List(elts=parts):
            return bool(parts)
        case ast.Call(func=ast.Name(id="range")):
            return True
        case ast.Name(id=name):
            return CONSTANT.fullmatch(name) is not None
    return False


def _returns(body: list[ast.stmt]) -> bool:
    """Tell whether the statements end early; what functions within them return is their own."""
    parts = [each for each in body if not isinstance(each, ast.FunctionDef)]
    return any(isinstance(each, ast.Return) or _returns(_statements_in(each)) for each in parts)


def _statements_in(statement: ast.stmt) -> list[ast.stmt]:
    return [each for each in ast.iter_child_nodes(statement) if isinstance(each, ast.stmt)]


def _of_constants(tree: ast.AST) -> Iterator[ast.expr]:
    """Yield what is asserted, though it says nothing of the code: it is the same in every run."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Assert) and _is_constant(node.test):
            yield node.test


def _is_constant(expression: ast.expr) -> bool:
    match expression:
        case ast.Constant() | ast.Tuple() | ast.GeneratorExp() | ast.Lambda():
            return True
        case ast.Name(id=name) | ast.Attribute(attr=name):
            return CONSTANT.fullmatch(name) is not None
        case ast.BoolOp(op=ast.Or(), values=values):
            return any(isinstance(each, ast.Constant) for each in values)
        case ast.Compare(left=left, comparators=[right]):
            return _is_plain(left) and (
                (_is_plain(right) and ast.unparse(left) == ast.unparse(right))
                or (_is_constant(left) and isinstance(right, ast.Constant))
            )
    return False


def _is_plain(expression: ast.expr) -> bool:
    return not any(isinstance(each, ast.Call) for each in ast.walk(expression))
