"""A run of the clip by itself: when it begins and ends, the detection, what is kept of it, and the clip's own alerts.

It goes on beside a host's stream. While a host takes the stream the alerts are the host's, and all buzzes with them.
"""

import time

from micropython import const

from hipclip import monitorset
from hipwire import commands, frames, ids, records

_GIVE_BACK_MS = const(5000)  # so long must a host be away until the alerts are the clip's again
_STATUS_MS = const(10000)  # between two status frames in the log
_RATE_STEP_PPM = const(500)  # as in tiltframes.py
_MOST_TURNS = const(30)  # of the flash, one operation each, until a run is whole: three records, the file
_LONG_MS = const(100000000)  # longer than any setting: what is counted stops there


class RunControl:
    """`active` while a run goes on, `hosted` while a host gives the alerts; `clip` is the App."""

    def __init__(self, clip):
        self._clip = clip
        self.active = False
        self.hosted = False
        self.events = self.monitor = None  # once there was a mount
        self._detector = self._source = None
        self._flags = 0  # of blocks that no tilt sample has come of yet
        self._rate_mhz = 0
        self._held = False  # does not begin by itself until running has paused
        self._by_button = False  # that is why
        self._recording = False  # as seen last
        self._run_ms = self._idle_ms = 0  # running, and not, without a break
        self._away_ms = _GIVE_BACK_MS  # since a host was there
        self._status_ms = 0  # until a status frame is due in the log
        self._log_next = 0
        self._turn_ms = time.ticks_ms()
        clip.runlog.farewell = self._last_words
        clip.sender.publishers.append(self._keep_status)
        if clip.settings.get("mount_id"):  # its buffers want memory in one piece: early
            self.prepare()

    def prepare(self):
        """Make what finds steps and alerts; without room for it runs are recorded all the same."""
        try:
            self._make_detection()
        except MemoryError:
            self._detector = None
            self._clip.log.add(ids.LOG_TASK, ids.LOG_WARNING, text="no memory to detect until the next start")

    def _make_detection(self):
        from hipclip.detect import Detector
        from hipclip.detect.events import Events
        from hipclip.detect.monitor import Monitor

        clip = self._clip
        clock = clip.sampler.clock
        if not self.events:
            self.events = clip.sender.events = Events()
            self.events.clock = clock
            self.events.listeners.append(self._on_event)
            self.monitor = Monitor(clip.monitoring, self.events, clock.rate_mhz)
        self._detector = Detector(clock.rate_mhz, self.monitor)

    # --- when -----------------------------------------------------------------------------------------------------

    def turn(self, now_ms):
        """Begin and end by what the wearer does."""
        clip = self._clip
        get = clip.settings.get
        spent_ms = time.ticks_diff(now_ms, self._turn_ms)
        self._turn_ms = now_ms
        self._look_for_host(spent_ms)
        if clip.cadence.steps_per_minute:
            self._run_ms = min(self._run_ms + spent_ms, _LONG_MS)
            self._idle_ms = 0
        else:
            self._run_ms = 0
            self._idle_ms = min(self._idle_ms + spent_ms, _LONG_MS)
        paused = self._idle_ms >= get("auto_stop_s") * 1000
        if self.active:
            if clip.battery.low:
                self.end(ids.WHY_BATTERY)
            elif paused:
                self.end(ids.WHY_WAITING)
            else:
                self._follow(spent_ms)
        elif paused:
            self._held = self._by_button = False
        elif get("auto_start_s") and self._run_ms >= get("auto_start_s") * 1000 and not self._held:
            self._held = not self.begin()

    def _look_for_host(self, spent_ms):
        clip = self._clip
        if clip.stream.running and clip.sender.listening:
            self._away_ms = 0
        else:
            self._away_ms = min(self._away_ms + spent_ms, _LONG_MS)
        self.hosted = self._away_ms < _GIVE_BACK_MS
        if self.monitor:
            self.monitor.hosted = self.hosted

    def toggle(self):
        """Begin or end a run: the button says so."""
        if self.active:
            self.end(ids.WHY_BUTTON)
        else:
            self.begin()

    def by_host(self, begin):
        """Carry out the command RUN; give the run's number, 0 for one that is not recorded."""
        if not begin:
            self.end(ids.WHY_BUTTON)
        elif not self.active and not self.begin():
            from hipclip.commands import RefusedError

            raise RefusedError(ids.BATTERY_EMPTY if self._clip.settings.get("mount_id") else ids.NO_MOUNT)
        return self._clip.runlog.number if self._recording or not begin else 0

    # --- a run ----------------------------------------------------------------------------------------------------

    def begin(self):
        """Begin a run, recorded if that can be; False without a mount, or when the battery is low."""
        clip = self._clip
        if clip.battery.low or not clip.settings.get("mount_id"):
            self._tell("cannot begin")
            self._buzz(ids.BUZZ_NOT_RECORDING)
            return False
        if not self._detector:
            self.prepare()
        self._source = clip.tilt_source()
        self._source.append(self)
        record = clip.monitoring.record
        if self._detector:
            self._detector.template(*monitorset.stride(record))
            self._detector.begin()
            self.monitor.begin()
        self._flags = self._rate_mhz = self._idle_ms = self._status_ms = 0
        self._by_button = False
        self.finish()
        self._recording = clip.runlog.begin(self._head(record))
        self._log_next = clip.log.next
        self.active = True
        self._tell_run(ids.RUN_BEGUN)
        self._tell("begun")
        self._buzz(ids.BUZZ_RUN_BEGUN if self._recording else ids.BUZZ_NOT_RECORDING)
        self._follow(0)
        return True

    def _head(self, record):
        """What a host would have been told at the start of a tilt stream."""
        clip = self._clip
        clock = clip.sampler.clock
        started = records.pack(records.STARTED, {
            "boot_id": clip.boot_id,
            "stream": ids.TILT,
            "samples": frames.TILT_MAX_SAMPLES,
            "next_index": clock.index + 1 & -2,
            "rate_uncertainty_ppm": clock.uncertainty_ppm,
            "rate_mhz": clock.rate_mhz,
        })  # fmt: skip
        answer = commands.pack_answer
        return (
            clip.status.info(), answer(ids.START, 0, ids.OK, started),
            answer(ids.GET_CALIBRATION, 0, ids.OK, clip.calibration.record),
            answer(ids.GET_MONITOR, 0, ids.OK, record),
        )  # fmt: skip

    def end(self, why):
        """End the run, if one goes on; the flash gets the rest within a second."""
        if not self.active:
            return
        if self._detector:
            self._detector.close()
        self._source.remove(self)
        self._follow(0)
        if self._recording:
            self._clip.runlog.end(why)
        else:
            self._last_words(why)
        self.active = self._recording = False
        self._by_button = why == ids.WHY_BUTTON
        self._held = self._by_button or why == ids.WHY_BATTERY
        self._tell("ended")
        self._buzz(ids.BUZZ_RUN_ENDED)

    def finish(self):
        """Have the flash take what is left of a run that has ended."""
        for _ in range(_MOST_TURNS):
            if self._clip.runlog.state:
                self._clip.runlog.turn()

    def _follow(self, spent_ms):
        """Keep up with rate, log and flash."""
        clip = self._clip
        log, runlog, rate_mhz = clip.log, clip.runlog, clip.sampler.clock.rate_mhz
        if self._detector and abs(rate_mhz - self._rate_mhz) * 1000000 > _RATE_STEP_PPM * rate_mhz:
            self._rate_mhz = self.monitor.rate_mhz = rate_mhz
            self._detector.set_rate(rate_mhz)
        if self._recording and (not runlog.state or runlog.reason):  # ended by itself: full, or failed
            self._recording = False
            self._tell("not recorded")
            self._buzz(ids.BUZZ_NOT_RECORDING)
        self._status_ms -= spent_ms
        self._log_next = max(self._log_next, log.oldest)
        while self._log_next < log.next:
            runlog.put(log.frame(self._log_next))
            self._log_next += 1

    def take(self, block, n, index, ticks_us, flags):
        """Follow the tilt source: its samples go into the log and the detector. A fault there ends the detection."""
        source, clock = self._source, self._clip.sampler.clock
        flags |= self._flags
        if not source.count:
            self._flags = flags
            return
        self._flags = 0
        first = source.index
        ticks_us = (ticks_us - (index - first) * 1000000000 // clock.rate_mhz) & frames.TICKS_PERIOD - 1
        self._clip.runlog.take(source.values, source.count, first, ticks_us, flags)
        if not self._detector:
            return
        try:
            if flags & ids.GAP:
                self._detector.gap()
            self._detector.take(source.values, source.count, first)
        except Exception as error:  # sampling and the log go on; the next run tries again
            self._detector = None
            text = "detection: %s" % error
            self._clip.log.add(ids.LOG_TASK, ids.LOG_ERROR, text=text)

    # --- what is told ---------------------------------------------------------------------------------------------

    def _on_event(self, number):
        """Keep an event, and have the wearer feel an alert."""
        clip, event = self._clip, self.events.frame(number)
        clip.runlog.put(event)
        code = event[1]
        if self.alerting and (code == ids.EVENT_RAISED or code == ids.EVENT_CLEARED):
            strength_percent, repeats = monitorset.haptic(clip.monitoring.record)
            if code == ids.EVENT_RAISED:
                clip.haptics.play(event[8], strength_percent, repeats)  # sides are numbered as their patterns
            else:
                clip.haptics.play(ids.BUZZ_RECOVERED, strength_percent)

    def _last_words(self, why):
        self._tell_run(ids.RUN_ENDED)

    def _tell_run(self, what):
        if self.events:
            self.events.add(ids.EVENT_RUN, None, 0, what, d=self._number())

    def _number(self):
        return self._clip.runlog.number if self._recording else 0

    def _keep_status(self, frame):
        if self._status_ms <= 0:
            self._status_ms = _STATUS_MS
            self._clip.runlog.put(frame)

    def marked(self, number, index):
        """Keep a press of the button."""
        if self.events:
            self.events.add(ids.EVENT_MARK, index, d=number)
            self._status_ms = 0

    def _tell(self, what):
        why = self.reason()
        clip = self._clip
        clip.log.add(ids.LOG_RUN, ids.LOG_WARNING if why else ids.LOG_INFO, self._number(), "%s, %d" % (what, why))
        clip.sender.status_now()

    def _buzz(self, pattern):
        if not self.hosted:
            self._clip.haptics.play(pattern)

    @property
    def alerting(self):
        """Whether alerts are the clip's own now."""
        return self.active and not self.hosted and self._clip.settings.get("alerts_enabled")

    def reason(self):
        """Why nothing is recorded: the code of the status, 0 also while it is."""
        clip, log = self._clip, self._clip.runlog
        if log.state:
            return 0
        if self.active:
            return log.reason
        refusal = log.refusal()
        if refusal or clip.battery.low:
            return refusal or ids.WHY_BATTERY
        if self._by_button:
            return ids.WHY_BUTTON
        return log.reason if log.reason in (ids.WHY_FULL, ids.WHY_FLASH_ERROR) else ids.WHY_WAITING

    def bits(self):
        """What the status tells of the clip by itself."""
        if not self.active or not self._detector:
            return 0
        bits = ids.ALONE_DETECTING | (ids.ALONE_ALERTING if self.alerting else 0)
        return bits | (ids.ALONE_LEARNING if self.monitor.learning else 0)
