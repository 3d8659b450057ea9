"""From steps to alerts: the runner's own baseline or a physio's band, the slow level of drop, and when to speak."""

from hipdrop.monitor.baseline import StoredBaseline
from hipdrop.monitor.levels import TRANSITIONS, Finding, Level, advance
from hipdrop.monitor.monitor import Monitor
from hipdrop.monitor.trace import Learning, LevelPoint, MonitorView

__all__ = [
    "TRANSITIONS",
    "Finding",
    "Learning",
    "Level",
    "LevelPoint",
    "Monitor",
    "MonitorView",
    "StoredBaseline",
    "advance",
]
