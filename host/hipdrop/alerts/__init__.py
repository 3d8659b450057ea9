"""What becomes of an alert: a tone on this computer, a command for the clip (docs/alerts.md)."""

from hipdrop.alerts.haptic import Haptic, HapticCounts
from hipdrop.alerts.outbox import Outbox
from hipdrop.alerts.signals import Signal, signal_of
from hipdrop.alerts.sound import Speaker

__all__ = ["Haptic", "HapticCounts", "Outbox", "Signal", "Speaker", "signal_of"]
