"""Detection with floats as the boards have them: 32 bits, after each operation."""

from __future__ import annotations

import ast
import math
import sys
from collections.abc import Callable
from pathlib import Path
from types import ModuleType, SimpleNamespace
from typing import Any

import numpy as np
import pytest

from clip_detection import TiltRun, of_simulation
from hipdrop.simulate import RunnerConfig, Slip, simulate

ORDER = ("contacts", "drops", "labels", "sides", "slips", "steps", "__init__")
FLOATS = ("drops", "sides", "slips", "steps")


def single(value: Any) -> Any:
    """Round a float to 32 bits; leave whole numbers."""
    return np.float32(value) if isinstance(value, (float, np.floating)) else value


def rounded(function: Callable[[float], float]) -> Callable[[float], Any]:
    """Give a function of `math` that takes and gives 32 bits."""
    return lambda value: np.float32(function(float(value)))


class Rounded(ast.NodeTransformer):
    """Put `single` around every result of arithmetic."""

    def visit_BinOp(self, node: ast.BinOp) -> ast.AST:
        self.generic_visit(node)
        return ast.Call(ast.Name("single", ast.Load()), [node], [])

    def visit_AugAssign(self, node: ast.AugAssign) -> ast.AST:
        self.generic_visit(node)
        if not isinstance(node.target, ast.Name):
            return node  # an array, which rounds by itself
        total = ast.BinOp(ast.Name(node.target.id, ast.Load()), node.op, node.value)
        return ast.Assign([node.target], ast.Call(ast.Name("single", ast.Load()), [total], []))


class Out:
    """Keeps what is told."""

    def __init__(self) -> None:
        self.steps: list[tuple[int, ...]] = []
        self.said: list[tuple[str, float]] = []

    def step(self, *told: int) -> None:
        self.steps.append(told)

    def sides(self, code: int) -> None:
        self.said.append(("sides", code))

    def activity(self, running: bool) -> None:
        self.said.append(("activity", running))

    def slipped(self, cdeg: int) -> None:
        self.said.append(("slipped", round(cdeg / 10.0)))


def told(monkeypatch: pytest.MonkeyPatch, repository: Path, run: TiltRun, *, narrow: bool) -> Out:
    """Run the detection under this Python, its floats of 32 or of 64 bits."""
    monkeypatch.setitem(sys.modules, "micropython", SimpleNamespace(const=lambda value: value))
    names = ("sqrt", "cos", "sin", "tanh", "exp", "radians", "degrees")
    rounding = {name: rounded(getattr(math, name)) for name in names}
    for name in ORDER:
        path = repository / "firmware/hipclip/detect" / f"{name}.py"
        tree: ast.Module = ast.parse(path.read_text())
        if narrow and name in FLOATS:
            tree = ast.fix_missing_locations(Rounded().visit(tree))
        full = "hipclip.detect" if name == "__init__" else f"hipclip.detect.{name}"
        module = ModuleType(full)
        module.__dict__["single"] = single
        monkeypatch.setitem(sys.modules, full, module)
        exec(compile(tree, str(path), "exec"), module.__dict__)
        if narrow and "math" in module.__dict__:
            module.__dict__["math"] = SimpleNamespace(pi=np.float32(math.pi), **rounding)
    out = Out()
    detector = sys.modules["hipclip.detect"].Detector(round(1000 * run.rate_hz), out)
    for first, values in run.stretches:
        flat = values.ravel().tolist()
        detector.take(flat, len(values), first)
    detector.close()
    assert isinstance(detector._steps.judge.confidence, np.float32) is narrow
    return out


def test_floats_of_32_bits_change_no_step_no_side_and_no_drop(
    monkeypatch: pytest.MonkeyPatch, repository: Path
) -> None:
    config = RunnerConfig(minutes=1.2, seed=3200, stand_s=3.0, slip=Slip(9.0, 0.9, (1.0, 0.0, 0.0)))
    run = of_simulation(simulate(config))
    wide, narrow = (told(monkeypatch, repository, run, narrow=narrow) for narrow in (False, True))
    assert narrow.said == wide.said
    assert [kind for kind, _ in wide.said].count("slipped") == 1
    assert len(wide.steps) > 150
    for one, other in zip(narrow.steps, wide.steps, strict=True):
        assert one[:3] + one[4:7] == other[:3] + other[4:7]
        assert abs(one[3] - other[3]) <= 1  # cdeg
        assert abs(one[7] - other[7]) <= 1  # percent
