"""Records about runs that the clip keeps, by names: for hosts. The clip packs them by the offsets of the document."""

CLOCK = ("unix_s", "I", "ms", "H")
CLOCK_WAS = ("was_s", "I", "was_ms", "H", "set_s", "I")
RUNS_FROM = ("number", "H")
RUNS_HEAD = ("count", "B", "more", "B")
RUN_ENTRY = (
    "number", "H",  "state", "B",  "content", "B",  "bytes", "I",  "boot_id", "I",  "start_s", "I",  "duration_s", "I",
)  # fmt: skip
FETCH = ("run", "H", "offset", "I", "bytes", "I")
FETCHING = ("run", "H", "total", "I", "offset", "I", "bytes", "I")
ERASE = ("run", "H", "bytes", "I")
ACTION = ("action", "B")
RUN = ("run", "H")
