"""The small changes that make mutants of a module: each is one that a tired developer could make.

Changed are comparisons, connectives, conditions, arithmetic, constants, keys, parts of expressions
in CEL, and what is taken away from a call, a list or a dict. Not changed are annotations,
docstrings, decorators, imports, the examples of rules, which are there for tests, and sentences:
the wording of a message is no behavior.
"""

import ast
import copy
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Final

SWAPPED: Final[dict[type[ast.AST], type[ast.AST]]] = {
    ast.Lt: ast.LtE,
    ast.LtE: ast.Lt,
    ast.Gt: ast.GtE,
    ast.GtE: ast.Gt,
    ast.Eq: ast.NotEq,
    ast.NotEq: ast.Eq,
    ast.Is: ast.IsNot,
    ast.IsNot: ast.Is,
    ast.In: ast.NotIn,
    ast.NotIn: ast.In,
    ast.And: ast.Or,
    ast.Or: ast.And,
    ast.Sub: ast.Add,
    ast.Mult: ast.FloorDiv,
    ast.Div: ast.Mult,
    ast.FloorDiv: ast.Mult,
    ast.Mod: ast.Mult,
}
SWAPPED_NAMES: Final = {
    "all": "any",
    "any": "all",
    "max": "min",
    "min": "max",
    "sorted": "list",
    "startswith": "endswith",
    "endswith": "startswith",
    "removeprefix": "removesuffix",
    "removesuffix": "removeprefix",
    "partition": "rpartition",
    "rpartition": "partition",
}
IN_EXPRESSIONS: Final = {
    "&&": "||",
    "||": "&&",
    "==": "!=",
    "!=": "==",
    "<=": "<",
    ">=": ">",
    "<": "<=",
    ">": ">=",
    "!has(": "has(",
    "has(": "!has(",
    ".all(": ".exists(",
    ".exists(": ".all(",
    ".exists_one(": ".exists(",
    "startsWith(": "endsWith(",
    "endsWith(": "startsWith(",
}
"""Parts of expressions in CEL, the longer ones are looked for first."""

NOT_CHANGED: Final = {"annotation", "returns", "decorator_list", "bases", "type_params", "ctx"}
EXAMPLES: Final = {"bad", "good"}
CHECKER_ONLY: Final = {"cast", "TypeVar", "assert_never", "NewType"}
INSERTED: Final = "~"
WORDS_OF_A_SENTENCE: Final = 4

_is_expression = re.compile(r"&&|\|\||\bself\b|\bhas\(|\boldSelf\b").search
_of_expression = re.compile(
    "|".join(map(re.escape, sorted(IN_EXPRESSIONS, key=len, reverse=True))) + r"|\b\d+\b"
)


@dataclass(frozen=True, slots=True)
class Change:
    """One change to a module: `new` in place of `old`, in a field of a node of its tree.

    `lines` are those of the statement around it, of which only the head where others are inside;
    `top` is the outermost statement, `in_function` whether it is run when something is called.
    """

    parent: ast.AST
    field: str
    index: int | None
    old: ast.AST
    new: ast.AST
    lines: range
    top: ast.stmt
    in_function: bool
    in_cel: bool

    def make(self) -> None:
        """Change the tree, for good."""
        if self.index is None:
            setattr(self.parent, self.field, self.new)
        else:
            getattr(self.parent, self.field)[self.index] = self.new

    def __str__(self) -> str:
        before, after = (ast.unparse(node) for node in (self.old, self.new))
        return difference(before, after)


@dataclass(frozen=True, slots=True)
class Mutant:
    """One change to one module."""

    module: str
    path: str
    tree: ast.Module
    change: Change

    def __str__(self) -> str:
        line = getattr(self.change.old, "lineno", self.change.lines.start)
        return f"{self.path}:{line}: {self.change}"


def difference(before: str, after: str, around: int = 24, most: int = 60) -> str:
    """Return what differs in two texts of code, with a few characters around it."""
    shorter = min(len(before), len(after))
    head = next((i for i in range(shorter) if before[i] != after[i]), shorter)
    left = shorter - head
    tail = next((i for i in range(left) if before[-1 - i] != after[-1 - i]), left)
    first = max(head - around, 0)

    def part(text: str) -> str:
        end = min(len(text) - tail + around, first + most + around)
        return ("…" if first else "") + text[first:end].replace("\n", " ")

    return f"{part(before)}  ->  {part(after)}"


@dataclass(frozen=True, slots=True)
class _Place:
    """Where in the module a walk is."""

    lines: range
    top: ast.stmt
    in_function: bool


def changes_of(tree: ast.Module) -> Iterator[Change]:
    """Yield every change of a module, in the order of its text."""
    for index, statement in enumerate(tree.body):
        place = _Place(_lines_of(statement), statement, in_function=False)
        yield from _of_child(tree, "body", index, statement, place)


def _of_child(
    parent: ast.AST, field: str, index: int | None, child: ast.AST, place: _Place
) -> Iterator[Change]:
    if _stays(child):
        return
    if isinstance(child, ast.stmt):
        inside = place.in_function or isinstance(parent, ast.FunctionDef)
        place = _Place(_lines_of(child), place.top, inside)
    for new in _instead_of(child):
        in_cel = isinstance(child, ast.Constant) and _is_cel(child.value)
        yield Change(
            parent, field, index, child, ast.copy_location(new, child),
            place.lines, place.top, place.in_function, in_cel,
        )  # fmt: skip
    yield from _of_children(child, place)


def _of_children(node: ast.AST, place: _Place) -> Iterator[Change]:
    for field, value in ast.iter_fields(node):
        if field in NOT_CHANGED:
            continue
        if isinstance(value, ast.AST):
            yield from _of_child(node, field, None, value, place)
        elif isinstance(value, list):
            for index, each in enumerate(value):
                if isinstance(each, ast.AST):
                    yield from _of_child(node, field, index, each, place)


def _lines_of(statement: ast.stmt) -> range:
    """Return the lines of a statement; of one with others in it those before the first of them."""
    body = getattr(statement, "body", None)
    last = body[0].lineno - 1 if body else statement.end_lineno or statement.lineno
    return range(statement.lineno, max(last, statement.lineno) + 1)


def _stays(node: ast.AST) -> bool:
    match node:
        case ast.Import() | ast.ImportFrom() | ast.Expr(value=ast.Constant()):
            stays = True
        case ast.keyword(arg=name):
            stays = name in EXAMPLES
        case ast.AnnAssign(annotation=ast.Name(id=name)):
            stays = name == "TypeAlias"
        case ast.Assign(targets=[ast.Name(id=name)]):
            stays = name == "__all__"
        case ast.Subscript(value=ast.Name(id=name)):
            stays = name == "Literal"
        case ast.If(test=ast.Name(id=name)):
            stays = name == "TYPE_CHECKING"
        case ast.Call(func=ast.Name(id=name)):
            stays = name in CHECKER_ONLY
        case _:
            stays = False
    return stays


def _is_cel(value: object) -> bool:
    return isinstance(value, str) and bool(_is_expression(value))


def _with(node: ast.AST, **fields: Any) -> Any:
    changed = copy.copy(node)
    for name, value in fields.items():
        setattr(changed, name, value)
    return changed


def _with_other(items: list[Any], index: int, other: object) -> list[Any]:
    return [*items[:index], other, *items[index + 1 :]]


def _without(items: list[Any], index: int) -> list[Any]:
    return [*items[:index], *items[index + 1 :]]


def _instead_of(node: ast.AST) -> Iterator[Any]:
    """Yield what can stand in the place of a node."""
    match node:
        case ast.Constant(value=value):
            yield from (_with(node, value=other) for other in _other_values(value))
        case ast.Name(id=name) if name in SWAPPED_NAMES:
            yield _with(node, id=SWAPPED_NAMES[name])
        case ast.Attribute(attr=name) if name in SWAPPED_NAMES:
            yield _with(node, attr=SWAPPED_NAMES[name])
        case ast.BinOp():
            yield _other_arithmetic(node)
        case ast.Continue():
            yield ast.Break()
        case ast.Expr():
            yield ast.Pass()
        case _:
            yield from _of_logic(node)
            yield from _with_less(node)


def _of_logic(node: ast.AST) -> Iterator[Any]:
    """Yield a comparison or condition with another outcome."""
    match node:
        case ast.Compare(ops=ops):
            for index, operator in enumerate(ops):
                swapped = SWAPPED[type(operator)]()
                yield _with(node, ops=_with_other(ops, index, swapped))
        case ast.BoolOp(op=op):
            yield _with(node, op=SWAPPED[type(op)]())
        case ast.If(test=test) | ast.IfExp(test=test) | ast.While(test=test):
            yield _with(node, test=_negated(test))
        case ast.comprehension(ifs=ifs):
            for index, test in enumerate(ifs):
                yield _with(node, ifs=_with_other(ifs, index, _negated(test)))
        case ast.UnaryOp(op=ast.Not() | ast.USub(), operand=operand):
            yield operand


def _with_less(node: ast.AST) -> Iterator[Any]:
    """Yield a call, a list or a dict without one of its parts."""
    match node:
        case ast.Call(keywords=keywords):
            for index, keyword in enumerate(keywords):
                if keyword.arg not in EXAMPLES:
                    yield _with(node, keywords=_without(keywords, index))
        case ast.Dict(keys=keys, values=values):
            for index in range(len(keys)):
                yield _with(node, keys=_without(keys, index), values=_without(values, index))
        case ast.List(ctx=ast.Load()) | ast.Set() | ast.Tuple(ctx=ast.Load()):
            for index in range(len(node.elts)):
                yield _less_items(node, index)


def _less_items(node: ast.List | ast.Set | ast.Tuple, index: int) -> ast.expr:
    """Return a collection without an item: a set without its only one is no literal."""
    elements = _without(node.elts, index)
    if elements or not isinstance(node, ast.Set):
        return _with(node, elts=elements)  # type: ignore[no-any-return]
    return ast.Call(ast.Name("set", ast.Load()), [], [])


def _negated(test: ast.expr) -> ast.expr:
    return ast.copy_location(ast.UnaryOp(ast.Not(), test), test)


def _other_arithmetic(node: ast.BinOp) -> ast.expr:
    """Return another operation; of what is put together, texts and dicts too, the first part."""
    swapped = SWAPPED.get(type(node.op))
    return _with(node, op=swapped()) if swapped else node.left


def _other_values(value: object) -> Iterator[object]:
    match value:
        case bool():
            yield not value
        case int() | float():
            yield value + 1
        case str() if _is_cel(value):
            yield from _other_expressions(value)
        case str() if len(value.split()) < WORDS_OF_A_SENTENCE:
            middle = (len(value) + 1) // 2
            yield value[:middle] + INSERTED + value[middle:]


def _other_expressions(text: str) -> Iterator[str]:
    for found in _of_expression.finditer(text):
        part = found.group()
        other = IN_EXPRESSIONS[part] if part in IN_EXPRESSIONS else str(int(part) + 1)
        yield text[: found.start()] + other + text[found.end() :]
