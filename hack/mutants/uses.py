"""Who uses what a module makes when it is imported: a constant, a table, a class."""

import ast
from collections import defaultdict
from collections.abc import Iterable, Iterator
from typing import TypeAlias

Name: TypeAlias = tuple[str, str]
"""A module, and a name at its top."""

Lines: TypeAlias = tuple[str, range]
"""A module, and lines of it."""


class Uses:
    """The names at the top of modules, and what refers to them."""

    def __init__(self, trees: dict[str, ast.Module]) -> None:
        """Take the trees of all modules by their dotted names."""
        self._users: dict[Name, set[Name]] = defaultdict(set)
        self._bodies: dict[Name, list[Lines]] = defaultdict(list)
        self._functions: set[Name] = set()
        for module, tree in trees.items():
            self._read(module, tree, trees)

    def _read(self, module: str, tree: ast.Module, trees: dict[str, ast.Module]) -> None:
        imported: dict[str, Name] = {}
        for statement in tree.body:
            if isinstance(statement, ast.ImportFrom):
                imported |= _imported(statement)
            names = [(module, name) for name in made_by(statement)]
            if isinstance(statement, ast.FunctionDef):
                self._functions |= {*names}
            for name in names:
                self._bodies[name] += ((module, lines) for lines in _bodies(statement))
                for used in _used(statement, module, imported, trees):
                    self._users[used].add(name)
        for alias, source in imported.items():
            self._users[source].add((module, alias))

    def functions_that_use(
        self, module: str, statement: ast.stmt, *, by_functions: bool = False
    ) -> Iterator[Lines]:
        """Yield the lines of all functions that use what a statement makes, also by constants.

        With `by_functions` also by functions: those that imports alone run are in no test's way.
        """
        for name in self._reached(module, statement, by_functions=by_functions):
            yield from self._bodies[name]

    def constants_made_of(self, module: str, statement: ast.stmt) -> set[str]:
        """Return the names of what imports make of what a statement makes, itself included."""
        reached = self._reached(module, statement, by_functions=False)
        return {name for module, name in reached if (module, name) not in self._functions}

    def _reached(self, module: str, statement: ast.stmt, *, by_functions: bool) -> set[Name]:
        made = {(module, name) for name in made_by(statement)}
        waiting, seen = [*made], {*made}
        while waiting:
            name = waiting.pop()
            if by_functions or name in made or name not in self._functions:
                found = self._users[name] - seen
                seen |= found
                waiting += found
        return seen


def made_by(statement: ast.stmt) -> Iterator[str]:
    """Yield the names at the top of a module that a statement makes, or changes."""
    if isinstance(statement, ast.FunctionDef | ast.ClassDef):
        yield statement.name
    for node in _without_bodies(statement):
        if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store):
            yield node.id


def _without_bodies(statement: ast.stmt) -> Iterable[ast.AST]:
    is_definition = isinstance(statement, ast.FunctionDef | ast.ClassDef)
    return () if is_definition else ast.walk(statement)


def _bodies(statement: ast.stmt) -> Iterator[range]:
    """Yield the lines of functions: the first line, with the name, is run by the import."""
    for node in ast.walk(statement):
        if isinstance(node, ast.FunctionDef):
            yield range(node.body[0].lineno, (node.end_lineno or node.lineno) + 1)


def _imported(statement: ast.ImportFrom) -> dict[str, Name]:
    return {
        alias.asname or alias.name: (statement.module or "", alias.name)
        for alias in statement.names
    }


def _used(
    statement: ast.stmt, module: str, imported: dict[str, Name], trees: dict[str, ast.Module]
) -> Iterator[Name]:
    for node in ast.walk(statement):
        if isinstance(node, ast.Name):
            yield imported.get(node.id, (module, node.id))
        elif isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name):
            whole = ".".join(imported.get(node.value.id, ("", "")))
            if whole in trees:
                yield whole, node.attr
