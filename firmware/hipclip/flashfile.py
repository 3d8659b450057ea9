"""A small file on the flash that changes as a whole or not at all."""

import os


def replace(path, data, keep_old=False):
    """Write beside the file, then take its place: whoever cuts the power finds the old one or the new one whole.

    `keep_old`: the old one is damaged, and kept aside to be looked at.
    """
    beside = path + ".new"
    with open(beside, "wb") as file:
        file.write(data)
    if keep_old:
        os.rename(path, path + ".bad")
    os.rename(beside, path)
