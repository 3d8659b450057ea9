"""The recording of a run: everything that entered, in its order, as MCAP."""

from hipdrop.recording.items import Entered, Item, Message, RunHeader, Session
from hipdrop.recording.reader import Run, is_recording, read_run
from hipdrop.recording.writer import RunWriter

__all__ = ["Entered", "Item", "Message", "Run", "RunHeader", "RunWriter", "Session", "is_recording", "read_run"]
