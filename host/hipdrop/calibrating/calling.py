"""The sounds of a procedure, on this computer and on the clip: begin, it is over, something is not as it should be."""

from __future__ import annotations

from hipcal.procedures.base import Sound
from hipdrop.alert_settings import AlertSettings
from hipdrop.alerts.haptic import Haptic
from hipdrop.alerts.outbox import Outbox
from hipdrop.alerts.signals import Signal
from hipdrop.calibrating.run import CalibrationRun
from hipdrop.calibrating.snapshot import Snapshot

# The rhythms of the coached run: four short ones to begin, two long ones at the end; a long and two short: look.
SIGNALS = {Sound.GO: Signal.RUN, Sound.OVER: Signal.WALK, Sound.AWAY: Signal.BOTH}


class CallView:
    """Plays each sound once (`hipdrop.calibrating.terminal.View`).

    Parameters
    ----------
    run
        What is shown; the clip buzzes once it is connected.
    settings
        Whether, and how.
    outbox
        What plays on this computer; the clip is put into it.
    """

    def __init__(self, run: CalibrationRun, settings: AlertSettings, outbox: Outbox) -> None:
        self._run, self._settings, self._outbox = run, settings, outbox
        self._heard = 0
        self._buzzes = False

    def show(self, now: Snapshot) -> None:
        """Play what has not been heard."""
        if not self._buzzes and self._settings.haptic and self._run.session is not None:
            self._buzzes = True
            self._outbox.players.insert(0, Haptic(self._run.session, self._settings))
        call = now.prompt.call
        if call.number > self._heard and call.sound is not None:
            self._heard = call.number
            self._outbox.play(SIGNALS[call.sound])
