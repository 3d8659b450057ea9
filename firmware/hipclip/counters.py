"""What the clip counts; the names are those of the status frame (hipwire.records.STATUS)."""


class Counters:
    """Plain integers, written by whoever sees the event, read by the status frame."""

    def __init__(self):
        self.samples_lost = 0
        self.samples_saturated = 0
        self.fifo_overruns = 0
        self.bus_errors = 0
        self.frames_dropped = 0
        self.notify_refused = 0
        self.commands_refused = 0
        self.marks = 0
        self.mark_index = 0
