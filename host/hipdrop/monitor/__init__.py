"""From steps to alerts: the runner's own baseline or a physio's band, the slow level of drop, and when to speak."""

from hipdrop.monitor.baseline import StoredBaseline
from hipdrop.monitor.levels import TRANSITIONS, Finding, Level, advance
from hipdrop.monitor.monitor import Monitor

__all__ = ["TRANSITIONS", "Finding", "Level", "Monitor", "StoredBaseline", "advance"]
