"""Write docs/settings.md from the classes of host/hipdrop/settings.py; a test holds the two together."""

from __future__ import annotations

import ast
import dataclasses
import inspect
import io
import tokenize
from collections.abc import Iterator
from pathlib import Path

from hipdrop import settings

HEAD = """# Settings

`hipdrop replay RUN.csv --config my.toml` puts the values of a TOML file over these defaults; options of the command
line go over the file. An unknown table or key, a value of the wrong type, or one that is impossible is an error that
names file, line and key; whole numbers are at most 10000. The settings of a run stand in its `summary.json`.

```toml
[monitor]
dead_band_deg = 2.0
cool_down_s = 300.0
```

Units are in the names: `_s` seconds, `_min` minutes, `_g` 9.80665 m/s², `_ms2` m/s², `_dps` degrees per second, `_deg`
degrees, `_m` metres, `_hz` hertz.

This page is made from `host/hipdrop/settings.py` by `docs/make_settings.py`.
"""
PAGE = Path(__file__).with_name("settings.md")


def render() -> str:
    """Give the whole page."""
    defaults = settings.Settings()
    parts = [HEAD]
    for section in dataclasses.fields(defaults):
        values = getattr(defaults, section.name)
        source = Path(inspect.getfile(type(values))).read_text("utf-8")
        classes = {node.name: node for node in ast.parse(source).body if isinstance(node, ast.ClassDef)}
        comments, node = _comments(source), classes[type(values).__name__]
        parts.append(
            f"\n## [{section.name}]\n\n{ast.get_docstring(node)}\n\n| key | default | meaning |\n|---|---|---|\n"
        )
        parts += (_row(name, getattr(values, name), meaning) for name, meaning in _meanings(node, comments))
    return "".join(parts)


def _row(name: str, value: object, meaning: str) -> str:
    default = f'"{value}"' if isinstance(value, str) else str(value).lower() if isinstance(value, bool) else str(value)
    return f"| `{name}` | `{default}` | {meaning.replace('|', chr(92) + '|')} |\n"


def _comments(source: str) -> dict[int, str]:
    tokens = tokenize.generate_tokens(io.StringIO(source).readline)
    return {token.start[0]: token.string.lstrip("# ") for token in tokens if token.type == tokenize.COMMENT}


def _meanings(node: ast.ClassDef, comments: dict[int, str]) -> Iterator[tuple[str, str]]:
    """Give each field with the comment on its line, or on the lines right above it."""
    for field in node.body:
        if isinstance(field, ast.AnnAssign) and isinstance(field.target, ast.Name):
            lines = range(field.lineno, (field.end_lineno or field.lineno) + 1)
            above = field.lineno - 1
            while above in comments and not any(above == other.end_lineno for other in node.body):
                lines, above = range(above, lines.stop), above - 1
            yield field.target.id, " ".join(comments[line] for line in lines if line in comments)


if __name__ == "__main__":
    PAGE.write_text(render(), "utf-8")
