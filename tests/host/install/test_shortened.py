"""Names made short: only those that nobody else can see, the same program, line for line."""

from __future__ import annotations

import ast

import pytest

from hipdrop.errors import InstallError
from hipdrop.install.files import sources_of
from hipdrop.install.shortened import shortened

SECRET = b"""class A:
    def __init__(self, wide, narrow=1):
        self._wide = wide
        self.narrow = narrow

    def _grow(self, by):
        self._wide += by  # wide, _grow
        return self._wide
"""


def run(source: bytes) -> dict[str, object]:
    names: dict[str, object] = {}
    exec(source, names)
    return names


def test_private_names_and_arguments_become_short_and_the_rest_stays() -> None:
    short = shortened({"a.py": SECRET})["a.py"].decode()
    assert short.splitlines()[0] == "class A:"
    assert "# wide, _grow" in short
    code = "".join(line.partition("#")[0] for line in short.splitlines(keepends=True))
    assert not any(name in code for name in ("_wide", "wide", "_grow", "by"))
    assert "self.narrow = narrow" in short  # an attribute, so the argument of the same name stays
    assert len(short.splitlines()) == len(SECRET.splitlines())


def test_it_does_the_same() -> None:
    a = run(SECRET + b"\nR = A(3)._grow(4)\n")
    b = run(shortened({"a.py": SECRET + b"\nR = A(3)._grow(4)\n"})["a.py"])
    assert a["R"] == b["R"] == 7


def test_every_module_has_the_same_short_names() -> None:
    short = shortened({"a.py": b"def f(one):\n    return one\n", "b.py": b"def g(two):\n    return two\n"})
    assert short == {"a.py": b"def f(_0):\n    return _0\n", "b.py": b"def g(_0):\n    return _0\n"}


def test_classes_that_inherit_share_no_short_name() -> None:
    base = b"class A:\n    def __init__(self):\n        self._a = 1\n"
    child = b"import p\n\nclass B(p.A):\n    def f(self):\n        self._b = 2\n"
    named = b"from p.a import A as Base\n\nclass C(Base):\n    def f(self):\n        self._c = 2\n"
    short = shortened({"p.py": base, "b.py": child})
    assert b"self._1 = 1" in short["p.py"]
    assert b"self._0 = 2" in short["b.py"]
    short = shortened({"p/a.py": base, "c.py": named})
    assert b"self._0 = 2" in short["c.py"]
    assert b"self._1 = 1" in short["p/a.py"]


def test_what_inherits_from_a_stranger_stays() -> None:
    source = b"import io\n\nclass A(io.IOBase):\n    def write(self, data):\n        self._data = data\n"
    assert shortened({"a.py": source}) == {"a.py": source}


@pytest.mark.parametrize(
    "source",
    [
        b"_X = const(1)\nx = _X\n",  # vanishes as it is
        b"x = y._theirs\n",  # nothing of ours
        b"def f(type):\n    return type\n",
        b"def f(name):\n    return name\n\n\nf(name=1)\n",
        b"class A:\n    def f(self):\n        self._it = 1\n        return getattr(self, '_it')\n",
        b"import time\n\n\ndef f(time):\n    return time\n",
        b"from hipclip.kept import Kept\n\n\ndef f(kept):\n    return kept\n",
        b"import hipclip.kept as k\nimport a.b\n\n\ndef f(b):\n    return b\n",
        b"",
    ],
)
def test_what_others_may_see_is_left_alone(source: bytes) -> None:
    assert shortened({"a.py": source}) == {"a.py": source}


def test_names_of_two_modules_or_of_users_stay() -> None:
    a, b = b"class A:\n    def f(self):\n        self._it = 1\n", b"def g(a):\n    return a._it\n"
    assert shortened({"a.py": a, "b.py": b}) == {"a.py": a, "b.py": b.replace(b"(a)", b"(_0)").replace(b"a._", b"_0._")}
    assert shortened({"a.py": a}, [b])["a.py"] == a
    assert shortened({"a.py": a})["a.py"] != a


def test_an_f_string_is_refused() -> None:
    with pytest.raises(InstallError, match="f-string"):
        shortened({"a.py": b"x = f'{y}'\n"})


def test_the_firmware_loses_a_third_of_its_names() -> None:
    sources = sources_of("hipwire") | sources_of("hipclip")
    short = shortened(sources)
    assert names_of(short.values()) < 0.72 * names_of(sources.values())
    for path, source in sources.items():
        assert len(short[path].splitlines()) == len(source.splitlines())


def names_of(sources: object) -> int:
    assert isinstance(sources, type({}.values()))
    found = set()
    for source in sources:
        for node in ast.walk(ast.parse(source)):
            for field in ("attr", "arg", "name"):
                name = getattr(node, field, None)
                if isinstance(name, str):
                    found.add(name)
    return len(found)
