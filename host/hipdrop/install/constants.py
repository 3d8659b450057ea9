"""The wire's constants written into the firmware before it is compiled, so that their names take none of its memory.

`ids.START` becomes `1`. In a board's heap each name of a module costs some 60 bytes, and there are 150 of them.
"""

from __future__ import annotations

import ast
import importlib
import re
from collections.abc import Iterator
from types import ModuleType

from hipdrop.errors import InstallError

_MODULES = ("commands", "frames", "ids")
_CAPITALS = re.compile(r"[A-Z][A-Z0-9_]*")


def inlined(path: str, source: bytes) -> bytes:
    """Give a module of the firmware with the constants of `hipwire` in place of their names, line for line.

    Parameters
    ----------
    path
        Its name, for the error.
    source
        UTF-8.

    Raises
    ------
    InstallError
        The module names a constant that is none.
    """
    text = source.decode()
    tree = ast.parse(text)
    modules = dict(_imported(tree))
    if not modules:
        return source
    lines = text.encode().splitlines(keepends=True)
    for use in sorted(_uses(tree, modules), key=lambda one: (one.lineno, one.col_offset), reverse=True):
        assert isinstance(use.value, ast.Name)
        literal = _literal(path, modules[use.value.id], use.attr)
        line = lines[use.lineno - 1]
        assert use.end_col_offset is not None
        lines[use.lineno - 1] = line[: use.col_offset] + literal + line[use.end_col_offset :]
    return _without_idle_imports(b"".join(lines), set(modules))


def _imported(tree: ast.Module) -> Iterator[tuple[str, ModuleType]]:
    """Give the modules of constants that are imported at the top."""
    for node in tree.body:
        if isinstance(node, ast.ImportFrom) and node.module == "hipwire":
            for name in node.names:
                if name.name in _MODULES and name.asname is None:
                    yield name.name, importlib.import_module(f"hipwire.{name.name}")


def _uses(tree: ast.Module, modules: dict[str, ModuleType]) -> Iterator[ast.Attribute]:
    for node in ast.walk(tree):
        if (
            isinstance(node, ast.Attribute)
            and isinstance(node.value, ast.Name)
            and node.value.id in modules
            and _CAPITALS.fullmatch(node.attr)
        ):
            yield node


def _literal(path: str, module: ModuleType, name: str) -> bytes:
    value = getattr(module, name, None)
    if not isinstance(value, int | str):
        raise InstallError(f"{path} names {module.__name__}.{name}, which is no constant")
    return repr(value).encode()


def _without_idle_imports(source: bytes, modules: set[str]) -> bytes:
    """Take out of the imports what is named nowhere any more."""
    tree = ast.parse(source)
    named = {node.id for node in ast.walk(tree) if isinstance(node, ast.Name)}
    lines = source.splitlines(keepends=True)
    for node in tree.body:
        if isinstance(node, ast.ImportFrom) and node.module == "hipwire":
            kept = [name.name for name in node.names if name.name in named or name.name not in modules]
            if len(kept) < len(node.names):
                assert node.end_lineno == node.lineno, "an import of hipwire stands on one line"
                wanted = f"from hipwire import {', '.join(kept)}\n" if kept else "\n"
                lines[node.lineno - 1] = wanted.encode()
    return b"".join(lines)
