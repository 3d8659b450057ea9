"""Whether a monitor record can be used: asked when one is stored or read from the flash, lest it stops the clip."""

from micropython import const

_MOST = const(1000000000)  # of the numbers of 32 bits: fits a board's small integer
_LONGEST_WINDOW = const(240)  # of evidence: a byte a step and channel
_LEAST = b"\0\0\1\0\0\1\1\1\0\1\0\0\0\1\0\1\7\0\1\1\1\1\1\0\1"  # of the fields from the first on


def check(record, identity, n, stored):
    """Raise ValueError with a text for people unless the record is whole and its fields `n` and `stored` can be."""
    if int.from_bytes(record[-4:], "little") != identity:
        raise ValueError("monitor: its id is not the CRC of the rest")
    wrong = _out_of_range(n)
    if wrong is None and stored and not (stored[4] and stored[5]):
        wrong = 33
    if wrong is not None:
        raise ValueError("monitor: field %d of the record is out of range" % wrong)
    if n[1] and not n[25] and not n[26]:
        raise ValueError("monitor: target mode has no band")


def _out_of_range(n):
    """Number of a field that cannot be, counted from 0; None if there is none."""
    for k in range(len(_LEAST)):
        if not _LEAST[k] <= n[k] <= _MOST:
            return k
    for k, most in (
        (0, 7), (1, 1), (2, 3), (3, 2), (4, min(n[5], n[6]) - 1), (7, 1000000), (10, 999999), (13, 100000000),
        (14, 1000000), (20, n[21]), (21, _LONGEST_WINDOW), (27, 100), (28, 5),
    ):  # fmt: skip
        if n[k] > most:
            return k
    return 13 if n[13] < 1000000 else 28 if not n[28] else None
