"""The recording of a run: everything that entered, in its order, as MCAP."""
