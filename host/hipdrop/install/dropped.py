"""What no other part of the firmware uses, left out before it is compiled: it would fill the board's memory.

Of the wire, whole modules that only hosts import; of every module, functions, classes and tables that nobody names, and
the names of numbers that only their own module uses, which become constants of MicroPython. Lines stay where they are.
"""

from __future__ import annotations

import ast
from collections import Counter
from collections.abc import Iterator, Mapping
from functools import lru_cache

from hipdrop.install.tokens import renamed

SHARED = "hipwire/"
OPEN = "hipclip/drivers/"  # what boards of others may use


def without_unused(sources: Mapping[str, bytes], users: Mapping[str, bytes]) -> dict[str, bytes]:
    """Give what is left of the modules.

    Parameters
    ----------
    sources
        Path -> source, the wire's constants already in place of their names.
    users
        Others that import them, such as `main.py`.
    """
    reached = _reached(sources)
    result = {path: source for path, source in sources.items() if path in reached}
    while True:
        uses: Counter[str] = Counter()
        for source in (*result.values(), *users.values()):
            uses.update(_names(source))
        before = dict(result)
        for path, source in before.items():
            result[path] = source if path.startswith(OPEN) else _without(source, uses)
        if result == before:
            return {path: _with_constants(source, uses) for path, source in result.items()}


def _reached(sources: Mapping[str, bytes]) -> set[str]:
    """Paths of all but those modules of the wire that no other module here imports."""
    reached = {path for path in sources if not path.startswith(SHARED) or path.endswith("__init__.py")}
    waiting = list(reached)
    while waiting:
        for path in _imported(ast.parse(sources[waiting.pop()])):
            if path in sources and path not in reached:
                reached.add(path)
                waiting.append(path)
    return reached


def _imported(tree: ast.Module) -> Iterator[str]:
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom) and node.module:
            yield f"{node.module.replace('.', '/')}.py"
            for one in node.names:
                yield f"{node.module.replace('.', '/')}/{one.name}.py"


def _mentioned(tree: ast.AST) -> Iterator[str]:
    """All that is named, in quotes too, but not where it is made."""
    for node in ast.walk(tree):
        match node:
            case ast.Name(id=name, ctx=ast.Load()) | ast.Attribute(attr=name) | ast.keyword(arg=str(name)):
                yield name
            case ast.Constant(value=str(text)):
                yield text
            case ast.Global(names=names):
                yield from names
            case ast.ImportFrom(names=aliases):
                yield from (alias.name for alias in aliases)


@lru_cache(maxsize=256)  # a few passes over the same modules
def _names(source: bytes) -> Counter[str]:
    """How often a module names what."""
    return Counter(_mentioned(ast.parse(source)))


@lru_cache(maxsize=256)
def _makes(source: bytes) -> list[tuple[str, ast.stmt, int]]:
    """What a module makes at its top: name, statement, how often that names itself."""
    named = [(name, one) for one in ast.parse(source).body if (name := _made(one)) is not None]
    return [(name, one, sum(inner == name for inner in _mentioned(one))) for name, one in named]


def _without(source: bytes, uses: Counter[str]) -> bytes:
    lines = source.splitlines(keepends=True)
    for name, statement, own in _makes(source):
        if uses[name] > own:
            continue
        assert statement.end_lineno is not None
        for k in range(statement.lineno - 1, statement.end_lineno):
            lines[k] = b"\n"
    return b"".join(lines)


def _made(statement: ast.stmt) -> str | None:
    """Name of a function or class, or of plain data."""
    match statement:
        case ast.FunctionDef(name=name, decorator_list=[]) | ast.AsyncFunctionDef(name=name, decorator_list=[]):
            return name
        case ast.ClassDef(name=name, decorator_list=[]):
            return name
        case ast.Assign(targets=[ast.Name(id=name)], value=value) if _is_plain(value) and not name.startswith("__"):
            return name
    return None


def _is_plain(value: ast.expr) -> bool:
    plain = (ast.Constant, ast.Tuple, ast.Dict, ast.UnaryOp, ast.BinOp, ast.operator, ast.unaryop, ast.expr_context)
    return all(isinstance(node, plain) for node in ast.walk(value))


def _with_constants(source: bytes, uses: Counter[str]) -> bytes:
    """Make numbers that only this module names constants: `X = 3` becomes `_X = const(3)`."""
    tree = ast.parse(source)
    own = Counter(_mentioned(tree))
    stored = Counter(
        node.id for node in ast.walk(tree) if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store)
    )
    taken = own.keys() | stored.keys()
    lines = source.splitlines(keepends=True)
    names: dict[str, str] = {}
    for statement in tree.body:
        match statement:
            case ast.Assign(targets=[ast.Name(id=name) as target], value=value) if _is_whole(value):
                if uses[name] != own[name] or stored[name] != 1 or name.startswith("_") or f"_{name}" in taken:
                    continue
                if value.lineno != value.end_lineno or name in _texts(tree):
                    continue
                line = lines[statement.lineno - 1]
                head, body = line[: target.end_col_offset], line[value.col_offset : value.end_col_offset]
                lines[statement.lineno - 1] = head + b" = const(" + body + b")" + line[value.end_col_offset :]
                names[name] = f"_{name}"
    return renamed(b"".join(lines), names)


def _is_whole(value: ast.expr) -> bool:
    """Whether it is a whole number, or reckoned of such."""
    match value:
        case ast.Constant(value=number):
            return type(number) is int
        case ast.UnaryOp(operand=operand):
            return _is_whole(operand)
        case ast.BinOp(left=left, right=right, op=op):
            return _is_whole(left) and _is_whole(right) and not isinstance(op, ast.Div)
    return False


def _texts(tree: ast.Module) -> set[str]:
    return {node.value for node in ast.walk(tree) if isinstance(node, ast.Constant) and isinstance(node.value, str)}
