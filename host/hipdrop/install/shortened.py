"""Names that only one module of the firmware uses, made short and alike in all, so that they take none of its memory.

Each different name costs a board some 25 bytes of its heap, and the table of all names doubles when it is full. A name
with an underscore before it, or of an argument that nobody names, means nothing outside its module: the first becomes
`_0` in each, the next `_1`. Modules whose classes inherit from each other count together. Lines stay where they are.
"""

from __future__ import annotations

import ast
import builtins
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping

from hipdrop.errors import InstallError
from hipdrop.install.tokens import renamed

_DIGITS = "0123456789abcdefghijklmnopqrstuvwxyz"


def shortened(sources: Mapping[str, bytes], users: Iterable[bytes] = ()) -> dict[str, bytes]:
    """Give the modules with their own names short.

    Parameters
    ----------
    sources
        Path -> source, all that belongs together.
    users
        Sources that use them and stay as they are: what they name is left alone.
    """
    modules = {path: _Names(ast.parse(source)) for path, source in sources.items()}
    all_names = [*modules.values(), *(_Names(ast.parse(source)) for source in users)]
    uses = Counter(name for one in all_names for name in one.mentioned)
    texts = set().union(*(one.texts for one in all_names))
    public = set().union(*(one.public for one in all_names)) | set(dir(builtins))
    result = dict(sources)
    for family in _families(modules):
        taken = set().union(*(modules[path].mentioned for path in family))
        fresh = (name for name in _short_names() if name not in taken)
        for path in family:
            one = modules[path]
            private = {name for name in one.made if _is_private(name) and uses[name] == 1 and name not in texts}
            own = sorted(private | (one.arguments - public))
            result[path] = renamed(sources[path], dict(zip(own, fresh, strict=False)))
    return result


class _Names:
    """What a module names, and how."""

    def __init__(self, tree: ast.Module) -> None:
        self.mentioned: set[str] = set()  # at all
        self.public: set[str] = set()  # so that others may see it
        self.made: set[str] = set()  # here
        self.texts: set[str] = set()  # names in quotes, as for getattr
        self.arguments: set[str] = set()
        self.classes: set[str] = set()
        self.bases: list[str] = []  # dotted
        self.imports: dict[str, str] = {}  # name here -> module, or module and name, dotted
        for node in ast.walk(tree):
            self._look(node)
        for statement in tree.body:
            self._look_outside(statement)

    def _look(self, node: ast.AST) -> None:
        match node:
            case ast.Name(id=name, ctx=how):
                self.mentioned.add(name)
                if isinstance(how, ast.Store):
                    self.made.add(name)
            case ast.Attribute(attr=name, ctx=how):
                self._tell(name, made=isinstance(how, ast.Store))
            case ast.FunctionDef(name=name) | ast.AsyncFunctionDef(name=name):
                self._tell(name, made=True)
            case ast.arg(arg=name):
                self.mentioned.add(name)
                if name != "self":
                    self.arguments.add(name)
            case ast.ClassDef(name=name, bases=bases):
                self._tell(name, made=True)
                self.classes.add(name)
                self.bases += map(ast.unparse, bases)
            case ast.keyword(arg=str(name)):
                self._tell(name)
            case ast.ImportFrom(module=module, names=names):
                for part in (module or "").split("."):
                    self._tell(part)
                for one in names:
                    self._tell(one.name)
                    self._tell(one.asname or one.name)
                    self.imports[one.asname or one.name] = f"{module}.{one.name}"
            case ast.Import(names=names):
                for one in names:
                    for part in (one.asname or one.name).split("."):
                        self._tell(part)
            case ast.Constant(value=str(text)):
                self.texts.add(text)
            case ast.JoinedStr():
                raise InstallError("the firmware has an f-string, whose names cannot be made short")

    def _tell(self, name: str, *, made: bool = False) -> None:
        self.mentioned.add(name)
        self.public.add(name)
        if made:
            self.made.add(name)

    def _look_outside(self, statement: ast.stmt) -> None:
        """Globals are seen by others, but for constants, which vanish anyway."""
        if isinstance(statement, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
            return
        names = {node.id for node in ast.walk(statement) if isinstance(node, ast.Name) and node.id in self.made}
        self.public |= names
        match statement:
            case ast.Assign(targets=[ast.Name(id=name)], value=ast.Call(func=ast.Name(id="const"))):
                self.made.discard(name)


def _is_private(name: str) -> bool:
    return name.startswith("_") and not name.startswith("__") and name != "_"


def _families(modules: Mapping[str, _Names]) -> list[list[str]]:
    """Give the modules whose classes inherit from each other; none that inherits from what is not here."""
    family = {path: path for path in modules}

    def head(path: str) -> str:
        return path if family[path] == path else head(family[path])

    strangers = set()
    for path, one in modules.items():
        for base in one.bases:
            if base in one.classes or hasattr(builtins, base):
                continue
            first, _, rest = base.partition(".")
            place = one.imports.get(first, first) + ("." + rest if rest else "")
            home = place.rpartition(".")[0].replace(".", "/") + ".py"
            if home in modules:
                family[head(home)] = head(path)
            else:
                strangers.add(path)
    foreign = {head(path) for path in strangers}
    groups: dict[str, list[str]] = {}
    for path in sorted(modules):
        if head(path) not in foreign:
            groups.setdefault(head(path), []).append(path)
    return list(groups.values())


def _short_names() -> Iterator[str]:
    for first in ("", *_DIGITS):
        for last in _DIGITS:
            yield f"_{first}{last}"
