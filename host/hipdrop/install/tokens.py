"""Names in a source put another way, and nothing else of it touched."""

from __future__ import annotations

import io
import tokenize
from collections.abc import Mapping


def renamed(source: bytes, names: Mapping[str, str]) -> bytes:
    """Put other names in place wherever these stand as names; texts and comments stay."""
    lines = source.decode().splitlines(keepends=True)
    tokens = [one for one in tokenize.tokenize(io.BytesIO(source).readline) if one.type == tokenize.NAME]
    for token in reversed(tokens):
        if token.string in names:
            row, column = token.start
            line = lines[row - 1]
            lines[row - 1] = line[:column] + names[token.string] + line[column + len(token.string) :]
    return "".join(lines).encode()
