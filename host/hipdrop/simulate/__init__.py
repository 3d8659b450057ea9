"""A runner with known truth: measured pelvis motion, and the clip that records it (docs/simulate.md)."""

from hipdrop.simulate.config import RunnerConfig
from hipdrop.simulate.run import SimulatedRun, simulate
from hipdrop.simulate.specs import Bout, Sag, Slip
from hipdrop.simulate.truth import Contacts

__all__ = ["Bout", "Contacts", "RunnerConfig", "Sag", "SimulatedRun", "Slip", "simulate"]
